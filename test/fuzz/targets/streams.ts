/** A capture file's streams: what both ends of a flow said, each octet once and in order, as text and as hex. */
import { CaptureError } from '../../../src/capture/capture-error.ts';
import { PacketBatch } from '../../../src/capture/packet.ts';
import { CaptureReader } from '../../../src/capture/reader.ts';
import type { InputDescription } from '../../../src/flow/capture-point.ts';
import { ObservedTracker } from '../../../src/flow/observed-tracker.ts';
import type { ConversationReceiver, Side } from '../../../src/flow/stream-direction.ts';
import { FlowFollower } from '../../../src/flow/stream-follower.ts';
import { standardProtocols } from '../../../src/protocols/index.ts';
import { createDissector } from '../../../src/protocols/standard-dissector.ts';
import { StreamHex, StreamText } from '../../../src/render/stream-text.ts';
import { createStyle } from '../../../src/render/style.ts';
import { packetWords } from '../dictionary.ts';
import { seedCaptures } from '../seeds.ts';
import { checkText, type FuzzTarget, promise } from '../target.ts';

/** Flows of an input that are followed. */
const MOST_FOLLOWED = 3;
const MAX_FLOWS = 64;

const dissector = createDissector(standardProtocols);
const style = createStyle();
const DIRECTIONS = ['c2s', 's2c'] as const;

/** Sees that each side's octets and gaps follow on one another, and prints them. */
class Checked implements ConversationReceiver {
  readonly lines: string[] = [];
  octetsTold = 0;
  private readonly ends: [number, number] = [0, 0];
  private readonly printers = [new StreamText(style, (line) => this.lines.push(line)), new StreamHex(style, () => {})];

  octets(side: Side, offset: number, view: DataView, start: number, end: number): void {
    promise(start < end && end <= view.byteLength, 'octets are told that are not there');
    this.follows(side, offset, end - start);
    this.octetsTold += end - start;
    for (const printer of this.printers) printer.octets(DIRECTIONS[side], offset, view, start, end);
  }

  gap(side: Side, offset: number, length: number): void {
    promise(length > 0, 'a gap has no length');
    this.follows(side, offset, length);
    for (const printer of this.printers) printer.gap(DIRECTIONS[side], offset, length);
  }

  end(): void {
    for (const printer of this.printers) printer.end();
  }

  private follows(side: Side, offset: number, length: number): void {
    promise(offset === this.ends[side], 'octets of a stream do not follow on those before');
    this.ends[side] = offset + length;
  }
}

/** Follows one flow and answers how many there were. */
function follow(input: Uint8Array, flow: number): number {
  const reader = new CaptureReader();
  const tracker = new ObservedTracker(dissector, { seed: 1, maxFlows: MAX_FLOWS });
  const receiver = new Checked();
  const follower = new FlowFollower(tracker, flow, receiver);
  const description: InputDescription = {
    linkType: (id) => reader.interfaces[id]?.linkType ?? -1,
    fcsOctets: (id) => reader.interfaces[id]?.fcsOctets ?? 0,
    point: (id) => `point ${id}`,
  };
  const taken = tracker.open(description);
  reader.append(input);
  const batch = new PacketBatch();
  try {
    while (reader.nextBatch(batch) > 0) follower.add(taken, description, reader.view, batch, 0, batch.count);
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
  }
  follower.close();
  receiver.end();
  promise(receiver.octetsTold <= input.length, 'more octets are told than there are');
  for (const line of receiver.lines) checkText('a line', line, input);
  return tracker.made;
}

export const streams: FuzzTarget = {
  longest: 32 * 1024,
  words: packetWords(standardProtocols),
  seeds: seedCaptures,
  run: (input) => {
    for (let flow = 1; flow <= MOST_FOLLOWED; flow++) if (follow(input, flow) <= flow) break;
  },
  fixture: (octets) => ({ octets, extension: 'pcap' }),
};
