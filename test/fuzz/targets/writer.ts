/** A capture file written again, as pcapng and as pcap: the same packets come back, and what does not is told. */
import { CaptureError } from '../../../src/capture/capture-error.ts';
import { type CaptureWriter, WriterError, type WrittenSource } from '../../../src/capture/capture-writer.ts';
import { Packet } from '../../../src/capture/packet.ts';
import { PcapWriter } from '../../../src/capture/pcap-writer.ts';
import { PcapngWriter } from '../../../src/capture/pcapng-writer.ts';
import { CaptureReader } from '../../../src/capture/reader.ts';
import { captureWords } from '../dictionary.ts';
import { seedCaptures } from '../seeds.ts';
import { checkText, type FuzzTarget, promise } from '../target.ts';

const WRITERS: readonly ((sources: readonly WrittenSource[]) => CaptureWriter)[] = [
  (sources) => new PcapngWriter(sources, { application: 'fuzz', consecutive: false }),
  (sources) => new PcapWriter(sources),
];

/** Packets of a capture as they can be compared, as far as they can be read. Each is shown to `see` before the next one is read. */
function packetsOf(reader: CaptureReader, see: (packet: Packet) => void): { content: string; time: string }[] {
  const packet = new Packet();
  const found: { content: string; time: string }[] = [];
  try {
    while (reader.next(packet)) {
      const { bytes, start, end, wireLength, interfaceId, seconds, nanos } = packet;
      const octets = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('hex');
      const linkType = reader.interfaces[interfaceId]?.linkType;
      found.push({ content: `${linkType} ${wireLength} ${octets}`, time: `${seconds} ${nanos}` });
      see(packet);
    }
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
  }
  return found;
}

function check(input: Uint8Array, make: (sources: readonly WrittenSource[]) => CaptureWriter): void {
  const reader = new CaptureReader();
  reader.append(input);
  const writer = make([{ capture: reader, pointOf: (id) => `point ${id}` }]);
  let isRefused = false;
  let count = 0;
  const read = packetsOf(reader, (packet) => {
    if (isRefused) return;
    try {
      writer.add(packet, 0);
      count++;
    } catch (error) {
      if (!(error instanceof WriterError)) throw error;
      checkText('the error', error.message, input);
      isRefused = true;
    }
  });
  if (reader.format === undefined) return;
  writer.finish();
  const written = new CaptureReader();
  written.append(writer.take());
  const again = packetsOf(written, () => {});
  promise(written.end() === undefined, 'what was written is cut off');
  promise(again.length === count, 'what was written has not as many packets');
  const losses = writer.losses();
  for (const loss of losses) checkText('a loss', loss, input);
  for (const [index, { content, time }] of again.entries()) {
    promise(content === read[index]?.content, 'a packet that was written is another');
    promise(losses.length > 0 || time === read[index]?.time, 'a time that was written is another, and no loss is told');
  }
}

export const writer: FuzzTarget = {
  longest: 32 * 1024,
  words: captureWords(),
  seeds: seedCaptures,
  run: (input) => {
    for (const make of WRITERS) check(input, make);
  },
  fixture: (octets) => ({ octets, extension: 'pcap' }),
};
