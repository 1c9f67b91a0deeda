import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { ByteWindow } from '../../src/capture/byte-window.ts';
import { PieceRing } from '../../src/node/piece-ring.ts';

const PIECE = 512 * 1024;
const PIECES = 8;
const octet = (at: number): number => (at * 7 + (at >> 8)) & 0xff;
const never = (): void => {};

/** A window that uses its octets up but for the last `kept`, and checks that they are those that come next. */
class CheckedWindow extends ByteWindow {
  taken = 0;

  use(kept = 0): void {
    while (this.available > kept) {
      if (this.bytes[this.position] !== octet(this.taken)) throw new Error(`wrong behind ${this.taken}`);
      this.position++;
      this.taken++;
    }
  }
}

test.each([
  ['nothing', 0],
  ['the end of a record', 1000],
  ['more than there is room for in front of a piece', 300_000],
])('octets come out as they went in, several times around, where %s is left of what came before', (_, kept) => {
  const filling = new PieceRing();
  const taking = new PieceRing(filling.memory);
  const window = new CheckedWindow(64);
  let added = 0;
  for (let round = 0; round < 30; round++) {
    const octets = Uint8Array.from({ length: 700_001 }, (__, at) => octet(added + at));
    filling.add(octets, never);
    added += octets.length;
    while (taking.take(window)) window.use(kept);
  }
  filling.finish();
  while (taking.take(window)) window.use(kept);
  window.use();
  expect(window.taken).toBe(added);
  expect(added).toBeGreaterThan(4 * PIECES * PIECE);
});

test('what is put into lent room is not copied', () => {
  const ring = new PieceRing();
  const window = new CheckedWindow(64);
  let added = 0;
  for (let count = 1; added < 3 * PIECE; count = (count * 5) % 9973) {
    const room = ring.room().subarray(0, count);
    for (let at = 0; at < room.length; at++) room[at] = octet(added + at);
    ring.add(room, never);
    added += room.length;
  }
  while (ring.take(window)) {
    expect(window.bytes.buffer).toBe(ring.memory);
    window.use();
  }
  expect(window.taken).toBe(3 * PIECE);
});

test('who waits is woken once, and not for little', () => {
  const ring = new PieceRing();
  let woken = 0;
  const wake = (): void => {
    woken++;
  };
  expect(ring.waitForMore()).toBe(false);
  ring.add(new Uint8Array(2 * PIECE), wake);
  expect(woken).toBe(0);
  ring.add(new Uint8Array(2 * PIECE), wake);
  expect(woken).toBe(1);
  expect(ring.waitForMore()).toBe(true);
});

test('who adds to a full ring waits until a piece is given back', async () => {
  const ring = new PieceRing();
  ring.add(new Uint8Array(PIECES * PIECE), never);
  const taker = new Worker(
    `const { workerData } = require('node:worker_threads');
     const state = new Int32Array(workerData, 0, 4);
     setTimeout(() => { Atomics.store(state, 1, 1); Atomics.notify(state, 1); }, 50);`,
    { eval: true, workerData: ring.memory },
  );
  ring.add(new Uint8Array(10).fill(9), never);
  await taker.terminate();
  ring.finish();
  const window = new ByteWindow(64);
  let last: number | undefined;
  while (ring.take(window)) {
    last = window.bytes[window.end - 1];
    window.position = window.end;
  }
  expect(last).toBe(9);
});
