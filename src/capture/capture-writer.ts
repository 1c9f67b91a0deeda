/** What writers of pcap and pcapng files have in common. */
import type { CaptureInterface, CaptureSection, NameRecord } from './interface.ts';
import type { Packet } from './packet.ts';

/** A capture whose packets are written: what a `CaptureReader` tells of it, at any time more than before. */
export interface WrittenCapture {
  readonly format: 'pcap' | 'pcapng' | undefined;
  readonly interfaces: readonly CaptureInterface[];
  readonly sections: readonly CaptureSection[];
  readonly names: readonly NameRecord[];
}

/** One of the captures that go into a file. */
export interface WrittenSource {
  readonly capture: WrittenCapture;
  /** A name for one of its interfaces that is unambiguous among all captures. */
  readonly pointOf: (interfaceId: number) => string;
}

/** Makes the octets of a capture file out of packets. It owns no file: the caller takes the octets out and stores them. */
export interface CaptureWriter {
  /** Octets that wait to be taken. */
  readonly waiting: number;
  /**
   * Adds a packet of the source with this index.
   *
   * @throws WriterError where the format cannot hold it
   */
  add(packet: Packet, source: number): void;
  /** Adds what stands behind the last packet, and the header of a file without packets. */
  finish(): void;
  /** Hands over the octets that wait, valid until the next call. */
  take(): Uint8Array;
  /** What could not be kept, in words: known once the file is finished. */
  losses(): string[];
}

/** Packets that one file of the format cannot hold. */
export class WriterError extends Error {
  override readonly name = 'WriterError';
}

/** Words a number of things that were lost; undefined for none. */
export function lossOf(count: number, one: string, many: string): string | undefined {
  if (count === 0) return undefined;
  return count === 1 ? `1 ${one}` : `${count} ${many}`;
}
