import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { OctetRing } from '../../src/node/octet-ring.ts';

const octet = (at: number): number => (at * 7 + (at >> 8)) & 0xff;
const CAPACITY = 4 * 1024 * 1024;

test('octets come out as they went in, several times around', () => {
  const adding = new OctetRing();
  const taking = new OctetRing(adding.memory);
  let added = 0;
  let taken = 0;
  for (let round = 0; round < 40; round++) {
    const octets = Uint8Array.from({ length: 700_001 }, (_, at) => octet(added + at));
    adding.add(octets, () => {});
    added += octets.length;
    while (
      taking.take((some) => {
        if (some.some((value, at) => value !== octet(taken + at))) throw new Error(`wrong behind ${taken}`);
        taken += some.length;
      })
    );
  }
  expect(taken).toBe(added);
  expect(added).toBeGreaterThan(6 * CAPACITY);
});

test('who waits is woken once, and not for little', () => {
  const ring = new OctetRing();
  let woken = 0;
  const wake = (): void => {
    woken++;
  };
  expect(ring.waitForMore()).toBe(false);
  ring.add(Uint8Array.of(1), wake);
  expect(woken).toBe(0);
  ring.add(new Uint8Array(CAPACITY / 8), wake);
  ring.add(new Uint8Array(CAPACITY / 8), wake);
  expect(woken).toBe(1);
  expect(ring.waitForMore()).toBe(true);
});

test('who adds to a full ring waits until there is room', async () => {
  const ring = new OctetRing();
  ring.add(new Uint8Array(CAPACITY), () => {});
  const taker = new Worker(
    `const { workerData } = require('node:worker_threads');
     const state = new Int32Array(workerData, 0, 4);
     setTimeout(() => { Atomics.store(state, 1, 10); Atomics.notify(state, 1); }, 50);`,
    { eval: true, workerData: ring.memory },
  );
  ring.add(new Uint8Array(10).fill(9), () => {});
  await taker.terminate();
  const last: number[] = [];
  while (ring.take((some) => last.push(some.at(-1) ?? -1)));
  expect(last.at(-1)).toBe(9);
});
