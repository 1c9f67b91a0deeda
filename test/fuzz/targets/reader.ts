/** A capture file: its packets however it is cut into chunks, then each packet with reassembly. */
import { isDeepStrictEqual } from 'node:util';
import { CaptureError } from '../../../src/capture/capture-error.ts';
import { Packet } from '../../../src/capture/packet.ts';
import { readPacketOptions } from '../../../src/capture/pcapng-options.ts';
import { CaptureReader } from '../../../src/capture/reader.ts';
import { formatTime } from '../../../src/capture/timestamp.ts';
import { standardProtocols } from '../../../src/protocols/index.ts';
import { createDissector } from '../../../src/protocols/standard-dissector.ts';
import { Session } from '../../../src/reassemble/session.ts';
import { packetJson } from '../../../src/render/json.ts';
import { cutAt, readChunks, readWhole } from '../../capture/read-packets.ts';
import { partitionFault } from '../../packet-invariants.ts';
import { captureWords } from '../dictionary.ts';
import { seedCaptures } from '../seeds.ts';
import { checkText, type FuzzTarget, promise } from '../target.ts';

const dissector = createDissector(standardProtocols);
const layers = dissector.createLayers();

/** The same packets, notices and end come of the file as a whole and in pieces. */
function compareChunks(input: Uint8Array): void {
  const whole = readWhole(input);
  const step = 1 + (input.length % 61);
  const cuts = Array.from({ length: Math.floor(input.length / step) }, (_, i) => (i + 1) * step);
  const pieces = readChunks(cutAt(input, cuts), 0);
  promise(isDeepStrictEqual(pieces.packets, whole.packets), 'the packets depend on the chunks');
  promise(isDeepStrictEqual(pieces.cutOff, whole.cutOff), 'the cut-off record depends on the chunks');
  promise(pieces.error?.message === whole.error?.message, 'the error depends on the chunks');
  if (whole.error !== undefined) {
    checkText('the error', whole.error.message, input);
    promise(whole.error.byteOffset <= input.length, 'the error is behind the input');
  }
  for (const { message } of whole.reader.notices) checkText('a notice', message, input);
}

/** Every packet of the file, dissected in its session. */
function dissectAll(input: Uint8Array): void {
  const reader = new CaptureReader();
  reader.append(input);
  const session = new Session();
  const packet = new Packet();
  for (let number = 1; reader.next(packet); number++) {
    const described = reader.interfaces[packet.interfaceId];
    promise(described !== undefined, 'a packet is of no interface');
    session.at(number, packet.seconds, '');
    const { view, start, end, wireLength } = packet;
    dissector.dissect(layers, view, start, end, wireLength, described.linkType, described.fcsOctets ?? 0, session);
    const { comments } = readPacketOptions(view, packet.optionsStart, packet.optionsEnd, described.byteOrder);
    const head = {
      number,
      seconds: packet.seconds,
      nanos: packet.nanos,
      point: '',
      interface: described.name,
      captured: end - start,
      length: wireLength,
      comments,
    };
    const json = packetJson(layers, head);
    const { type, time, point, interface: name, captured, length, comments: told = [] } = JSON.parse(json);
    promise(
      isDeepStrictEqual(
        [type, time, point, name, captured, length, told],
        [
          'packet',
          formatTime(packet.seconds, packet.nanos) ?? null,
          '',
          described.name,
          end - start,
          wireLength,
          comments,
        ],
      ),
      'the record says other things of the packet than its capture',
    );
    checkText('the record', json, input);
    for (let source = 0; source <= layers.sources.length; source++) {
      const fault = partitionFault(layers, source);
      promise(fault === '', `bits of source ${Math.min(source, 1)}: ${fault.replace(/\d+/g, '#')}`);
    }
  }
}

export const reader: FuzzTarget = {
  longest: 32 * 1024,
  words: captureWords(),
  seeds: seedCaptures,
  run: (input) => {
    compareChunks(input);
    try {
      dissectAll(input);
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
    }
  },
  fixture: (octets) => ({ octets, extension: 'pcap' }),
};
