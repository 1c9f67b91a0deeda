/** Tells most marks of records that nobody shares from others at little cost: by bits that fit the processor's second cache. */
import { type Columns, SEPARATE } from '../capture/columns.ts';
import { Cold, FlowFlag, Hot, RECORD_WORDS } from './flow-columns.ts';
import { TCP } from './ip-protocol.ts';
import { hasNatMark, natMarkBits } from './nat-mark.ts';

/** Bits of a sieve for each mark, so that of those that nobody shares one in nine gets through; and of a sieve for few. */
const BITS = 8;
const LEAST_BITS = 2 ** 14;
const HASH = 0x85ebca77;
const SEEN = FlowFlag.syn | FlowFlag.synAck;

/** Bits of marks that were added once, and of those that were added again. */
export interface SieveBits {
  readonly once: Int32Array;
  readonly again: Int32Array;
}

/** Bits of a sieve for so many marks: a power of two. */
export function sieveSize(marks: number): number {
  return Math.max(LEAST_BITS, 2 ** Math.ceil(Math.log2(BITS * marks + 1)));
}

/** Bits for a sieve of such a size, all 0. */
export function sieveBits(size: number, columns: Columns = SEPARATE): SieveBits {
  return { once: columns.int32(size / 32), again: columns.int32(size / 32) };
}

/** By how much hashes are shifted to be places of bits in a sieve of such a size. */
export function sieveShift(size: number): number {
  return 32 - Math.log2(size);
}

/** Records of a table, and how they go through a sieve. Records are numbered from 1; `end` is the first that is left out. */
export interface RecordSieve {
  /** Adds the marks of records. */
  readonly add: (record: number, end: number, shift: number) => void;
  /** The first record, one of whose marks was added twice; `end` where there is none. */
  readonly next: (record: number, end: number, shift: number) => number;
}

/** A closure for the reason that `packetUpdate` is one. */
export function recordSieve({ words }: { readonly words: Readonly<Int32Array> }, bits: SieveBits): RecordSieve {
  const { once, again } = bits;

  function add(record: number, end: number, shift: number): void {
    for (let i = record; i < end; i++) {
      const at = i * RECORD_WORDS;
      if (words[at + Cold.id] === 0) continue;
      for (let side = 0; side < 2; side++) {
        addMarks(once, again, markBits(words, at, side), hasMark(words, at, side), shift);
      }
    }
  }

  function next(record: number, end: number, shift: number): number {
    for (let i = record; i < end; i++) {
      const at = i * RECORD_WORDS;
      if (words[at + Cold.id] === 0) continue;
      for (let side = 0; side < 2; side++) {
        if ((isTwice(again, markBits(words, at, side), shift) & hasMark(words, at, side)) !== 0) return i;
      }
    }
    return end;
  }

  return { add, next };
}

/** Adds a mark to a sieve `times` times, which is 0 or 1. */
export function addMarks(once: Int32Array, again: Int32Array, mark: number, times: number, shift: number): void {
  const place = Math.imul(mark, HASH) >>> shift;
  const word = place >>> 5;
  const bit = times << (place & 31);
  again[word] = again[word]! | (once[word]! & bit);
  once[word] = once[word]! | bit;
}

/** 1 for a mark that was added twice, and for some others; 0 for the others. */
export function isTwice(again: Int32Array, mark: number, shift: number): number {
  const place = Math.imul(mark, HASH) >>> shift;
  return (again[place >>> 5]! >>> (place & 31)) & 1;
}

/** 1 where a direction of a record has a mark, else 0. */
export function hasMark(words: Readonly<Int32Array>, at: number, side: number): number {
  return hasNatMark(hasInitial(words, at, side), isTcp(words, at), firstOf(words, at, side), ipIdOf(words, at, side));
}

/** The mark's lower 32 bits: so few are alike by accident that it needs no more. */
export function markBits(words: Readonly<Int32Array>, at: number, side: number): number {
  const initial = words[at + Cold.initialSequence + side]!;
  return natMarkBits(hasInitial(words, at, side), initial, firstOf(words, at, side), ipIdOf(words, at, side));
}

function isTcp(words: Readonly<Int32Array>, at: number): boolean {
  return (words[at + 3]! & 0xff) === TCP;
}

function hasInitial(words: Readonly<Int32Array>, at: number, side: number): boolean {
  return (words[at + Hot.flags]! & (SEEN << side)) !== 0;
}

/** Both columns are read before there is a choice between them: that keeps the jump out. */
function firstOf(words: Readonly<Int32Array>, at: number, side: number): number {
  const timestamp = words[at + Cold.timestamp + side]!;
  const payload = words[at + Cold.payloadHash + side]!;
  return isTcp(words, at) ? timestamp : payload;
}

function ipIdOf(words: Readonly<Int32Array>, at: number, side: number): number {
  return (words[at + Cold.ipId]! >>> (16 * side)) & 0xffff;
}
