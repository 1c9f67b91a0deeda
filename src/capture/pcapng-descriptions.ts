/** Reads the pcapng blocks that describe where packets came from: sections, interfaces, their statistics, and names. */
import { CaptureError, CaptureErrorCode } from './capture-error.ts';
import type { ByteOrder, CaptureInterface, CaptureSection, NameRecord } from './interface.ts';
import { NoticeCode, type Notices } from './notice.ts';
import { COMMENT, forEachOption, padded, readUint64 } from './pcapng-options.ts';
import { decodeText } from './text.ts';
import { MICROSECOND_RESOLUTION, tickUnit } from './timestamp.ts';

/** Interfaces a reader keeps; one more is an error, for packets refer to them. */
export const MAX_INTERFACES = 65_536;
/** Sections whose facts are kept; later ones are read, and counted only. */
const MAX_SECTIONS = 1024;
/** Name records that are kept. */
const MAX_NAME_RECORDS = 65_536;
/** Octets of names, comments and other text that are kept in total. */
const MAX_TEXT_OCTETS = 16 * 1024 * 1024;

/** Options of a Section Header Block, §4.1. */
export const SectionOption = { hardware: 2, operatingSystem: 3, application: 4 } as const;
/** Options of an Interface Description Block, §4.2. */
export const InterfaceOption = {
  name: 2,
  description: 3,
  speed: 8,
  tickResolution: 9,
  filter: 11,
  operatingSystem: 12,
  fcsLength: 13,
  tickOffset: 14,
  hardware: 15,
} as const;
/** Options of an Interface Statistics Block, §4.6: 64-bit counters. */
export const StatisticsOption = { received: 4, dropped: 5, accepted: 6, droppedBySystem: 7, delivered: 8 } as const;
/** Kinds of records of a Name Resolution Block, §4.5. */
export const NameRecordType = { end: 0, ipv4: 1, ipv6: 2 } as const;

/** The version this reader knows is 1.0; 1.2, which some writers use for it, is the same. */
const VERSION_MAJOR = 1;
const VERSIONS_MINOR: readonly number[] = [0, 2];

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** One block in the reader's buffer. */
export interface Block {
  readonly view: DataView;
  /** First octet of the block, an offset in the view. */
  readonly start: number;
  /** First octet of its trailer. */
  readonly end: number;
  /** Offset of the block in the input. */
  readonly byteOffset: number;
}

/** What the blocks other than packets said so far. */
export class Descriptions {
  readonly interfaces: CaptureInterface[] = [];
  readonly sections: CaptureSection[] = [];
  readonly names: NameRecord[] = [];
  /** Sections so far, also those whose facts are not kept. */
  sectionCount = 0;
  /** Index in `interfaces` of the current section's interface 0. */
  sectionBase = 0;
  byteOrder: ByteOrder = 'little-endian';
  readonly #notices: Notices;
  #textOctets = 0;

  constructor(notices: Notices) {
    this.#notices = notices;
  }

  /** The interface that the current section gave this number, or undefined. */
  interfaceNumbered(number: number): CaptureInterface | undefined {
    return number < this.interfaces.length - this.sectionBase ? this.interfaces[this.sectionBase + number] : undefined;
  }

