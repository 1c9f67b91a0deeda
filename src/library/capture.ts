/** Captures as a program that uses the library reads them, from any source of chunks. */

import type { CaptureInput } from '../capture/input.ts';
import type { CaptureInterface } from '../capture/interface.ts';
import { Packet } from '../capture/packet.ts';
import { interfaceName } from '../capture/point.ts';
import { CaptureReader } from '../capture/reader.ts';
import { NO_TIME } from '../capture/timestamp.ts';
import type { Dissector } from '../dissect/dissector.ts';
import type { Layers } from '../dissect/layers.ts';
import { type DissectedPacket, packetOf, standardDissector } from './packet.ts';

/** Where octets come from: a stream, an array of chunks, or a generator. */
export type ChunkSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** A packet of `forEach`: borrowed, to be copied if it is to outlive the call. */
export interface BorrowedPacket {
  /** Position in the capture, from 1. */
  number: number;
  /** The octets and times of the packet. */
  readonly packet: Packet;
  /** The layers of the packet. */
  readonly layers: Layers;
}

/** What can be chosen about reading a capture. */
export interface CaptureOptions {
  /** Protocols; all that come with netdissect where it is left out. */
  readonly dissector?: Dissector;
}

/** A capture that is being read. It can be iterated once. */
export class Capture implements AsyncIterable<DissectedPacket> {
  private readonly input: CaptureInput;
  private readonly dissector: Dissector;

  constructor(input: CaptureInput, options: CaptureOptions = {}) {
    this.input = input;
    this.dissector = options.dissector ?? standardDissector();
  }

  /** The interfaces met so far. */
  get interfaces(): readonly CaptureInterface[] {
    return this.input.reader.interfaces;
  }

  /**
   * Calls `onPacket` for each packet, reusing the same objects: the fast path. `false` ends the reading.
   *
   * @throws CaptureError where the capture is damaged, after all packets before the damage
   */
  async forEach(onPacket: (borrowed: BorrowedPacket) => boolean | undefined): Promise<void> {
    const borrowed = this.borrow();
    try {
      do {
        while (this.next(borrowed)) if (onPacket(borrowed) === false) return;
      } while (await this.input.refill());
      this.input.reader.end();
    } finally {
      this.input.close();
    }
  }

  /** Packets that own their octets. Throws as `forEach` does. */
  async *[Symbol.asyncIterator](): AsyncGenerator<DissectedPacket, void, undefined> {
    const borrowed = this.borrow();
    try {
      do {
        while (this.next(borrowed)) yield this.own(borrowed);
      } while (await this.input.refill());
      this.input.reader.end();
    } finally {
      this.input.close();
    }
  }

  private borrow(): BorrowedPacket {
    return { number: 0, packet: new Packet(), layers: this.dissector.createLayers() };
  }

  private next(borrowed: BorrowedPacket): boolean {
    const { packet, layers } = borrowed;
    if (!this.input.reader.next(packet)) return false;
    borrowed.number++;
    const described = this.input.reader.interfaces[packet.interfaceId];
    const { view, start, end, wireLength } = packet;
    this.dissector.dissect(layers, view, start, end, wireLength, described?.linkType ?? -1, described?.fcsOctets ?? 0);
    return true;
  }

  private own({ number, packet, layers }: BorrowedPacket): DissectedPacket {
    const described = this.input.reader.interfaces[packet.interfaceId];
    const hasTime = packet.nanos !== NO_TIME;
    return packetOf(layers, packet.bytes.slice(packet.start, packet.end), {
      number,
      seconds: hasTime ? packet.seconds : undefined,
      nanos: hasTime ? packet.nanos : undefined,
      interface: described?.name === undefined ? undefined : interfaceName(described),
      length: packet.wireLength,
    });
  }
}

/** Chunks as an input. */
class ChunkInput implements CaptureInput {
  readonly name = 'chunks';
  readonly reader = new CaptureReader();
  private readonly chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;

  constructor(source: ChunkSource) {
    this.chunks = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  }

  async refill(): Promise<boolean> {
    const { value, done } = await this.chunks.next();
    if (done) return false;
    this.reader.append(value);
    return true;
  }

  close(): void {
    this.chunks.return?.();
  }
}

/** Reads a capture from chunks of octets: `for await (const packet of readCapture(response.body))`. */
export function readCapture(source: ChunkSource, options?: CaptureOptions): Capture {
  return new Capture(new ChunkInput(source), options);
}
