import { ByteWindow } from './byte-window.ts';
import { CaptureError, CaptureErrorCode, type CutOff } from './capture-error.ts';
import { describeForeign } from './foreign-formats.ts';
import type { ByteOrder, CaptureInterface, CaptureSection, NameRecord } from './interface.ts';
import { type Notice, Notices } from './notice.ts';
import { type Packet, PacketBatch, type RowCutter } from './packet.ts';
import { PcapRecords, type PlainRecords } from './pcap.ts';
import { type PcapHeader, pcapHeaderLength, pcapInterface, readPcapHeader } from './pcap-header.ts';
import { PcapngBlocks } from './pcapng.ts';
import { BLOCK_HEADER_LENGTH, BlockType, BYTE_ORDER_MAGIC, minimumBlockLength } from './pcapng-blocks.ts';

/** Octets of an unknown input that are looked at, and shown where they are no capture. */
const SAMPLE_LENGTH = 32;
const MAGIC_LENGTH = 4;

export interface CaptureReaderOptions {
  /** Octets of the buffer to begin with; it grows for a record that does not fit. Default 65,536. */
  readonly bufferSize?: number;
}

/** What cuts the packets out of the window, once the format is known. */
interface PacketCutter {
  /** Fills the batch with what is there. @throws CaptureError at damage, with the rows before it in the batch */
  fill(batch: PacketBatch): void;
  cutOff(): CutOff | undefined;
}

/**
 * Turns the octets of a pcap or pcapng file, in chunks of any size, into packets. It owns no stream: the caller adds octets
 * with `append`, or with `space` and `commit`, and takes packets until none is left. Memory is bounded by the longest record.
 *
 * Packets before damage are handed over first; then `nextBatch` throws, and throws the same from then on.
 */
export class CaptureReader {
  readonly #window: ByteWindow;
  readonly #notices = new Notices();
  readonly #oneRow = new PacketBatch(1);
  #interfaces: CaptureInterface[] = [];
  #header: PcapHeader | undefined;
  #blocks: PcapngBlocks | undefined;
  #cutter: PacketCutter | undefined;
  #records: PcapRecords | undefined;
  #damage: CaptureError | undefined;

  constructor(options: CaptureReaderOptions = {}) {
    this.#window = new ByteWindow(options.bufferSize);
  }

  /** The buffer that offsets of packets refer to; replaced when it grows. */
  get view(): DataView {
    return this.#window.view;
  }

  /** The same octets as `view`. */
  get bytes(): Uint8Array {
    return this.#window.bytes;
  }

  /** Interfaces so far; a pcapng file may describe more at any time. */
  get interfaces(): readonly CaptureInterface[] {
    return this.#interfaces;
  }

