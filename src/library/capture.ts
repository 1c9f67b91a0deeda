/** Captures as a program that uses the library reads them. */
import type { CutOff } from '../capture/capture-error.ts';
import type { CaptureInput } from '../capture/input.ts';
import type { CaptureInterface } from '../capture/interface.ts';
import type { Notice } from '../capture/notice.ts';
import { interfacePoint, pointNames } from '../capture/point.ts';
import type { Dissector } from '../dissect/dissector.ts';
import type { Protocol } from '../dissect/protocol.ts';
import { compileFilter as compileNow } from '../filter/filter.ts';
import { FilterError } from '../filter/filter-error.ts';
import { compileFilter, type PacketFilter } from './filter.ts';
import type { LayersOf, StandardLayers, StandardProtocol } from './layer-types.ts';
import { type BorrowedPacket, DissectedPacket } from './packet.ts';
import { createSession, type DissectionSession, type SessionOptions } from './session.ts';
import { type CaptureSource, ChunkInput } from './source.ts';

/** What can be chosen about reading a capture. */
export interface CaptureOptions<P extends Protocol = StandardProtocol> extends SessionOptions<P> {
  /** What remembers fragments and messages between packets, where several captures are to share it; it brings its own dissector. */
  readonly session?: DissectionSession<LayersOf<P>>;
  /** Name of the capture, from which its point is called; a path, or a file's name. */
  readonly name?: string;
}

/** What of a session does not depend on the types of its layers. */
type SessionCore = Pick<DissectionSession, 'dissector' | 'borrowed' | 'take'>;

/** One pass over an input, that captures with different filters share. */
class Reading {
  readonly input: CaptureInput;
  readonly session: SessionCore;
  cutOff: CutOff | undefined;
  private hasBegun = false;
  private readonly name: string;
  private readonly points: string[] = [];
  private interfaces = 0;

  constructor(input: CaptureInput, name: string, session: SessionCore) {
    this.input = input;
    this.session = session;
    this.name = name === '' ? '' : (pointNames([name])[0] ?? '');
  }

  begin(): void {
    if (this.hasBegun) throw new Error('a capture is read once: open it again to read it again');
    this.hasBegun = true;
  }

  /** Whether there was another packet, which `session.borrowed` then is. */
  next(): boolean {
    const { reader } = this.input;
    const { borrowed } = this.session;
    if (!reader.next(borrowed.packet)) return false;
    const { interfaceId } = borrowed.packet;
    const described = reader.interfaces[interfaceId];
    borrowed.described = described;
    // The one interface of a pcap file is the reader's invention: filters are not to see it.
    const isNamed = reader.format === 'pcapng';
    const name = isNamed ? described?.name : undefined;
    this.session.take(described?.linkType ?? -1, this.point(interfaceId), isNamed ? interfaceId : -1, name);
    return true;
  }

  /** A pcapng file may describe another interface at any time, and with it the names of all points change. */
  private point(interfaceId: number): string {
    const { interfaces } = this.input.reader;
    if (this.interfaces !== interfaces.length) {
      this.interfaces = interfaces.length;
      this.points.length = 0;
    }
    this.points[interfaceId] ??= interfacePoint(this.name, interfaces, interfaceId);
    return this.points[interfaceId];
  }
}

/**
 * A capture that is being read, once: with `for await`, or with `forEach`. Of a damaged one come all packets before the damage, then
 * a CaptureError is thrown. A last record that is cut off is no error: `cutOff` tells of it. `L` are the layers by name.
 */
export class Capture<L = StandardLayers> implements AsyncIterable<DissectedPacket<L>> {
  readonly #reading: Reading;
  readonly #filters: readonly (PacketFilter | Promise<PacketFilter>)[];

  /** @internal Captures come from `openCapture` and `readCapture`. */
  constructor(reading: Reading, filters: readonly (PacketFilter | Promise<PacketFilter>)[]) {
    this.#reading = reading;
    this.#filters = filters;
  }

  /** The interfaces met so far. */
  get interfaces(): readonly CaptureInterface[] {
    return this.#reading.input.reader.interfaces;
  }

