/** The records of a pcap file (draft-ietf-opsawg-pcap): a header of 16 or 24 octets, then the captured octets. */
import type { ByteWindow } from './byte-window.ts';
import { CaptureError, CaptureErrorCode, type CutOff } from './capture-error.ts';
import { capturedLimit } from './link-types.ts';
import { NoticeCode, type Notices, noteLengths } from './notice.ts';
import type { PacketBatch, RowCutter } from './packet.ts';
import type { PcapHeader } from './pcap-header.ts';

const NANOS = 1_000_000_000;

/** How the records of a file are written. */
export interface RecordFormat {
  /** Octets of a record's header, 16 or 24. */
  readonly headerLength: number;
  readonly isLittle: boolean;
  /** Ticks of a second's fraction, and nanoseconds of a tick. */
  readonly perSecond: number;
  readonly nanosPerTick: number;
  /** Captured octets up to which there is nothing to be said of a record. */
  readonly snapLength: number;
}

/** Records in a window. */
export interface PlainRecords {
  readonly window: ByteWindow;
  readonly format: RecordFormat;
}

/** Cuts the records of a pcap file out of a window, after the file header. */
export class PcapRecords {
  readonly #window: ByteWindow;
  readonly #notices: Notices;
  readonly #header: PcapHeader;
  readonly #capturedLimit: number;
  #filled: PacketBatch | undefined;
  #cut: RowCutter = () => false;

  constructor(window: ByteWindow, notices: Notices, header: PcapHeader) {
    this.#window = window;
    this.#notices = notices;
    this.#header = header;
    this.#capturedLimit = capturedLimit(header.linkType, header.snapLength);
  }

