/** What flows said: the lab's captures at every point, and conversations put together by hand. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Truth } from '../../fixtures/lab/truth.ts';
import { PacketBatch } from '../../src/capture/packet.ts';
import { CaptureReader } from '../../src/capture/reader.ts';
import type { FlowRecord } from '../../src/flow/flow-record.ts';
import { ObservedTracker } from '../../src/flow/observed-tracker.ts';
import { FlowFollower } from '../../src/flow/stream-follower.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { FIXTURES } from '../corpus.ts';
import { flowsOf } from './track.ts';

const dissector = createDissector(standardProtocols);

interface Said {
  octets: number;
  missing: number;
  text: string;
}

/** What both ends of a flow said, client first. */
function saidIn(path: string, { id, client }: FlowRecord): [Said, Said] {
  const sides: [Said, Said] = [
    { octets: 0, missing: 0, text: '' },
    { octets: 0, missing: 0, text: '' },
  ];
  const tracker = new ObservedTracker(dissector, { seed: 1, maxFlows: 20_000 });
  const follower = new FlowFollower(tracker, id, {
    octets: (side, offset, view, start, end) => {
      const said = sides[side];
      expect(offset).toBe(said.octets + said.missing);
      said.octets += end - start;
      said.text += new TextDecoder('latin1').decode(new Uint8Array(view.buffer, view.byteOffset + start, end - start));
    },
    gap: (side, offset, length) => {
      const said = sides[side];
      expect(offset).toBe(said.octets + said.missing);
      said.missing += length;
    },
  });
  const reader = new CaptureReader();
  const description = {
    linkType: (interfaceId: number) => reader.interfaces[interfaceId]?.linkType ?? -1,
    fcsOctets: () => 0,
    point: () => '',
  };
  const input = tracker.open(description);
  reader.append(readFileSync(path));
  const batch = new PacketBatch();
  while (reader.nextBatch(batch) > 0) follower.add(input, description, reader.view, batch, 0, batch.count);
  follower.close();
  return follower.isSide(0, client.ip, client.port) ? sides : [sides[1], sides[0]];
}

const SCENARIOS = readdirSync(FIXTURES).map((scenario) => ({
  scenario,
  truth: JSON.parse(readFileSync(`${FIXTURES}${scenario}/truth.json`, 'utf8')) as Truth,
}));

/** Cut off within the TCP header, so that there is no sequence to follow. */
const WITHOUT_SEQUENCE: readonly string[] = ['node1-eth1-snap96.pcap'];

describe.each(SCENARIOS.filter(({ truth }) => truth.lossless))('$scenario', ({ scenario, truth }) => {
  const files = truth.captures.map(({ file }) => file).filter((file) => file.endsWith('.pcap'));

  test.each(files.filter((file) => !WITHOUT_SEQUENCE.includes(file)))('%s', (file) => {
    const path = `${FIXTURES}${scenario}/${file}`;
    for (const flow of flowsOf(path)) {
      if (flow.protocol !== 'tcp' && flow.protocol !== 'udp') continue;
      const said = saidIn(path, flow);
      for (const [side, direction] of [flow.c2s, flow.s2c].entries()) {
        const { octets, missing } = said[side]!;
        // Where each octet crosses the wire once, the stream has as many as the segments; of a direction that did not pass here, the
        // other one's acknowledgments tell how many there were.
        if (direction.packets > 0) expect(octets + missing, `flow ${flow.id}`).toBe(direction.payload_bytes);
        else expect(octets).toBe(0);
      }
    }
  });
});

/** Trouble on the way: wherever a stream is told whole, it is the same. */
test.each(['loss', 'reordering', 'delay', 'zero-window', 'outer-fragmentation'])(
  '%s: the same at all points',
  (scenario) => {
    const told = new Map<string, Set<string>>();
    let whole = 0;
    for (const file of readdirSync(`${FIXTURES}${scenario}`).filter((name) => name.endsWith('.pcap'))) {
      const path = `${FIXTURES}${scenario}/${file}`;
      for (const flow of flowsOf(path)) {
        if (flow.protocol !== 'tcp') continue;
        for (const [side, { text, missing }] of saidIn(path, flow).entries()) {
          // Long segments were cut off by the snap length at some points.
          if (missing > 0) continue;
          const key = `${flow.client.ip}:${flow.client.port} ${side === 0 ? 'c2s' : 's2c'}`;
          told.set(key, (told.get(key) ?? new Set()).add(text));
          whole++;
        }
      }
    }
    expect([...told.values()].map(({ size }) => size)).toEqual(Array.from({ length: told.size }, () => 1));
    expect(whole).toBeGreaterThan(told.size);
  },
);
