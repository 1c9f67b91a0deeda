/** Writes pcapng blocks, draft-ietf-opsawg-pcapng §4, little-endian, one after another. */
import type { CaptureInterface, CaptureSection, NameRecord } from './interface.ts';
import type { OctetWriter } from './octet-writer.ts';
import type { Packet } from './packet.ts';
import { BlockType, BYTE_ORDER_MAGIC } from './pcapng-blocks.ts';
import { InterfaceOption, NameRecordType, SectionOption, StatisticsOption } from './pcapng-descriptions.ts';
import {
  copyPacketOptions,
  endOptions,
  writeNumberOption,
  writeOption,
  writeTextOption,
} from './pcapng-option-writer.ts';
import { COMMENT } from './pcapng-options.ts';
import { MICROSECOND_RESOLUTION, type TickUnit } from './timestamp.ts';
import type { Ticks } from './timestamp-writer.ts';
import { encodeUtf8 } from './utf8.ts';

/** Version 1.0, and a section whose length is not told. */
const VERSION_MAJOR = 1;
const VERSION_MINOR = 0;
const UNKNOWN_LENGTH = 0xffffffff;

/** if_fcslen of 16 and more is read as bits: no frame check sequence has so many octets. */
const FCS_OCTETS_LIMIT = 16;
/** if_filter: the kind of filter that is libpcap's language. */
const FILTER_TEXT = 0;
/** A name record's length field has 16 bits. */
const LONGEST_NAME_RECORD = 65_535;
/** Octets of name records in one block. */
const NAMES_LIMIT = 1024 * 1024;

/** What a section says of itself. */
export type SectionFacts = Pick<CaptureSection, 'comments' | 'hardware' | 'operatingSystem' | 'application'>;

/** What is written of an interface. */
export type InterfaceFacts = Omit<CaptureInterface, 'id' | 'section' | 'number' | 'byteOrder'>;

/** The blocks of a pcapng file. */
export class PcapngBlockWriter {
  readonly #out: OctetWriter;

  constructor(out: OctetWriter) {
    this.#out = out;
  }

  /** Section Header Block. */
  section({ comments, hardware, operatingSystem, application }: SectionFacts): void {
    const out = this.#out;
    const start = this.#begin(BlockType.sectionHeader);
    out.u32(BYTE_ORDER_MAGIC);
    out.u16(VERSION_MAJOR);
    out.u16(VERSION_MINOR);
    out.u32(UNKNOWN_LENGTH);
    out.u32(UNKNOWN_LENGTH);
    const options = out.length;
    for (const comment of comments) writeTextOption(out, COMMENT, comment);
    writeTextOption(out, SectionOption.hardware, hardware);
    writeTextOption(out, SectionOption.operatingSystem, operatingSystem);
    writeTextOption(out, SectionOption.application, application);
    if (out.length > options) endOptions(out);
    this.#end(start);
  }

  /** Interface Description Block; the section's first has the number 0. */
  interface(facts: InterfaceFacts): void {
    const out = this.#out;
    const start = this.#begin(BlockType.interfaceDescription);
    out.u16(facts.linkType);
    out.u16(0);
    out.u32(facts.snapLength);
    for (const comment of facts.comments) writeTextOption(out, COMMENT, comment);
    writeTextOption(out, InterfaceOption.name, facts.name);
    writeTextOption(out, InterfaceOption.description, facts.description);
    writeNumberOption(out, InterfaceOption.speed, facts.speed);
    this.#tickResolution(facts.ticks);
    if (facts.filter !== undefined) {
      const filter = encodeUtf8(facts.filter);
      writeOption(
        out,
        InterfaceOption.filter,
        Uint8Array.of(FILTER_TEXT, ...filter.subarray(0, LONGEST_NAME_RECORD - 1)),
      );
    }
    writeTextOption(out, InterfaceOption.operatingSystem, facts.operatingSystem);
    if (facts.fcsOctets !== undefined) {
      const length = facts.fcsOctets < FCS_OCTETS_LIMIT ? facts.fcsOctets : facts.fcsOctets * 8;
      writeOption(out, InterfaceOption.fcsLength, Uint8Array.of(length));
    }
    if (facts.ticks.offset !== 0) {
      const offset = new Uint8Array(8);
      new DataView(offset.buffer).setBigInt64(0, BigInt(facts.ticks.offset), true);
      writeOption(out, InterfaceOption.tickOffset, offset);
    }
    writeTextOption(out, InterfaceOption.hardware, facts.hardware);
    endOptions(out);
    this.#end(start);
  }

