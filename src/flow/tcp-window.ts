/** Windows as a flow keeps them: the word `Hot.window`. */
import { FIRST_ACK_TO_COME, UNKNOWN_SCALE, WINDOW_SCALE_SHIFT } from './flow-columns.ts';

/** Bits of the word that hold the window as announced. */
export const WINDOW_MASK = 0xffff;

/** Whether octets up to `end` fill a receiver's window. */
export function isWindowFull(word: number, lastAck: number, end: number): boolean {
  const scale = (word >>> WINDOW_SCALE_SHIFT) & UNKNOWN_SCALE;
  if (scale === UNKNOWN_SCALE) return false;
  return ((lastAck + ((word & WINDOW_MASK) << ((word & FIRST_ACK_TO_COME) === 0 ? scale : 0))) | 0) === end;
}
