import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readContext } from '../../src/cluster/context/context.ts';
import { joinCluster } from '../../src/cluster/join/join-cluster.ts';
import { buildModel } from '../../src/cluster/model.ts';
import { clusterRecords } from '../../src/cluster/records.ts';
import { Budget, Sightings } from '../../src/cluster/traffic/observations.ts';
import { readContextFiles } from '../../src/node/context-files.ts';
import { FIXTURES, packetsOf } from '../corpus.ts';
import { arpReply, NODE1 } from './lab-frames.ts';
import { file, observeFrames } from './read.ts';

const FRAMES = [
  'flannel-vxlan/node2-eth1',
  'calico-bgp/node1-eth0',
  'icmp-fragmentation-needed-outer/node1-eth1',
  'calico-ipip/node1-caliweb',
]
  .flatMap((name) => packetsOf(`${FIXTURES}${name}.pcap`).map(({ octets }) => octets))
  .concat([arpReply(NODE1)]);

/** Octets that are cut short, and some of which are others. */
const damaged = fc
  .tuple(
    fc.constantFrom(...FRAMES),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
  )
  .map(([frame, part, changes]) => {
    const octets = frame.slice(0, Math.ceil(frame.length * part));
    for (const [at, value] of changes) if (octets.length > 0) octets[at % octets.length] = value;
    return octets;
  });

test('damaged frames are observed as far as they go', () => {
  fc.assert(
    fc.property(fc.array(damaged, { maxLength: 12 }), (frames) => {
      const observations = observeFrames(frames);
      expect(observations.packets).toBe(frames.length);
      expect(clusterRecords(joinCluster(buildModel([]), observations))[0]?.type).toBe('cluster');
    }),
    { numRuns: 400 },
  );
});

test('nothing behind the captured octets changes what is observed', () => {
  for (const frame of FRAMES) {
    const seen = [0x00, 0xff].map((filling) => {
      const padded = new Uint8Array(frame.length + 64).fill(filling);
      padded.set(frame);
      const observations = observeFrames([padded.subarray(0, frame.length)]);
      return JSON.stringify(clusterRecords(joinCluster(buildModel([]), observations)));
    });
    expect(seen[0]).toBe(seen[1]);
  }
});

const TEXTS = readContextFiles([`${FIXTURES}service-clusterip/context`, `${FIXTURES}calico-bgp/context`]).files.map(
  ({ text }) => text,
);

/** Context that is cut short, or has something in its midst that does not belong there. */
const damagedText = fc
  .tuple(
    fc.constantFrom(...TEXTS),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.string({ maxLength: 8 }),
  )
  .map(([text, cut, at, foreign]) => {
    const kept = text.slice(0, Math.ceil(text.length * cut));
    const place = Math.floor(kept.length * at);
    return kept.slice(0, place) + foreign + kept.slice(place);
  });

test('damaged context is a warning at most', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(damagedText, { maxLength: 3 }), async (texts) => {
      const { facts, warnings } = await readContext(texts.map((text, i) => file(text, 'node1', `node1/${i}`)));
      for (const warning of warnings) expect(warning.file).toMatch(/^node1\/\d$/);
      expect(joinCluster(buildModel(facts), observeFrames([])).contradictions).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test('what goes beyond the budget is counted, not remembered', () => {
  const budget = new Budget(2);
  const sightings = new Sightings<number>(budget);
  for (const key of [1, 2, 3, 1, 4]) sightings.add(key, key, 'eth1');
  expect([...sightings.keys()]).toEqual([1, 2]);
  expect(sightings.get(1)?.count).toBe(2);
  expect(budget.refused).toBe(2);
});
