/** Tunnel ends whose MAC address is another than configured: frames to them are dropped without a word. */
import { evidenceOf, type FactSource, type Sighting } from '../evidence.ts';
import type { Model, ModelNode } from '../model.ts';
import type { Observations } from '../traffic/observations.ts';
import { macOf } from '../traffic/packet-rows.ts';
import type { Contradiction } from './contradiction.ts';

/** Compares the MAC addresses that frames to and from nodes' tunnels have with those of the tunnels' ends. */
export function vtepContradictions(model: Model, observations: Observations): Contradiction[] {
  const all = new Set([...model.nodes.values()].flatMap(({ vteps }) => vteps.map(({ value }) => value.mac)));
  const found: Contradiction[] = [];
  for (const node of model.nodes.values()) {
    if (node.vteps.length === 0) continue;
    const sent = macsSent(node, observations);
    const received = macsReceived(node, observations);
    for (const mac of new Set([...sent.keys(), ...received.keys()])) {
      // Frames for another node's tunnel are those of a wrong forwarding entry.
      if (!all.has(mac)) found.push(contradiction(model, node, mac, sent.get(mac) ?? [], received.get(mac) ?? []));
    }
  }
  return found;
}

type SightingsByMac = Map<string, Sighting[]>;

function add(sightings: SightingsByMac, number: number, seen: Sighting): void {
  const mac = macOf(number);
  sightings.set(mac, [...(sightings.get(mac) ?? []), seen]);
}

function macsSent(node: ModelNode, { ends }: Observations): SightingsByMac {
  const sent: SightingsByMac = new Map();
  for (const address of node.addresses) {
    for (const [number, seen] of ends.get(address)?.sourceMacs ?? []) add(sent, number, seen);
  }
  return sent;
}

function macsReceived(node: ModelNode, { paths }: Observations): SightingsByMac {
  const received: SightingsByMac = new Map();
  for (const { kind, to, targetMacs } of paths) {
    if (kind !== 'vxlan' || !node.addresses.has(to)) continue;
    for (const [number, seen] of targetMacs) add(received, number, seen);
  }
  return received;
}

function contradiction(
  model: Model,
  node: ModelNode,
  mac: string,
  sent: readonly Sighting[],
  received: readonly Sighting[],
): Contradiction {
  const macs = node.vteps.map(({ value }) => value.mac).join(', ');
  const text = sent.length > 0 ? `${node.name} sends from ${mac}` : `frames to ${node.name} are for ${mac}`;
  return {
    kind: 'vtep-mac',
    node: node.name,
    configured: {
      text: `the tunnel of ${node.name} has the MAC address ${macs}`,
      sources: [...node.vteps.flatMap(({ sources }) => sources), ...entriesFor(model, mac)],
    },
    seen: { text, evidence: evidenceOf([...sent, ...received]) },
  };
}

/** Where other nodes have the wrong address from. */
function entriesFor(model: Model, mac: string): FactSource[] {
  return [...model.nodes.values()].flatMap(({ neighbours }) =>
    neighbours.filter((neighbour) => neighbour.mac === mac).map(({ source }) => source),
  );
}
