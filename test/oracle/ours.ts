/** What netdissect says of a capture, in the form of a recording. */
import { CaptureError } from '../../src/capture/capture-error.ts';
import { Packet } from '../../src/capture/packet.ts';
import { CaptureReader } from '../../src/capture/reader.ts';
import { NO_TIME } from '../../src/capture/timestamp.ts';
import type { Dissector } from '../../src/dissect/dissector.ts';
import type { Field } from '../../src/dissect/field.ts';
import type { Layers } from '../../src/dissect/layers.ts';
import { fieldValue } from '../../src/dissect/value.ts';
import { type ComputedValue, type FieldVisitor, walkLayer } from '../../src/dissect/walk.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { Session } from '../../src/reassemble/session.ts';
import { ourNotation, WHOLE_ONLY } from './notation.ts';
import { type Recording, RecordingBuilder } from './recording.ts';
import { REASSEMBLE } from './tshark.ts';

const OURSELVES = { version: 'this one', command: '', capture: '' };

class FieldCollector implements FieldVisitor {
  view: DataView = new DataView(new ArrayBuffer(0));
  private readonly builder: RecordingBuilder;
  private readonly wanted: (field: string) => boolean;

  constructor(builder: RecordingBuilder, wanted: (field: string) => boolean) {
    this.builder = builder;
    this.wanted = wanted;
  }

  leaf(field: Field, at: number, start: number, end: number, value: ComputedValue | undefined): void {
    if (!this.wanted(field.name)) return;
    this.builder.field(field.name, ourNotation(fieldValue(field, this.view, at, start, end, value)));
  }

  openGroup(field: Field, at: number): void {
    if (this.wanted(field.name)) this.builder.field(field.name, ourNotation(field.get(this.view, at)));
  }

  closeGroup(): void {}
  openElement(): void {}
  closeElement(): void {}
}

/** Names of the layers, messages of a stream in one segment counted as one layer. */
function stackOf(layers: Layers): string {
  const names: string[] = [];
  for (let row = 0; row < layers.count; row++) {
    const protocol = layers.protocolOf(row);
    const isNextMessage =
      protocol.messages !== undefined &&
      row > 0 &&
      layers.parent[row] === layers.parent[row - 1] &&
      layers.protocol[row] === layers.protocol[row - 1];
    if (!isNextMessage) names.push(protocol.name);
  }
  return names.join(':');
}

/**
 * Dissects every packet of a capture. `status` is 0, or 1 with the message of the error that ended the reading. `onNotCompared` is called for
 * each message whose fields are left out, see `WHOLE_ONLY`.
 */
export function ourAnswers(
  capture: Uint8Array,
  wanted: (field: string) => boolean,
  dissector: Dissector = createDissector(standardProtocols),
  onNotCompared: () => void = () => {},
): Recording {
  const reader = new CaptureReader();
  const builder = new RecordingBuilder();
  const collector = new FieldCollector(builder, wanted);
  const layers = dissector.createLayers();
  const packet = new Packet();
  const session = REASSEMBLE ? new Session() : undefined;
  let number = 0;
  reader.append(capture);
  try {
    while (reader.next(packet)) {
      const { linkType = 0, fcsOctets = 0 } = reader.interfaces[packet.interfaceId] ?? {};
      // tshark's conversations go by addresses and ports alone, whichever interface a packet was captured at.
      session?.at(++number, packet.seconds, '');
      dissector.dissect(layers, packet.view, packet.start, packet.end, packet.wireLength, linkType, fcsOctets, session);
      collector.view = packet.view;
      builder.packet();
      if (packet.nanos !== NO_TIME) {
        builder.frame('frame.time_epoch', `${packet.seconds}.${String(packet.nanos).padStart(9, '0')}`);
      }
      builder.frame('frame.cap_len', String(packet.end - packet.start));
      builder.frame('frame.len', String(packet.wireLength));
      builder.frame('frame.protocols', stackOf(layers));
      for (let row = 0; row < layers.count; row++) {
        const { name } = layers.protocolOf(row);
        builder.tree(name);
        if (WHOLE_ONLY.includes(name) && layers.issues.has(row, 'continues')) {
          onNotCompared();
          continue;
        }
        collector.view = layers.viewOf(row);
        walkLayer(layers, row, collector);
      }
    }
    const cutOff = reader.end();
    return builder.finish(OURSELVES, cutOff === undefined ? 0 : 1, cutOff === undefined ? '' : 'cut off');
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    return builder.finish(OURSELVES, 1, error.message);
  }
}
