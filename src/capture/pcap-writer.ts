/** Writes pcap files (draft-ietf-opsawg-pcap), little-endian, version 2.4. */
import { type CaptureWriter, lossOf, WriterError, type WrittenSource } from './capture-writer.ts';
import type { CaptureInterface } from './interface.ts';
import { capturedLimit, LinkType, linkTypeName } from './link-types.ts';
import { OctetWriter } from './octet-writer.ts';
import type { Packet } from './packet.ts';
import { FCS_PRESENT, FCS_WORDS_SHIFT, PCAP_MAGIC, VERSION_MAJOR, VERSION_MINOR } from './pcap-header.ts';
import { COMMENT, forEachOption } from './pcapng-options.ts';
import { MICROSECOND_RESOLUTION, NO_TIME, type TickUnit } from './timestamp.ts';

const LATEST_SECOND = 0xffffffff;
const NANOS_PER_MICROSECOND = 1000;

/** The packets of one or several captures as a pcap file. What pcap has no place for is counted, and told in `losses`. */
export class PcapWriter implements CaptureWriter {
  readonly #out = new OctetWriter();
  readonly #sources: readonly WrittenSource[];
  /** The interface of the first packet, by which the header was written. */
  #first: CaptureInterface | undefined;
  #nanosPerTick = 1;
  #comments = 0;
  #untimed = 0;
  #outOfRange = 0;
  #shortened = 0;
  #otherFcs = 0;

  constructor(sources: readonly WrittenSource[]) {
    this.#sources = sources;
  }

  get waiting(): number {
    return this.#out.length;
  }

  add(packet: Packet, source: number): void {
    const described = this.#sources[source]?.capture.interfaces[packet.interfaceId];
    if (described === undefined) throw new RangeError(`source ${source} has no interface ${packet.interfaceId}`);
    const first = this.#first ?? described;
    if (this.#first === undefined) this.#writeHeader(described);
    this.#first = first;
    if (described.linkType !== first.linkType) {
      const types = `${linkTypeName(first.linkType)} and ${linkTypeName(described.linkType)}`;
      throw new WriterError(`a pcap file holds packets of one link type, these are of ${types}; pcapng holds both`);
    }
    if (described.fcsOctets !== first.fcsOctets) this.#otherFcs++;
    this.#record(packet);
    if (packet.optionsEnd > packet.optionsStart) this.#countComments(packet, described);
  }

  finish(): void {
    if (this.#first === undefined) this.#writeHeader(this.#sources[0]?.capture.interfaces[0]);
  }

  take(): Uint8Array {
    return this.#out.take();
  }

  losses(): string[] {
    const described = this.#sources.flatMap(({ capture }) => [...capture.sections, ...capture.interfaces]);
    const comments = described.reduce((sum, one) => sum + one.comments.length, this.#comments);
    const untimed = lossOf(this.#untimed, 'packet without a time was', 'packets without a time were');
    const outOfRange = lossOf(this.#outOfRange, 'time was', 'times were');
    const shortened = lossOf(this.#shortened, 'time was', 'times were');
    const otherFcs = lossOf(this.#otherFcs, 'packet has', 'packets have');
    const kept = lossOf(comments, 'comment was', 'comments were');
    return [
      kept && `${kept} not written: pcap has no place for them, pcapng does`,
      untimed && `${untimed} written with the time 0`,
      outOfRange && `${outOfRange} beyond what pcap can tell, and written as the nearest`,
      shortened && `${shortened} cut to microseconds, in which the file had begun to count`,
      otherFcs && `${otherFcs} a frame check sequence of another length than the file's header tells`,
    ].filter((loss) => loss !== undefined);
  }

  /** Microseconds are enough where no interface known so far counts finer. */
  #writeHeader(described: CaptureInterface | undefined): void {
    const known = this.#sources.flatMap(({ capture }) => capture.interfaces);
    const isFine = known.some(({ ticks }) => isFinerThanMicroseconds(ticks));
    this.#nanosPerTick = isFine ? 1 : NANOS_PER_MICROSECOND;
    const linkType = described?.linkType ?? LinkType.EN10MB;
    const out = this.#out;
    out.u32(isFine ? PCAP_MAGIC.nanoseconds : PCAP_MAGIC.microseconds);
    out.u16(VERSION_MAJOR);
    out.u16(VERSION_MINOR);
    out.u32(0);
    out.u32(0);
    out.u32(snapLengthOf(known, linkType));
    out.u32(linkType | fcsBits(described?.fcsOctets));
  }

  #record(packet: Packet): void {
    const hasTime = packet.nanos !== NO_TIME;
    const fits = packet.seconds >= 0 && packet.seconds <= LATEST_SECOND;
    if (!hasTime) this.#untimed++;
    else if (!fits) this.#outOfRange++;
    else if (packet.nanos % this.#nanosPerTick !== 0) this.#shortened++;
    const captured = packet.end - packet.start;
    const out = this.#out;
    out.u32(fits ? packet.seconds : packet.seconds < 0 ? 0 : LATEST_SECOND);
    out.u32(hasTime && fits ? Math.floor(packet.nanos / this.#nanosPerTick) : 0);
    out.u32(captured);
    out.u32(packet.wireLength);
    out.octets(packet.bytes, packet.start, packet.end);
  }

  #countComments({ view, optionsStart, optionsEnd }: Packet, { byteOrder }: CaptureInterface): void {
    forEachOption(view, optionsStart, optionsEnd, byteOrder === 'little-endian', (code) => {
      if (code === COMMENT) this.#comments++;
    });
  }
}

function isFinerThanMicroseconds({ binary, exponent }: TickUnit): boolean {
  return binary || exponent > MICROSECOND_RESOLUTION;
}

/** The longest of the interfaces' snap lengths; the link type's limit where one of them has none, for 0 is not understood by all. */
function snapLengthOf(interfaces: readonly CaptureInterface[], linkType: number): number {
  const lengths = interfaces.map(({ snapLength }) => snapLength);
  return lengths.length === 0 || lengths.includes(0) ? capturedLimit(linkType, 0) : Math.max(...lengths);
}

function fcsBits(octets: number | undefined): number {
  return octets === undefined ? 0 : (FCS_PRESENT | ((octets >>> 1) << FCS_WORDS_SHIFT)) >>> 0;
}