  /** The file's format; undefined until it was told. */
  get format(): 'pcap' | 'pcapng' | undefined {
    return this.#reading.input.reader.format;
  }

  /** Oddities met so far that did not stop the reading. */
  get notices(): readonly Notice[] {
    return this.#reading.input.reader.notices;
  }

  /** The record that the capture's end cuts off, once all before it was read. */
  get cutOff(): CutOff | undefined {
    return this.#reading.cutOff;
  }

  /**
   * The same capture, of which only the packets that a filter selects are given: `capture.filter('tcp.flags.syn == 1')`. They keep their
   * numbers, and what they are reassembled from need not be selected.
   *
   * @throws FilterError where the filter is wrong
   */
  filter(filter: string | PacketFilter): Capture<L> {
    const test = typeof filter === 'string' ? filterOf(filter, this.#reading.session.dissector) : filter;
    return new Capture(this.#reading, [...this.#filters, test]);
  }

  /**
   * Calls `onPacket` for each packet, which is borrowed for the call: the fast path. `false` ends the reading.
   *
   * @throws as iterating does
   */
  async forEach(onPacket: (borrowed: BorrowedPacket) => boolean | undefined): Promise<void> {
    const reading = this.#reading;
    const { input, session } = reading;
    reading.begin();
    try {
      const isWanted = await this.#test();
      do {
        while (reading.next()) if (isWanted(session.borrowed) && onPacket(session.borrowed) === false) return;
      } while (await input.refill());
      reading.cutOff = input.reader.end();
    } finally {
      input.close();
    }
  }

  /**
   * Packets that own their octets.
   *
   * @throws CaptureError where the capture is damaged, after all packets before the damage
   * @throws InputError where the system can't read on
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<DissectedPacket<L>, void, undefined> {
    const reading = this.#reading;
    const { input, session } = reading;
    reading.begin();
    try {
      const isWanted = await this.#test();
      do {
        while (reading.next()) if (isWanted(session.borrowed)) yield ownPacket(session);
      } while (await input.refill());
      reading.cutOff = input.reader.end();
    } finally {
      input.close();
    }
  }

  /** Gives the file or stream back. Needed only where the capture is not read: the end of reading does so too. */
  close(): void {
    this.#reading.begin();
    this.#reading.input.close();
  }

  /** The filters as one, those with regular expressions loaded. */
  async #test(): Promise<PacketFilter> {
    const filters = await Promise.all(this.#filters);
    const [only] = filters;
    if (only === undefined) return () => true;
    return filters.length === 1 ? only : (packet) => filters.every((filter) => filter(packet));
  }
}

function ownPacket<L>({ dissector, borrowed }: SessionCore): DissectedPacket<L> {
  const { bytes, start, end } = borrowed.packet;
  return new DissectedPacket<L>(dissector, borrowed, bytes.slice(start, end));
}

/**
 * Compiles a filter now, so that what is wrong with it is told at once; one with regular expressions later too, for their engine is
 * yet to be loaded.
 */
function filterOf(text: string, dissector: Dissector): PacketFilter | Promise<PacketFilter> {
  try {
    const { matches } = compileNow(text, dissector);
    return ({ context }) => matches(context);
  } catch (error) {
    if (error instanceof FilterError) throw error;
    const loading = compileFilter(text, dissector);
    // Who reads the capture is told; until then nobody waits for the filter.
    loading.catch(() => undefined);
    return loading;
  }
}

/** Makes a capture of an input. */
export function captureOf<P extends Protocol = StandardProtocol>(
  input: CaptureInput,
  options: CaptureOptions<P> = {},
): Capture<LayersOf<P>> {
  return new Capture<LayersOf<P>>(
    new Reading(input, options.name ?? input.name, options.session ?? createSession(options)),
    [],
  );
}

/** Reads a capture from a stream, a `Blob` or `File`, a response, or octets: `for await (const packet of readCapture(file))`. */
export function readCapture<P extends Protocol = StandardProtocol>(
  source: CaptureSource,
  options: CaptureOptions<P> = {},
): Capture<LayersOf<P>> {
  return captureOf(new ChunkInput(source), options);
}
