/** Ranked flows: by every key the order that the records themselves tell, whole and cut to the first ones. */
import { expect, test } from 'vitest';
import { RANKINGS, type Ranking } from '../../src/flow/flow-ranking.ts';
import type { FlowDirection, FlowRecord } from '../../src/flow/flow-record.ts';
import { capturesBelow, FIXTURES } from '../corpus.ts';
import { addCapture, octetsOf, testTracker } from './track.ts';

const FIRST_DAY = Date.UTC(2026, 10, 23);
const both = (of: (direction: FlowDirection) => number | undefined) => (flow: FlowRecord) =>
  (of(flow.c2s) ?? 0) + (of(flow.s2c) ?? 0);

/** What each key ranks by, as the record tells it; greater comes first. */
const AMOUNTS: Readonly<Record<Ranking, (flow: FlowRecord) => number>> = {
  bytes: both(({ ip_bytes }) => ip_bytes),
  payload: both(({ payload_bytes }) => payload_bytes),
  wire: both(({ wire_bytes }) => wire_bytes),
  packets: both(({ packets }) => packets),
  duration: ({ duration }) => duration,
  rtt: ({ tcp }) => tcp?.rtt ?? 0,
  retransmissions: both(({ retransmissions }) => retransmissions),
  trouble: both(
    (told) =>
      (told.retransmissions ?? 0) +
      (told.out_of_order ?? 0) +
      (told.lost_segments ?? 0) +
      (told.zero_windows ?? 0) +
      (told.duplicate_acks ?? 0),
  ),
  // Milliseconds of a day, for the nanoseconds to have room beside them.
  start: ({ start }) => -(Date.parse(start ?? '') - FIRST_DAY) - Number(`0.${start?.slice(23, 29)}`),
  id: ({ id }) => -id,
};

const tracker = testTracker();
for (const path of capturesBelow(FIXTURES).filter((name) => /eth[01]\./.test(name))) {
  addCapture(tracker, octetsOf(`${FIXTURES}${path}`), path);
}
const flows = [...tracker.flows()];

test.each(RANKINGS)('%s', (by) => {
  const amount = AMOUNTS[by];
  // Of equal ones the earlier comes first: sort is stable.
  const expected = [...flows].sort((a, b) => amount(b) - amount(a)).map(({ id }) => id);
  for (const top of [1, 2, 5, 100, flows.length, flows.length + 1, Number.POSITIVE_INFINITY]) {
    expect([...tracker.flows(by, top)].map(({ id }) => id)).toEqual(expected.slice(0, top));
  }
});

test('the captures have something of everything that is ranked', () => {
  expect(flows.length).toBeGreaterThan(300);
  for (const amount of Object.values(AMOUNTS)) expect(new Set(flows.map(amount)).size).toBeGreaterThan(5);
});
