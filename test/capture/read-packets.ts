/** Reads all packets of a capture in memory, in chunks as given: for tests only. */
import { CaptureError, type CutOff } from '../../src/capture/capture-error.ts';
import { Packet, PacketBatch } from '../../src/capture/packet.ts';
import { CaptureReader } from '../../src/capture/reader.ts';

/** One packet, owning its octets. */
export interface ReadPacket {
  readonly octets: number[];
  readonly wireLength: number;
  readonly seconds: number;
  readonly nanos: number;
  readonly interfaceId: number;
  readonly byteOffset: number;
  readonly options: number[];
}

export interface ReadResult {
  readonly reader: CaptureReader;
  readonly packets: ReadPacket[];
  readonly cutOff: CutOff | undefined;
  readonly error: CaptureError | undefined;
}

/** @param batchRows rows of a batch, or 0 to read packet by packet with `next` */
export function readChunks(chunks: readonly Uint8Array[], batchRows = 7): ReadResult {
  const reader = new CaptureReader({ bufferSize: 16 });
  const packets: ReadPacket[] = [];
  let cutOff: CutOff | undefined;
  let error: CaptureError | undefined;
  try {
    for (const chunk of chunks) {
      reader.append(chunk);
      takePackets(reader, packets, batchRows);
    }
    takePackets(reader, packets, batchRows);
    cutOff = reader.end();
  } catch (thrown) {
    if (!(thrown instanceof CaptureError)) throw thrown;
    error = thrown;
  }
  return { reader, packets, cutOff, error };
}

export function readWhole(octets: Uint8Array, batchRows = 7): ReadResult {
  return readChunks([octets], batchRows);
}

/** Cuts octets at the given offsets. */
export function cutAt(octets: Uint8Array, offsets: readonly number[]): Uint8Array[] {
  const bounds = [0, ...[...offsets].sort((a, b) => a - b), octets.length];
  return bounds.slice(1).map((end, index) => octets.subarray(bounds[index], end));
}

function takePackets(reader: CaptureReader, packets: ReadPacket[], batchRows: number): void {
  const packet = new Packet();
  if (batchRows === 0) {
    while (reader.next(packet)) packets.push(own(packet));
    return;
  }
  const batch = new PacketBatch(batchRows);
  while (reader.nextBatch(batch) > 0) {
    for (let row = 0; row < batch.count; row++) {
      packet.borrowRow(batch, row, reader);
      packets.push(own(packet));
    }
  }
}

function own(packet: Packet): ReadPacket {
  return {
    octets: [...packet.bytes.subarray(packet.start, packet.end)],
    wireLength: packet.wireLength,
    seconds: packet.seconds,
    nanos: packet.nanos,
    interfaceId: packet.interfaceId,
    byteOffset: packet.byteOffset,
    options: [...packet.bytes.subarray(packet.optionsStart, packet.optionsEnd)],
  };
}