  /**
   * Fills the rows of a batch; fewer than its capacity when octets run out, or before damage.
   *
   * @throws CaptureError where damage is what comes next
   */
  fill(batch: PacketBatch): void {
    const { capacity } = batch;
    const cut = this.cutter(batch);
    let row = 0;
    while (row < capacity && (cut(row) || this.#cutOdd(batch, row))) row++;
    if (row === 0) this.#checkLength();
  }

  /** What cuts records into a batch that have nothing to be said of. */
  cutter(batch: PacketBatch): RowCutter {
    if (this.#filled !== batch) {
      this.#filled = batch;
      const { plain } = this;
      this.#cut = plain === undefined ? () => false : cutterInto(batch, plain.window, plain.format);
    }
    return this.#cut;
  }

  /** Where records are, and how to read those of which nothing is to be said; undefined where each has to be looked at. */
  get plain(): PlainRecords | undefined {
    const header = this.#header;
    if (header.lengthOrder !== 'captured-first') return undefined;
    const perSecond = ticksPerSecond(header);
    const format = {
      headerLength: header.recordHeaderLength,
      isLittle: header.byteOrder === 'little-endian',
      perSecond,
      nanosPerTick: NANOS / perSecond,
      snapLength: this.#snapLength,
    };
    return { window: this.#window, format };
  }

  /** Captured octets up to which there is nothing to be said of a record. */
  get #snapLength(): number {
    const { snapLength } = this.#header;
    return snapLength === 0 ? this.#capturedLimit : Math.min(snapLength, this.#capturedLimit);
  }

  /** Cuts any record that is there as a whole, and says what is odd about it. */
  #cutOdd(batch: PacketBatch, row: number): boolean {
    const window = this.#window;
    const header = this.#header;
    const isLittle = header.byteOrder === 'little-endian';
    const { view, position, inputPosition } = window;
    const room = window.end - position - header.recordHeaderLength;
    if (room < 0) return false;
    let captured = view.getUint32(position + 8, isLittle);
    let wire = view.getUint32(position + 12, isLittle);
    const { lengthOrder } = header;
    if (lengthOrder === 'original-first' || (lengthOrder !== 'captured-first' && captured > wire)) {
      [captured, wire] = [wire, captured];
    }
    if (captured > this.#capturedLimit || captured > room) return false;
    let second = view.getUint32(position, isLittle);
    let fraction = view.getUint32(position + 4, isLittle);
    const perSecond = ticksPerSecond(header);
    if (fraction >= perSecond) {
      this.#noteFraction(inputPosition, fraction);
      second += Math.floor(fraction / perSecond);
      fraction %= perSecond;
    }
    if (captured > wire || captured > this.#snapLength) this.#noteLengths(inputPosition, captured, wire);
    const start = position + header.recordHeaderLength;
    batch.start[row] = start;
    batch.length[row] = captured;
    batch.wireLength[row] = wire;
    batch.seconds[row] = second;
    batch.nanos[row] = fraction * (NANOS / perSecond);
    batch.interfaceId[row] = 0;
    batch.byteOffset[row] = inputPosition;
    batch.optionsStart[row] = 0;
    batch.optionsEnd[row] = 0;
    batch.count = row + 1;
    window.position = start + captured;
    return true;
  }

  /** Tells a record that is too long from one that is incomplete. */
  #checkLength(): void {
    const captured = this.#capturedLength();
    if (captured === undefined || captured <= this.#capturedLimit) return;
    const at = this.#window.inputPosition;
    throw new CaptureError(
      CaptureErrorCode.recordTooLong,
      at,
      `record length ${captured} at offset ${at} exceeds the limit of ${this.#capturedLimit}`,
    );
  }

  /** The record that the end of the input cuts off, if any. */
  cutOff(): CutOff | undefined {
    const { available, inputPosition } = this.#window;
    if (available === 0) return undefined;
    const needed = this.#header.recordHeaderLength + (this.#capturedLength() ?? 0);
    return { byteOffset: inputPosition, needed, available };
  }

  #capturedLength(): number | undefined {
    const { view, position, available } = this.#window;
    const { recordHeaderLength, byteOrder, lengthOrder } = this.#header;
    if (available < recordHeaderLength) return undefined;
    const first = view.getUint32(position + 8, byteOrder === 'little-endian');
    const second = view.getUint32(position + 12, byteOrder === 'little-endian');
    if (lengthOrder === 'captured-first') return first;
    return lengthOrder === 'original-first' ? second : Math.min(first, second);
  }

  #noteFraction(at: number, fraction: number): void {
    if (this.#notices.countKnown(NoticeCode.fractionOverflow)) return;
    const { precision } = this.#header;
    const message = `time at offset ${at} has ${fraction} ${precision} after the second, carried into the seconds`;
    this.#notices.add(NoticeCode.fractionOverflow, at, message);
  }

  #noteLengths(at: number, captured: number, wire: number): void {
    const { snapLength } = this.#header;
    noteLengths(this.#notices, at, captured, wire, snapLength);
  }
}

function ticksPerSecond({ precision }: PcapHeader): number {
  return precision === 'nanoseconds' ? NANOS : 1_000_000;
}

/** A closure, so that columns and header are constants of its code: 10 ns a packet less than a method takes. */
function cutterInto(batch: PacketBatch, window: ByteWindow, recordFormat: RecordFormat): RowCutter {
  const { start, length, wireLength, seconds, nanos } = batch;
  const { interfaceId, byteOffset, optionsStart, optionsEnd } = batch;
  const { headerLength, isLittle, perSecond, nanosPerTick, snapLength } = recordFormat;
  return (row) => {
    const { view, position, inputOffset } = window;
    const at = position + headerLength;
    const room = window.end - at;
    if (room < 0) return false;
    const captured = view.getUint32(position + 8, isLittle);
    const wire = view.getUint32(position + 12, isLittle);
    const fraction = view.getUint32(position + 4, isLittle);
    if (captured > room || captured > wire || captured > snapLength || fraction >= perSecond) return false;
    start[row] = at;
    length[row] = captured;
    wireLength[row] = wire;
    seconds[row] = view.getUint32(position, isLittle);
    nanos[row] = fraction * nanosPerTick;
    interfaceId[row] = 0;
    byteOffset[row] = inputOffset + position;
    optionsStart[row] = 0;
    optionsEnd[row] = 0;
    batch.count = row + 1;
    window.position = at + captured;
    return true;
  };
}
