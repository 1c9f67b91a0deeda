/** Writes the packets of captures in memory to a capture in memory: for tests only. */
import type { CaptureWriter, WrittenSource } from '../../src/capture/capture-writer.ts';
import type { CaptureInput } from '../../src/capture/input.ts';
import { PacketMerge } from '../../src/capture/merge.ts';
import { Packet } from '../../src/capture/packet.ts';
import { CaptureReader } from '../../src/capture/reader.ts';

/** Octets in memory as an input; chunks of the given length. */
function memoryInput(octets: Uint8Array, chunkLength: number): CaptureInput {
  const reader = new CaptureReader({ bufferSize: 16 });
  let at = 0;
  return {
    name: 'memory',
    reader,
    refill: () => {
      if (at >= octets.length) return false;
      reader.append(octets.subarray(at, at + chunkLength));
      at += chunkLength;
      return true;
    },
    close: () => {},
  };
}

export interface WrittenCaptureFile {
  readonly octets: Uint8Array;
  readonly losses: string[];
}

/** How captures are written. */
export interface WriteOptions {
  readonly consecutive?: boolean;
  readonly chunkLength?: number;
}

/** Runs the writer that `makeWriter` makes over all packets, merged by time or one capture after another. */
export async function writePackets(
  captures: readonly Uint8Array[],
  makeWriter: (sources: readonly WrittenSource[]) => CaptureWriter,
  { consecutive = false, chunkLength = 1000 }: WriteOptions = {},
): Promise<WrittenCaptureFile> {
  const inputs = captures.map((octets) => memoryInput(octets, chunkLength));
  const sources = inputs.map(({ reader }, index) => ({ capture: reader, pointOf: (id: number) => `p${index}:${id}` }));
  const writer = makeWriter(sources);
  const taken: Uint8Array[] = [];
  const groups = consecutive
    ? inputs.map((input, index) => ({ first: index, group: [input] }))
    : [{ first: 0, group: inputs }];
  for (const { first, group } of groups) {
    const merge = new PacketMerge(group);
    const packet = new Packet();
    for (let index = await merge.next(packet); index >= 0; index = await merge.next(packet)) {
      writer.add(packet, first + index);
      if (writer.waiting > 500) taken.push(writer.take().slice());
    }
  }
  writer.finish();
  taken.push(writer.take().slice());
  return { octets: Buffer.concat(taken), losses: writer.losses() };
}
