/** The records of a pcap file (draft-ietf-opsawg-pcap): a header of 16 or 24 octets, then the captured octets. */
import type { ByteWindow } from './byte-window.ts';
import { CaptureError, CaptureErrorCode, type CutOff } from './capture-error.ts';
import { capturedLimit } from './link-types.ts';
import { NoticeCode, type Notices, noteLengths } from './notice.ts';
import type { PacketBatch } from './packet.ts';
import type { PcapHeader } from './pcap-header.ts';

/** Cuts the records of a pcap file out of a window, after the file header. */
export class PcapRecords {
  readonly #window: ByteWindow;
  readonly #notices: Notices;
  readonly #header: PcapHeader;
  readonly #capturedLimit: number;

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
    const window = this.#window;
    const header = this.#header;
    const { view, end, inputOffset } = window;
    const little = header.byteOrder === 'little-endian';
    const headerLength = header.recordHeaderLength;
    const perSecond = header.precision === 'nanoseconds' ? 1_000_000_000 : 1_000_000;
    const nanosPerTick = 1_000_000_000 / perSecond;
    const mayBeSwapped = header.lengthOrder !== 'captured-first';
    const limit = this.#capturedLimit;
    const snapLength = header.snapLength === 0 ? limit : header.snapLength;
    const { capacity, start, length, wireLength, seconds, nanos } = batch;
    const { interfaceId, byteOffset, optionsStart, optionsEnd } = batch;
    let at = window.position;
    let row = 0;
    while (row < capacity && end - at >= headerLength) {
      let captured = view.getUint32(at + 8, little);
      let wire = view.getUint32(at + 12, little);
      if (mayBeSwapped && (captured > wire || header.lengthOrder === 'original-first')) {
        const first = captured;
        captured = wire;
        wire = first;
      }
      if (captured > limit || captured > end - at - headerLength) break;
      let second = view.getUint32(at, little);
      let fraction = view.getUint32(at + 4, little);
      if (fraction >= perSecond) {
        this.#noteFraction(inputOffset + at, fraction);
        second += Math.floor(fraction / perSecond);
        fraction %= perSecond;
      }
      if (captured > wire || captured > snapLength) this.#noteLengths(inputOffset + at, captured, wire);
      start[row] = at + headerLength;
      length[row] = captured;
      wireLength[row] = wire;
      seconds[row] = second;
      nanos[row] = fraction * nanosPerTick;
      interfaceId[row] = 0;
      byteOffset[row] = inputOffset + at;
      optionsStart[row] = 0;
      optionsEnd[row] = 0;
      row++;
      at += headerLength + captured;
    }
    batch.count = row;
    window.position = at;
    if (row === 0) this.#checkLength();
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
