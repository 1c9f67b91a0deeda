/**
 * The pcap file format (draft-ietf-opsawg-pcap) and its variants: a 24-octet file header, then records of a 16- or 24-octet
 * header and the captured octets. The byte order is that of the host that wrote it.
 */
import type { ByteWindow } from './byte-window.ts';
import { CaptureError, CaptureErrorCode, type CutOff } from './capture-error.ts';
import type { ByteOrder, CaptureInterface } from './interface.ts';
import { capturedLimit } from './link-types.ts';
import { NoticeCode, type Notices } from './notice.ts';
import type { PacketBatch } from './packet.ts';
import { MICROSECOND_RESOLUTION, NANOSECOND_RESOLUTION, tickUnit } from './timestamp.ts';

const FILE_HEADER_LENGTH = 24;
const RECORD_HEADER_LENGTH = 16;
/** Record header of the modified format: interface index, protocol and packet type follow the usual fields. */
const MODIFIED_RECORD_HEADER_LENGTH = 24;

/** Ticks a second in a record's fraction field. */
type Precision = 'microseconds' | 'nanoseconds';

interface PcapVariant {
  readonly name: string;
  readonly precision: Precision;
  readonly fileHeaderLength: number;
  readonly recordHeaderLength: number;
}

const STANDARD: PcapVariant = {
  name: 'pcap',
  precision: 'microseconds',
  fileHeaderLength: FILE_HEADER_LENGTH,
  recordHeaderLength: RECORD_HEADER_LENGTH,
};

/** Magic numbers as the writing host reads them; an Ixia "lcap" header holds the size of all records in 4 octets more. */
const VARIANTS: ReadonlyMap<number, PcapVariant> = new Map([
  [0xa1b2c3d4, STANDARD],
  [0xa1b23c4d, { ...STANDARD, precision: 'nanoseconds' }],
  [0xa1b2cd34, { ...STANDARD, name: 'modified pcap', recordHeaderLength: MODIFIED_RECORD_HEADER_LENGTH }],
  [0x1c0001ab, { ...STANDARD, name: 'Ixia pcap', fileHeaderLength: FILE_HEADER_LENGTH + 4 }],
  [0x1c0001ac, { ...STANDARD, name: 'Ixia pcap', precision: 'nanoseconds', fileHeaderLength: FILE_HEADER_LENGTH + 4 }],
]);

/** Magic numbers that libpcap reserved for formats it does not read either. */
const UNREAD_VARIANTS: ReadonlyMap<number, string> = new Map([
  [0xa1b234cd, "Mesquita's modified pcap"],
  [0xa12b3c4d, "Navtel's modified pcap"],
]);

const VERSION_MAJOR = 2;
const VERSION_MINOR = 4;
/** tcpdump of DG/UX writes version 543.0 and the two lengths of a record in the order used before 2.3. */
const DG_UX_VERSION_MAJOR = 543;

/** The last field of the file header: link type and, above it, reserved bits and the length of the FCS in 16-bit words. */
const LINK_TYPE_MASK = 0x0000ffff;
const RESERVED_MASK = 0x03ff0000;
const FCS_PRESENT = 0x04000000;
const FCS_WORDS_SHIFT = 28;

/** Where the record header holds captured and original length: they changed places with version 2.3. */
type LengthOrder = 'captured-first' | 'original-first' | 'either';

/** What a pcap file header says. */
export interface PcapHeader {
  readonly variant: string;
  readonly byteOrder: ByteOrder;
  readonly version: string;
  readonly precision: Precision;
  readonly fileHeaderLength: number;
  readonly recordHeaderLength: number;
  readonly lengthOrder: LengthOrder;
  readonly snapLength: number;
  readonly linkType: number;
  readonly fcsOctets: number | undefined;
}

/** The pcap variant and byte order of a magic number, or undefined where it is none. */
function recognise(magic: Uint8Array): { variant: PcapVariant; byteOrder: ByteOrder } | undefined {
  const view = new DataView(magic.buffer, magic.byteOffset, 4);
  for (const byteOrder of ['little-endian', 'big-endian'] as const) {
    const number = view.getUint32(0, byteOrder === 'little-endian');
    const variant = VARIANTS.get(number);
    if (variant !== undefined) return { variant, byteOrder };
    const unread = UNREAD_VARIANTS.get(number);
    if (unread !== undefined) {
      throw new CaptureError(
        CaptureErrorCode.unsupported,
        0,
        `${unread} (magic number ${hex(number)}) is not supported`,
      );
    }
  }
  return undefined;
}