  /**
   * Enhanced Packet Block, with the options of the packet's own block.
   *
   * @param number of the interface within its section
   * @param little byte order of the packet's options
   * @returns how many of its options could not be kept
   */
  packet(packet: Packet, number: number, { high, low }: Ticks, little: boolean): number {
    const out = this.#out;
    const captured = packet.end - packet.start;
    const start = this.#begin(BlockType.enhancedPacket);
    out.u32(number);
    out.u32(high);
    out.u32(low);
    out.u32(captured);
    out.u32(packet.wireLength);
    out.octets(packet.bytes, packet.start, packet.end);
    out.pad(captured);
    const left =
      packet.optionsEnd === packet.optionsStart
        ? 0
        : copyPacketOptions(out, packet.view, packet.optionsStart, packet.optionsEnd, little);
    this.#end(start);
    return left;
  }

  /** Simple Packet Block: of the section's first interface, without a time. The octets are as many as its snap length allows. */
  simplePacket(octets: Uint8Array, wireLength: number): void {
    const start = this.#begin(BlockType.simplePacket);
    this.#out.u32(wireLength);
    this.#out.octets(octets);
    this.#out.pad(octets.length);
    this.#end(start);
  }

  /** Interface Statistics Block; none where nothing was counted. */
  statistics(number: number, facts: InterfaceFacts, { high, low }: Ticks): void {
    const { received, accepted, droppedBySystem, delivered } = facts;
    const dropped = facts.dropped ?? facts.droppedBeforePackets;
    if ([received, dropped, accepted, droppedBySystem, delivered].every((count) => count === undefined)) return;
    const out = this.#out;
    const start = this.#begin(BlockType.interfaceStatistics);
    out.u32(number);
    out.u32(high);
    out.u32(low);
    writeNumberOption(out, StatisticsOption.received, received);
    writeNumberOption(out, StatisticsOption.dropped, dropped);
    writeNumberOption(out, StatisticsOption.accepted, accepted);
    writeNumberOption(out, StatisticsOption.droppedBySystem, droppedBySystem);
    writeNumberOption(out, StatisticsOption.delivered, delivered);
    endOptions(out);
    this.#end(start);
  }

  /** Name Resolution Blocks, as many as the records need; none without records. */
  names(records: readonly NameRecord[]): void {
    const out = this.#out;
    for (let next = 0; next < records.length; ) {
      const start = this.#begin(BlockType.nameResolution);
      while (next < records.length && out.length - start < NAMES_LIMIT) this.#nameRecord(records[next++]!);
      out.u16(NameRecordType.end);
      out.u16(0);
      this.#end(start);
    }
  }

  #nameRecord({ address, names }: NameRecord): void {
    const out = this.#out;
    const texts = encodeUtf8(names.map((name) => `${name}\0`).join(''));
    if (address.length + texts.length > LONGEST_NAME_RECORD) return;
    out.u16(address.length === 4 ? NameRecordType.ipv4 : NameRecordType.ipv6);
    out.u16(address.length + texts.length);
    out.octets(address);
    out.octets(texts);
    out.pad(address.length + texts.length);
  }

  /** if_tsresol: the highest bit tells 2 from 10, the others are the negated exponent. Microseconds go without saying. */
  #tickResolution({ binary, exponent }: TickUnit): void {
    if (!binary && exponent === MICROSECOND_RESOLUTION) return;
    writeOption(this.#out, InterfaceOption.tickResolution, Uint8Array.of((binary ? 0x80 : 0) | exponent));
  }

  /** Begins a block and returns where; its length is filled in at its end. */
  #begin(type: number): number {
    const start = this.#out.length;
    this.#out.u32(type);
    this.#out.u32(0);
    return start;
  }

  #end(start: number): void {
    const out = this.#out;
    const length = out.length - start + 4;
    out.setU32(start + 4, length);
    out.u32(length);
  }
}
