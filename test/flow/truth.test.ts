/** Flows of the lab's captures against what the lab counted of each conversation at every hop. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Hop, Truth, TruthFlow } from '../../fixtures/lab/truth.ts';
import type { FlowDirection, FlowRecord } from '../../src/flow/flow-record.ts';
import { FIXTURES } from '../corpus.ts';
import { flowsOf } from './track.ts';

const SCENARIOS = readdirSync(FIXTURES);

const truthOf = (scenario: string): Truth =>
  JSON.parse(readFileSync(`${FIXTURES}${scenario}/truth.json`, 'utf8')) as Truth;

/** One line for one conversation at one point, as both sides can say it. */
function line(
  { protocol, ident }: Pick<TruthFlow, 'protocol' | 'ident'>,
  client: { ip: string; port?: number },
  server: { ip: string; port?: number },
  tunnel: Hop['tunnel'],
  counts: readonly number[],
): string {
  const tunnels = tunnel.map((hop) => `${hop.kind} ${hop.vni ?? '-'} ${hop.client} ${hop.server}`).join(', ');
  const place = ident === undefined ? '' : ` id ${ident}`;
  const from = `${client.ip}:${client.port ?? '-'}`;
  return `${protocol} ${from} > ${server.ip}:${server.port ?? '-'}${place} [${tunnels}] ${counts.join(' ')}`;
}

/** Copies of packets are counted apart; they have as many octets as their originals. */
const packetsOf = ({ packets, duplicates = 0 }: FlowDirection): number => packets + duplicates;
function octetsOf(direction: FlowDirection, octets: number): number {
  return direction.packets === 0 ? 0 : (octets / direction.packets) * packetsOf(direction);
}

/** Protocols whose payload the lab could not count: what the snap length cut off. */
function ourLine(flow: FlowRecord, cut: ReadonlySet<string>): string {
  const hasPayload = !cut.has(flow.protocol);
  const { c2s, s2c, icmp } = flow;
  const counts = [c2s, s2c].flatMap((side) => [
    packetsOf(side),
    Math.round(octetsOf(side, side.ip_bytes)),
    ...(hasPayload ? [Math.round(octetsOf(side, side.payload_bytes))] : []),
  ]);
  const ident = icmp?.id;
  const about = { protocol: flow.protocol, ...(ident === undefined ? {} : { ident }) };
  const tunnels = flow.tunnel.map(({ kind, vni, client, server }) => ({
    kind,
    ...(vni === undefined ? {} : { vni }),
    client,
    server,
  }));
  return line(about, flow.client, flow.server, tunnels, counts);
}

function theirLine(flow: TruthFlow, hop: Hop): string {
  const counts = [hop.c2s, hop.s2c].flatMap(({ packets, ip_bytes, payload_bytes }) => [
    packets,
    ip_bytes,
    ...(payload_bytes === null ? [] : [payload_bytes]),
  ]);
  return line(flow, flow.client, flow.server, hop.tunnel, counts);
}

describe.each(SCENARIOS)('%s', (scenario) => {
  const truth = truthOf(scenario);

  test.each(truth.captures.map(({ file, point }) => ({ file, point })))('$file', ({ file, point }) => {
    const seen = truth.flows.flatMap((flow) =>
      flow.hops
        .filter((hop) => hop.point === point && hop.c2s.packets + hop.s2c.packets > 0)
        .map((hop) => ({ flow, hop })),
    );
    const cut = new Set(seen.filter(({ hop }) => hop.c2s.payload_bytes === null).map(({ flow }) => flow.protocol));
    const theirs = seen.map(({ flow, hop }) => theirLine(flow, hop));
    // Messages about packets are conversations of those who send them; the lab lists them apart.
    const ours = flowsOf(`${FIXTURES}${scenario}/${file}`)
      .filter(({ icmp }) => icmp === undefined || icmp.id !== undefined)
      .map((flow) => ourLine(flow, cut));
    expect(ours.sort()).toEqual(theirs.sort());
  });
});