  /** Undefined until enough octets are there to tell. */
  get format(): 'pcap' | 'pcapng' | undefined {
    if (this.#header !== undefined) return 'pcap';
    return this.#blocks === undefined ? undefined : 'pcapng';
  }

  /** The file header of a pcap file. */
  get pcapHeader(): PcapHeader | undefined {
    return this.#header;
  }

  /** Byte order of the file, or of the current section. */
  get byteOrder(): ByteOrder | undefined {
    return this.#header?.byteOrder ?? this.#blocks?.descriptions.byteOrder;
  }

  /** Version of the file, or of its first section, for example `2.4`. */
  get version(): string | undefined {
    return this.#header?.version ?? this.#blocks?.descriptions.sections[0]?.version;
  }

  /** Sections of a pcapng file so far, the first 1,024 of them. */
  get sections(): readonly CaptureSection[] {
    return this.#blocks?.descriptions.sections ?? [];
  }

  /** Names that the capture itself gives addresses. */
  get names(): readonly NameRecord[] {
    return this.#blocks?.descriptions.names ?? [];
  }

  /** Blocks of a pcapng file that were skipped, by type; types beyond the first 256 share `undefined`. */
  get skippedBlocks(): ReadonlyMap<number | undefined, number> {
    return this.#blocks?.skipped ?? new Map();
  }

  /** Oddities that did not stop the reading, at most one a kind, with their counts. */
  get notices(): Notice[] {
    return this.#notices.list();
  }

  /** Octets of the input consumed so far. */
  get inputPosition(): number {
    return this.#window.inputPosition;
  }

  /** Adds a copy of these octets. */
  append(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.space(chunk.length).set(chunk);
    this.commit(chunk.length);
  }

  /**
   * Lends the place behind the last octet, at least `min` octets of it. Rows and packets handed over before are void, for what
   * is not consumed moves to the front.
   */
  space(min: number): Uint8Array {
    return this.#window.space(min);
  }

  /** Adds the first `count` octets that were put into the lent place. */
  commit(count: number): void {
    this.#window.commit(count);
  }

  /**
   * Adds octets [start, end) of a buffer by taking it over where there is room in front of them for what is not consumed yet. Rows and packets
   * handed over before are void.
   *
   * @returns a buffer that is the caller's again: the one that was in use, or the one given where its octets had to be copied
   */
  exchange(buffer: Uint8Array, start: number, end: number): Uint8Array {
    return this.#window.exchange(buffer, start, end);
  }

  /**
   * Gives the buffer up, for no more octets are expected; what is not consumed is kept. Rows and packets handed over before are void.
   *
   * @returns the buffer that was in use, which is the caller's
   */
  release(): Uint8Array {
    return this.#window.release();
  }

  /**
   * Fills a batch with the next packets.
   *
   * @returns the rows filled; 0 where more octets are needed
   * @throws CaptureError where the input is no capture or damaged, after all packets before that
   */
  nextBatch(batch: PacketBatch): number {
    batch.count = 0;
    if (this.#damage !== undefined) throw this.#damage;
    try {
      const cutter = this.#cutter ?? this.#detect();
      if (cutter === undefined) return 0;
      cutter.fill(batch);
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      this.#damage = error;
      if (batch.count === 0) throw error;
    }
    return batch.count;
  }

  /** What takes packets one by one into a batch, where the format allows for it: that of pcap, once its header was read. */
  cutter(batch: PacketBatch): RowCutter | undefined {
    return this.#records?.cutter(batch);
  }

  /** The same for code that does the cutting itself: where the records are, and how they are written. */
  get plainRecords(): PlainRecords | undefined {
    return this.#records?.plain;
  }

  /**
   * Makes `packet` the next one; false where more octets are needed. The convenience of `nextBatch`.
   *
   * @throws CaptureError as `nextBatch` does
   */
  next(packet: Packet): boolean {
    if (this.nextBatch(this.#oneRow) === 0) return false;
    packet.borrowRow(this.#oneRow, 0, this.#window);
    return true;
  }

  /**
   * Says that no more octets come, after `nextBatch` or `next` found no more packets.
   *
   * @returns the record that the input's end cuts off, or undefined
   * @throws CaptureError for an empty input, one that is no capture, and one cut off within its header
   */
  end(): CutOff | undefined {
    if (this.#damage !== undefined) throw this.#damage;
    const { available, inputPosition } = this.#window;
    if (available === 0 && inputPosition === 0) {
      throw new CaptureError(CaptureErrorCode.empty, 0, 'empty: no capture header');
    }
    if (this.#cutter === undefined) throw this.#undetected();
    const cutOff = this.#cutter.cutOff();
    if (this.#blocks !== undefined && this.#blocks.descriptions.sectionCount === 0) {
      throw headerCutOff(cutOff?.needed ?? minimumBlockLength(BlockType.sectionHeader), available);
    }
    return cutOff;
  }

  /** Tells the format by the first octets; undefined where there are too few. */
  #detect(): PacketCutter | undefined {
    const window = this.#window;
    const octets = window.bytes.subarray(window.position, window.end);
    if (octets.length < MAGIC_LENGTH) return undefined;
    const pcapLength = pcapHeaderLength(octets);
    if (pcapLength !== undefined) {
      if (octets.length < pcapLength) return undefined;
      const header = readPcapHeader(octets, this.#notices);
      this.#header = header;
      this.#interfaces = [pcapInterface(header)];
      window.position += pcapLength;
      const records = new PcapRecords(window, this.#notices, header);
      this.#records = records;
      this.#cutter = records;
      return records;
    }
    if (isSectionHeaderType(octets)) {
      if (octets.length < BLOCK_HEADER_LENGTH + MAGIC_LENGTH) return undefined;
      if (hasByteOrderMagic(octets)) {
        this.#blocks = new PcapngBlocks(window, this.#notices);
        this.#interfaces = this.#blocks.descriptions.interfaces;
        this.#cutter = this.#blocks;
        return this.#cutter;
      }
    }
    if (octets.length < SAMPLE_LENGTH) return undefined;
    throw notACapture(octets);
  }

  /** What the whole input is, where it ended before its format was told. */
  #undetected(): CaptureError {
    const window = this.#window;
    const octets = window.bytes.subarray(window.position, window.end);
    if (octets.length < MAGIC_LENGTH) return notACapture(octets);
    const pcapLength = pcapHeaderLength(octets);
    if (pcapLength !== undefined) return headerCutOff(pcapLength, octets.length);
    if (isSectionHeaderType(octets) && octets.length < BLOCK_HEADER_LENGTH + MAGIC_LENGTH) {
      return headerCutOff(minimumBlockLength(BlockType.sectionHeader), octets.length);
    }
    return notACapture(octets);
  }
}

function isSectionHeaderType(octets: Uint8Array): boolean {
  return new DataView(octets.buffer, octets.byteOffset).getUint32(0, true) === BlockType.sectionHeader;
}

function hasByteOrderMagic(octets: Uint8Array): boolean {
  const view = new DataView(octets.buffer, octets.byteOffset);
  return [true, false].some((little) => view.getUint32(BLOCK_HEADER_LENGTH, little) === BYTE_ORDER_MAGIC);
}

function headerCutOff(needed: number, available: number): CaptureError {
  const message = `cut off: the capture header needs ${needed} octets, ${available} are there`;
  return new CaptureError(CaptureErrorCode.headerCutOff, 0, message);
}

function notACapture(octets: Uint8Array): CaptureError {
  const found = describeForeign(octets.subarray(0, SAMPLE_LENGTH));
  const message = `not a capture: expected a pcap or pcapng header at offset 0, found ${found}`;
  return new CaptureError(CaptureErrorCode.notACapture, 0, message);
}
