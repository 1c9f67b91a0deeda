/** In which section of a pcapng file packets stand, and which number their interface has there. */
import type { WrittenCapture, WrittenSource } from './capture-writer.ts';
import type { CaptureInterface } from './interface.ts';
import type { PcapngBlockWriter, SectionFacts } from './pcapng-block-writer.ts';
import { joinTicks, type Ticks, writtenUnit } from './timestamp-writer.ts';

/** Lays sections out: writes what has to stand before a packet, and at the end what has to stand behind the last one. */
export interface SectionLayout {
  /** Sees to it that the packet's interface is described, and returns its number in the current section. */
  place(source: number, interfaceId: number): number;
  finish(): void;
}

/** When the last packet was captured, which is the time that statistics are given. */
export interface LastTime {
  seconds: number;
  nanos: number;
}

/** The blocks of a section other than its packets. */
class Section {
  readonly #blocks: PcapngBlockWriter;
  readonly #last: LastTime;
  readonly #ticks: Ticks = { high: 0, low: 0 };
  /** By their number. */
  readonly #interfaces: CaptureInterface[] = [];

  constructor(blocks: PcapngBlockWriter, last: LastTime, facts: SectionFacts) {
    this.#blocks = blocks;
    this.#last = last;
    blocks.section(facts);
  }

  /** Describes an interface, under a name of its own where one is given, and returns its number. */
  describe(described: CaptureInterface, name = described.name, comments = described.comments): number {
    const named = name === undefined ? {} : { name };
    this.#blocks.interface({ ...described, ...named, comments, ticks: writtenUnit(described.ticks) });
    return this.#interfaces.push(described) - 1;
  }

  /** Writes the statistics of all its interfaces. */
  end(): void {
    for (const [number, described] of this.#interfaces.entries()) {
      joinTicks(this.#last.seconds, this.#last.nanos, writtenUnit(described.ticks), this.#ticks);
      this.#blocks.statistics(number, described, this.#ticks);
    }
  }
}

/** Name records of the captures, each written once: as early as it is known. */
class WrittenNames {
  readonly #blocks: PcapngBlockWriter;
  readonly #written = new Map<WrittenCapture, number>();

  constructor(blocks: PcapngBlockWriter) {
    this.#blocks = blocks;
  }

  write(capture: WrittenCapture): void {
    const from = this.#written.get(capture) ?? 0;
    if (capture.names.length === from) return;
    this.#blocks.names(capture.names.slice(from));
    this.#written.set(capture, capture.names.length);
  }
}

/**
 * One capture, or several that were read one after another: each section becomes one of the file, with the same numbers of its
 * interfaces.
 */
export class ConsecutiveSections implements SectionLayout {
  readonly #blocks: PcapngBlockWriter;
  readonly #sources: readonly WrittenSource[];
  readonly #application: string;
  readonly #last: LastTime;
  readonly #names: WrittenNames;
  #source = 0;
  /** Index of the current section in its capture; -1 before the first. */
  #index = -1;
  #section: Section | undefined;
  /** Id of the interface that is described next. */
  #nextInterface = 0;

  constructor(blocks: PcapngBlockWriter, sources: readonly WrittenSource[], application: string, last: LastTime) {
    this.#blocks = blocks;
    this.#sources = sources;
    this.#application = application;
    this.#last = last;
    this.#names = new WrittenNames(blocks);
  }