/** Octets of the file header that starts with this magic number (4 octets at least); undefined where it is no pcap. */
export function pcapHeaderLength(magic: Uint8Array): number | undefined {
  return recognise(magic)?.variant.fileHeaderLength;
}

/**
 * Reads a complete file header.
 *
 * @throws CaptureError for a version or reserved bits that say the rest cannot be understood
 */
export function readPcapHeader(bytes: Uint8Array, notices: Notices): PcapHeader {
  const recognised = recognise(bytes);
  if (recognised === undefined) throw new CaptureError(CaptureErrorCode.notACapture, 0, 'not a pcap file header');
  const { variant, byteOrder } = recognised;
  const little = byteOrder === 'little-endian';
  const view = new DataView(bytes.buffer, bytes.byteOffset, variant.fileHeaderLength);
  const major = view.getUint16(4, little);
  const minor = view.getUint16(6, little);
  checkVersion(major, minor, notices);
  const link = view.getUint32(20, little);
  if ((link & RESERVED_MASK) !== 0) {
    const reserved = hex(link & RESERVED_MASK);
    throw new CaptureError(
      CaptureErrorCode.badHeader,
      20,
      `reserved bits ${reserved} of the link type at offset 20 are not zero`,
    );
  }
  return {
    variant: variant.name,
    byteOrder,
    version: `${major}.${minor}`,
    precision: variant.precision,
    fileHeaderLength: variant.fileHeaderLength,
    recordHeaderLength: variant.recordHeaderLength,
    lengthOrder: lengthOrder(major, minor),
    snapLength: view.getUint32(16, little),
    linkType: link & LINK_TYPE_MASK,
    fcsOctets: (link & FCS_PRESENT) !== 0 ? (link >>> FCS_WORDS_SHIFT) * 2 : undefined,
  };
}

function checkVersion(major: number, minor: number, notices: Notices): void {
  if (major < VERSION_MAJOR) {
    throw new CaptureError(
      CaptureErrorCode.unsupportedVersion,
      4,
      `pcap version ${major}.${minor} at offset 4 is older than ${VERSION_MAJOR}.0`,
    );
  }
  const known = (major === VERSION_MAJOR && minor <= VERSION_MINOR) || (major === DG_UX_VERSION_MAJOR && minor === 0);
  if (known) return;
  const read = `read as ${VERSION_MAJOR}.${VERSION_MINOR}`;
  notices.add(NoticeCode.newerVersion, 4, `pcap version ${major}.${minor} at offset 4 is unknown, ${read}`);
}

function lengthOrder(major: number, minor: number): LengthOrder {
  if (major === DG_UX_VERSION_MAJOR && minor === 0) return 'original-first';
  if (major !== VERSION_MAJOR || minor > 3) return 'captured-first';
  return minor === 3 ? 'either' : 'original-first';
}

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

/** Counts a packet with more octets captured than it had, or than the snap length (0 for none) allows. */
export function noteLengths(notices: Notices, at: number, captured: number, wire: number, snapLength: number): void {
  if (captured > wire && !notices.countKnown(NoticeCode.capturedExceedsWire)) {
    const message = `captured length ${captured} of the packet at offset ${at} exceeds its original length ${wire}`;
    notices.add(NoticeCode.capturedExceedsWire, at, message);
  }
  if (snapLength > 0 && captured > snapLength && !notices.countKnown(NoticeCode.capturedExceedsSnapLength)) {
    const message = `captured length ${captured} of the packet at offset ${at} exceeds the snap length ${snapLength}`;
    notices.add(NoticeCode.capturedExceedsSnapLength, at, message);
  }
}

/** The one interface a pcap file has. */
export function pcapInterface(header: PcapHeader): CaptureInterface {
  const resolution = header.precision === 'nanoseconds' ? NANOSECOND_RESOLUTION : MICROSECOND_RESOLUTION;
  return {
    id: 0,
    section: 0,
    number: 0,
    byteOrder: header.byteOrder,
    linkType: header.linkType,
    snapLength: header.snapLength,
    ...(header.fcsOctets === undefined ? {} : { fcsOctets: header.fcsOctets }),
    ticks: tickUnit(resolution, 0),
    comments: [],
  };
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
