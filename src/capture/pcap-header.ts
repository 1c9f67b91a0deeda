/** The 24-octet header of a pcap file (draft-ietf-opsawg-pcap) and its variants, in the byte order of the host that wrote it. */
import { CaptureError, CaptureErrorCode } from './capture-error.ts';
import type { ByteOrder, CaptureInterface } from './interface.ts';
import { NoticeCode, type Notices } from './notice.ts';
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

/** Magic numbers of the standard format by the precision of its times. */
export const PCAP_MAGIC: Readonly<Record<Precision, number>> = { microseconds: 0xa1b2c3d4, nanoseconds: 0xa1b23c4d };

/** Magic numbers as the writing host reads them; an Ixia "lcap" header holds the size of all records in 4 octets more. */
const VARIANTS: ReadonlyMap<number, PcapVariant> = new Map([
  [PCAP_MAGIC.microseconds, STANDARD],
  [PCAP_MAGIC.nanoseconds, { ...STANDARD, precision: 'nanoseconds' }],
  [0xa1b2cd34, { ...STANDARD, name: 'modified pcap', recordHeaderLength: MODIFIED_RECORD_HEADER_LENGTH }],
  [0x1c0001ab, { ...STANDARD, name: 'Ixia pcap', fileHeaderLength: FILE_HEADER_LENGTH + 4 }],
  [0x1c0001ac, { ...STANDARD, name: 'Ixia pcap', precision: 'nanoseconds', fileHeaderLength: FILE_HEADER_LENGTH + 4 }],
]);

/** Magic numbers that libpcap reserved for formats it does not read either. */
const UNREAD_VARIANTS: ReadonlyMap<number, string> = new Map([
  [0xa1b234cd, "Mesquita's modified pcap"],
  [0xa12b3c4d, "Navtel's modified pcap"],
]);

/** The version written today, 2.4. */
export const VERSION_MAJOR = 2;
export const VERSION_MINOR = 4;
/** tcpdump of DG/UX writes version 543.0 and the two lengths of a record in the order used before 2.3. */
const DG_UX_VERSION_MAJOR = 543;

/** The last field of the file header: link type and, above it, reserved bits and the length of the FCS in 16-bit words. */
const LINK_TYPE_MASK = 0x0000ffff;
const RESERVED_MASK = 0x03ff0000;
export const FCS_PRESENT = 0x04000000;
export const FCS_WORDS_SHIFT = 28;

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