  place(source: number, interfaceId: number): number {
    const described = this.#sources[source]?.capture.interfaces[interfaceId];
    if (described === undefined) throw new RangeError(`source ${source} has no interface ${interfaceId}`);
    if (source !== this.#source || described.section !== this.#index) this.#goTo(source, described.section);
    if (interfaceId >= this.#nextInterface) this.#describe();
    return described.number;
  }

  finish(): void {
    const last = this.#sources.length - 1;
    const capture = this.#sources[last]?.capture;
    if (capture !== undefined) this.#goTo(last, sectionCount(capture) - 1);
    this.#endSection();
  }

  /** Passes through all sections up to this one, also those without packets. */
  #goTo(source: number, index: number): void {
    while (this.#source < source || this.#index < index) {
      this.#endSection();
      const capture = this.#sources[this.#source]?.capture;
      if (capture !== undefined && this.#index + 1 < sectionCount(capture)) this.#begin(capture, this.#index + 1);
      else {
        this.#source++;
        this.#index = -1;
        this.#nextInterface = 0;
      }
    }
  }

  #begin(capture: WrittenCapture, index: number): void {
    const { application = this.#application, ...facts } = capture.sections[index] ?? { comments: [] };
    this.#index = index;
    this.#section = new Section(this.#blocks, this.#last, { ...facts, application });
    this.#describe();
    this.#names.write(capture);
  }

  /** Describes the interfaces that are known of the current section. */
  #describe(): void {
    const interfaces = this.#sources[this.#source]?.capture.interfaces ?? [];
    for (let next = interfaces[this.#nextInterface]; next?.section === this.#index; ) {
      this.#section?.describe(next);
      next = interfaces[++this.#nextInterface];
    }
  }

  #endSection(): void {
    const capture = this.#sources[this.#source]?.capture;
    if (this.#section === undefined || capture === undefined) return;
    this.#describe();
    this.#names.write(capture);
    this.#section.end();
    this.#section = undefined;
  }
}

/** Sections of a capture so far. A pcap file counts as one; what could not be read has none. */
function sectionCount({ format, interfaces, sections }: WrittenCapture): number {
  if (format === undefined) return 0;
  return Math.max(1, sections.length, (interfaces.at(-1)?.section ?? 0) + 1);
}

/** Captures that were merged by time: one section, with the interfaces of all. */
export class MergedSection implements SectionLayout {
  readonly #blocks: PcapngBlockWriter;
  readonly #sources: readonly WrittenSource[];
  readonly #application: string;
  readonly #last: LastTime;
  readonly #names: WrittenNames;
  /** Numbers in the file, by source and id. */
  readonly #numbers: number[][];
  readonly #usedNames = new Set<string>();
  #section: Section | undefined;

  constructor(blocks: PcapngBlockWriter, sources: readonly WrittenSource[], application: string, last: LastTime) {
    this.#blocks = blocks;
    this.#sources = sources;
    this.#application = application;
    this.#last = last;
    this.#names = new WrittenNames(blocks);
    this.#numbers = sources.map(() => []);
  }

  place(source: number, interfaceId: number): number {
    const section = this.#section ?? this.#begin();
    const numbers = this.#numbers[source];
    if (numbers?.[interfaceId] === undefined) this.#describe(section, source);
    const number = numbers?.[interfaceId];
    if (number === undefined) throw new RangeError(`source ${source} has no interface ${interfaceId}`);
    return number;
  }

  finish(): void {
    const section = this.#section ?? this.#begin();
    for (const [index, { capture }] of this.#sources.entries()) {
      this.#describe(section, index);
      this.#names.write(capture);
    }
    section.end();
  }

  #begin(): Section {
    const comments = this.#sources.flatMap(({ capture }) => capture.sections[0]?.comments ?? []);
    const section = new Section(this.#blocks, this.#last, { comments, application: this.#application });
    this.#section = section;
    for (const index of this.#sources.keys()) this.#describe(section, index);
    for (const { capture } of this.#sources) this.#names.write(capture);
    return section;
  }

  /** Describes the interfaces of a source that are not yet; comments of its later sections go to the first of each. */
  #describe(section: Section, index: number): void {
    const source = this.#sources[index]!;
    const numbers = this.#numbers[index]!;
    const { interfaces, sections } = source.capture;
    for (const described of interfaces.slice(numbers.length)) {
      const isFirstOfLater = described.section > 0 && described.number === 0;
      const ofSection = isFirstOfLater ? (sections[described.section]?.comments ?? []) : [];
      const name = this.#nameOf(described, source, index);
      numbers.push(section.describe(described, name, [...ofSection, ...described.comments]));
    }
  }

  /** Its own name where no other source has one like it; else the point's. */
  #nameOf({ id, name }: CaptureInterface, { pointOf }: WrittenSource, index: number): string {
    const isShared = this.#sources.some(
      ({ capture }, other) => other !== index && capture.interfaces.some((one) => one.name === name),
    );
    const chosen = name === undefined || isShared || this.#usedNames.has(name) ? pointOf(id) : name;
    this.#usedNames.add(chosen);
    return chosen;
  }
}
