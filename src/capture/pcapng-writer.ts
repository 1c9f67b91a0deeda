/** Writes pcapng files: everything the readers tell of packets, interfaces and sections. */
import { type CaptureWriter, lossOf, type WrittenSource } from './capture-writer.ts';
import { OctetWriter } from './octet-writer.ts';
import type { Packet } from './packet.ts';
import { PcapngBlockWriter } from './pcapng-block-writer.ts';
import { ConsecutiveSections, type LastTime, MergedSection, type SectionLayout } from './section-writer.ts';
import { NO_TIME } from './timestamp.ts';
import { joinTicks, type Ticks, writtenUnit } from './timestamp-writer.ts';

export interface PcapngWriterOptions {
  /** Name of the program, for sections that tell none. */
  readonly application: string;
  /** The sources were read one after another rather than merged by time. */
  readonly consecutive: boolean;
}

/** The packets of one or several captures as a pcapng file. */
export class PcapngWriter implements CaptureWriter {
  readonly #out = new OctetWriter();
  readonly #blocks = new PcapngBlockWriter(this.#out);
  readonly #sources: readonly WrittenSource[];
  readonly #layout: SectionLayout;
  readonly #last: LastTime = { seconds: 0, nanos: 0 };
  readonly #ticks: Ticks = { high: 0, low: 0 };
  #untimed = 0;
  #outOfRange = 0;
  #lostOptions = 0;

  constructor(sources: readonly WrittenSource[], { application, consecutive }: PcapngWriterOptions) {
    this.#sources = sources;
    const Layout = consecutive || sources.length <= 1 ? ConsecutiveSections : MergedSection;
    this.#layout = new Layout(this.#blocks, sources, application, this.#last);
  }

  get waiting(): number {
    return this.#out.length;
  }

  add(packet: Packet, source: number): void {
    const number = this.#layout.place(source, packet.interfaceId);
    const described = this.#sources[source]!.capture.interfaces[packet.interfaceId]!;
    const { nanos, seconds } = packet;
    if (nanos === NO_TIME) {
      const captured = packet.end - packet.start;
      const { snapLength } = described;
      const told = snapLength === 0 ? packet.wireLength : Math.min(packet.wireLength, snapLength);
      if (number === 0 && captured === told && packet.optionsStart === packet.optionsEnd) {
        this.#blocks.simplePacket(packet.bytes.subarray(packet.start, packet.end), packet.wireLength);
        return;
      }
      this.#untimed++;
      this.#ticks.high = 0;
      this.#ticks.low = 0;
    } else {
      if (!joinTicks(seconds, nanos, writtenUnit(described.ticks), this.#ticks)) this.#outOfRange++;
      this.#last.seconds = seconds;
      this.#last.nanos = nanos;
    }
    const little = described.byteOrder === 'little-endian';
    this.#lostOptions += this.#blocks.packet(packet, number, this.#ticks, little);
  }

  finish(): void {
    this.#layout.finish();
  }

  take(): Uint8Array {
    return this.#out.take();
  }

  losses(): string[] {
    const untimed = lossOf(this.#untimed, 'packet without a time was', 'packets without a time were');
    const outOfRange = lossOf(this.#outOfRange, 'time was', 'times were');
    const options = lossOf(this.#lostOptions, 'option was', 'options were');
    return [
      untimed && `${untimed} written with the time 0`,
      outOfRange && `${outOfRange} beyond what pcapng can tell, and written as the nearest`,
      options && `${options} not written: not to be copied, or of a kind whose byte order is not known`,
    ].filter((loss) => loss !== undefined);
  }
}