  /** @throws CaptureError for a version that is not known */
  readSectionHeader(block: Block, byteOrder: ByteOrder): void {
    const { view, start, byteOffset } = block;
    const little = byteOrder === 'little-endian';
    const major = view.getUint16(start + 12, little);
    const minor = view.getUint16(start + 14, little);
    if (major !== VERSION_MAJOR || !VERSIONS_MINOR.includes(minor)) {
      throw new CaptureError(
        CaptureErrorCode.unsupportedVersion,
        byteOffset,
        `pcapng version ${major}.${minor} of the section at offset ${byteOffset} is unknown, expected 1.0`,
      );
    }
    this.byteOrder = byteOrder;
    this.sectionBase = this.interfaces.length;
    this.sectionCount++;
    if (this.sections.length === MAX_SECTIONS) return;
    const comments: string[] = [];
    const section: Mutable<CaptureSection> = { byteOffset, byteOrder, version: `${major}.${minor}`, comments };
    this.#options(block, start + 24, (code, from, to) => {
      if (code === COMMENT) this.#text(block, from, to, (text) => comments.push(text));
      else if (code === SectionOption.hardware) this.#text(block, from, to, (text) => (section.hardware = text));
      else if (code === SectionOption.operatingSystem) {
        this.#text(block, from, to, (text) => (section.operatingSystem = text));
      } else if (code === SectionOption.application)
        this.#text(block, from, to, (text) => (section.application = text));
    });
    this.sections.push(section);
  }

  /** @throws CaptureError above MAX_INTERFACES */
  readInterface(block: Block): void {
    const { view, start, byteOffset } = block;
    const little = this.#little;
    const id = this.interfaces.length;
    if (id === MAX_INTERFACES) {
      throw new CaptureError(
        CaptureErrorCode.tooManyInterfaces,
        byteOffset,
        `interface at offset ${byteOffset} is one more than the limit of ${MAX_INTERFACES}`,
      );
    }
    const comments: string[] = [];
    let tickResolution = MICROSECOND_RESOLUTION;
    let tickOffset = 0;
    const described: Partial<Mutable<CaptureInterface>> = {};
    this.#options(block, start + 16, (code, from, to) => {
      const length = to - from;
      if (code === COMMENT) this.#text(block, from, to, (text) => comments.push(text));
      else if (code === InterfaceOption.name) this.#text(block, from, to, (text) => (described.name = text));
      else if (code === InterfaceOption.description) {
        this.#text(block, from, to, (text) => (described.description = text));
      } else if (code === InterfaceOption.operatingSystem) {
        this.#text(block, from, to, (text) => (described.operatingSystem = text));
      } else if (code === InterfaceOption.hardware) {
        this.#text(block, from, to, (text) => (described.hardware = text));
      } else if (code === InterfaceOption.filter) {
        this.#filter(block, from, to, (text) => (described.filter = text));
      } else if (code === InterfaceOption.tickResolution) {
        if (this.#hasLength(block, 'if_tsresol', length, 1)) tickResolution = view.getUint8(from);
      } else if (code === InterfaceOption.tickOffset) {
        if (this.#hasLength(block, 'if_tsoffset', length, 8)) tickOffset = Number(view.getBigInt64(from, little));
      } else if (code === InterfaceOption.speed) {
        if (this.#hasLength(block, 'if_speed', length, 8)) described.speed = readUint64(view, from, little);
      } else if (code === InterfaceOption.fcsLength) {
        if (this.#hasLength(block, 'if_fcslen', length, 1)) described.fcsOctets = fcsOctets(view.getUint8(from));
      }
    });
    this.interfaces.push({
      id,
      section: this.sectionCount - 1,
      number: id - this.sectionBase,
      byteOrder: this.byteOrder,
      linkType: view.getUint16(start + 8, little),
      snapLength: view.getUint32(start + 12, little),
      ticks: tickUnit(tickResolution, tickOffset),
      comments,
      ...described,
    });
  }

  /** Counters of one interface; a later block replaces an earlier one. */
  readStatistics(block: Block): void {
    const { view, start, byteOffset } = block;
    const little = this.#little;
    const number = view.getUint32(start + 8, little);
    const described = this.interfaceNumbered(number);
    if (described === undefined) {
      const message = `statistics at offset ${byteOffset} are of interface ${number}, which is not described`;
      this.#notices.add(NoticeCode.statisticsWithoutInterface, byteOffset, message);
      return;
    }
    this.#options(block, start + 20, (code, from, to) => {
      if (to - from !== 8) return;
      const count = readUint64(view, from, little);
      if (code === StatisticsOption.received) described.received = count;
      else if (code === StatisticsOption.dropped) described.dropped = count;
      else if (code === StatisticsOption.accepted) described.accepted = count;
      else if (code === StatisticsOption.droppedBySystem) described.droppedBySystem = count;
      else if (code === StatisticsOption.delivered) described.delivered = count;
    });
  }

  /** Records of type, length, address and zero-terminated names, padded to 4 octets. */
  readNames(block: Block): void {
    const { view, end, byteOffset } = block;
    const little = this.#little;
    let at = block.start + 8;
    while (end - at >= 4) {
      const type = view.getUint16(at, little);
      const length = view.getUint16(at + 2, little);
      if (type === NameRecordType.end) return;
      at += 4;
      if (length > end - at) {
        const message = `name record of ${length} octets in the block at offset ${byteOffset} exceeds its block`;
        this.#notices.add(NoticeCode.nameRecordTooLong, byteOffset, message);
        return;
      }
      const octets = octetsOf(view, at, at + length);
      if (type === NameRecordType.ipv4) this.#addNames(octets, 4, byteOffset);
      else if (type === NameRecordType.ipv6) this.#addNames(octets, 16, byteOffset);
      at += padded(length);
    }
  }

  get #little(): boolean {
    return this.byteOrder === 'little-endian';
  }

  #addNames(octets: Uint8Array, addressLength: number, byteOffset: number): void {
    if (octets.length <= addressLength) return;
    if (this.names.length === MAX_NAME_RECORDS || !this.#affordText(octets.length)) {
      const message = `names from offset ${byteOffset} on are more than are kept`;
      this.#notices.add(NoticeCode.tooManyNames, byteOffset, message);
      return;
    }
    const names: string[] = [];
    for (let from = addressLength; from < octets.length; ) {
      const zero = octets.indexOf(0, from);
      const to = zero < 0 ? octets.length : zero;
      if (to > from) names.push(decodeText(octets.subarray(from, to)));
      from = to + 1;
    }
    this.names.push({ address: octets.slice(0, addressLength), names });
  }

  #options(block: Block, from: number, visit: (code: number, start: number, end: number) => void): void {
    const tooLong = forEachOption(block.view, from, block.end, this.#little, visit);
    if (tooLong === undefined) return;
    const at = block.byteOffset + tooLong - block.start;
    this.#notices.add(NoticeCode.optionTooLong, at, `option at offset ${at} is longer than its block`);
  }

  #text(block: Block, from: number, to: number, keep: (text: string) => void): void {
    if (this.#affordText(to - from)) keep(decodeText(octetsOf(block.view, from, to)));
    else {
      const at = block.byteOffset + from - block.start;
      this.#notices.add(NoticeCode.tooMuchText, at, `text at offset ${at} is more than is kept`);
    }
  }

  /** if_filter: one octet tells the kind, 0 for libpcap's filter language; other kinds are no text. */
  #filter(block: Block, from: number, to: number, keep: (text: string) => void): void {
    if (to > from && block.view.getUint8(from) === 0) this.#text(block, from + 1, to, keep);
  }

  #hasLength(block: Block, name: string, length: number, expected: number): boolean {
    if (length === expected) return true;
    const message = `${name} of the interface at offset ${block.byteOffset} has ${length} octets, expected ${expected}`;
    this.#notices.add(NoticeCode.badOption, block.byteOffset, message);
    return false;
  }

  #affordText(octets: number): boolean {
    if (this.#textOctets + octets > MAX_TEXT_OCTETS) return false;
    this.#textOctets += octets;
    return true;
  }
}

/** if_fcslen counts bits by the specification and octets by its example and in many files: 16 or more cannot be octets. */
function fcsOctets(value: number): number {
  return value >= 16 ? value >>> 3 : value;
}

function octetsOf(view: DataView, from: number, to: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + from, to - from);
}
