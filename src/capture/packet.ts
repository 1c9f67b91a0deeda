import { type Columns, SEPARATE } from './columns.ts';

/**
 * A batch of packets as columns, one row a packet. Reused from batch to batch; offsets refer to the reader's `view`, and hold
 * until octets are added to the reader.
 */
export class PacketBatch {
  /** Rows the batch can take. */
  readonly capacity: number;
  /** Rows in use. */
  count = 0;
  /** First captured octet, an offset in the reader's view. */
  readonly start: Int32Array;
  /** Captured octets. */
  readonly length: Int32Array;
  /** Octets the packet had on the wire, as the capture tells. */
  readonly wireLength: Uint32Array;
  /** Whole seconds since 1970-01-01T00:00:00Z. */
  readonly seconds: Float64Array;
  /** Nanoseconds after `seconds`, 0 to 999,999,999, or NO_TIME. */
  readonly nanos: Int32Array;
  /** Index into the reader's `interfaces`. */
  readonly interfaceId: Int32Array;
  /** Offset of the packet's record in the decompressed input. */
  readonly byteOffset: Float64Array;
  /** First octet of the options of a pcapng packet block, an offset in the reader's view; 0 without options. */
  readonly optionsStart: Int32Array;
  /** End of these options, exclusive; 0 without options. */
  readonly optionsEnd: Int32Array;

  /**
   * @param capacity rows, at least 1
   * @param columns where they come from
   */
  constructor(capacity = 256, columns: Columns = SEPARATE) {
    if (!(capacity >= 1)) throw new RangeError(`capacity of a packet batch is ${capacity}, at least 1 is needed`);
    this.capacity = capacity;
    this.start = columns.int32(capacity);
    this.length = columns.int32(capacity);
    this.wireLength = columns.uint32(capacity);
    this.seconds = columns.float64(capacity);
    this.nanos = columns.int32(capacity);
    this.interfaceId = columns.int32(capacity);
    this.byteOffset = columns.float64(capacity);
    this.optionsStart = columns.int32(capacity);
    this.optionsEnd = columns.int32(capacity);
  }
}

/**
 * Puts the next packet into a row of a batch, whose `count` then ends behind it. False, and nothing done, where the packet is not there as a whole or
 * its record has anything to be told or thrown: `nextBatch` takes it from there.
 *
 * This is for who works on each packet at once: the header of the next record is fetched from memory meanwhile. What is read ahead comes from another
 * processor's cache, and of the 40 ns that `nextBatch` takes for a packet of it, 30 are waiting.
 */
export type RowCutter = (row: number) => boolean;

const NO_OCTETS = new Uint8Array(0);

/** One packet, borrowed from the reader's buffer: it holds until the next call to the reader. Reused for the whole capture. */
export class Packet {
  /** The reader's buffer; the packet is `start` to `end` of it. */
  view: DataView = new DataView(NO_OCTETS.buffer);
  /** The same octets as `view`. */
  bytes: Uint8Array = NO_OCTETS;
  /** First captured octet. */
  start = 0;
  /** End of the captured octets, exclusive. */
  end = 0;
  /** Octets the packet had on the wire, as the capture tells. */
  wireLength = 0;
  /** Whole seconds since 1970-01-01T00:00:00Z. */
  seconds = 0;
  /** Nanoseconds after `seconds`, 0 to 999,999,999, or NO_TIME. */
  nanos = 0;
  /** Index into the reader's `interfaces`. */
  interfaceId = 0;
  /** Offset of the packet's record in the decompressed input. */
  byteOffset = 0;
  /** First octet of the packet block's options in `view`; 0 without options. */
  optionsStart = 0;
  /** End of these options, exclusive; 0 without options. */
  optionsEnd = 0;

  /** Makes this packet the given row of a batch, over the octets the batch was read from. */
  borrowRow(batch: PacketBatch, row: number, source: { readonly view: DataView; readonly bytes: Uint8Array }): void {
    this.view = source.view;
    this.bytes = source.bytes;
    this.start = batch.start[row]!;
    this.end = this.start + batch.length[row]!;
    this.wireLength = batch.wireLength[row]!;
    this.seconds = batch.seconds[row]!;
    this.nanos = batch.nanos[row]!;
    this.interfaceId = batch.interfaceId[row]!;
    this.byteOffset = batch.byteOffset[row]!;
    this.optionsStart = batch.optionsStart[row]!;
    this.optionsEnd = batch.optionsEnd[row]!;
  }
}
