/** Forwarding entries that point elsewhere than the traffic goes, or than the MAC address is. */
import { type AddressOctets, addressText, isGroupMac, parseAddress } from '../address.ts';
import type { ForwardingFact } from '../context/facts.ts';
import { evidenceOf, type Sighting } from '../evidence.ts';
import type { Model, ModelNode } from '../model.ts';
import type { Observations } from '../traffic/observations.ts';
import { macOf } from '../traffic/packet-rows.ts';
import { type Contradiction, isSameNode, nodeText } from './contradiction.ts';

/** Stands for "all others" in the forwarding database of a VXLAN device. */
const FLOOD = '00:00:00:00:00:00';

/** Frames for a MAC address, from one tunnel end to another. */
interface Frames {
  readonly from: AddressOctets;
  readonly to: AddressOctets;
  readonly seen: Sighting;
}

/** Where a MAC address is: the tunnel ends it sends from. */
type Places = Map<AddressOctets, Sighting>;

/** Compares the forwarding databases, and failing them the MAC addresses nodes announce, with the traffic. */
export function forwardingContradictions(model: Model, observations: Observations): Contradiction[] {
  const frames = framesByMac(observations);
  const places = placesOfMacs(observations);
  const found: Contradiction[] = [];
  const told = new Set<string>();
  for (const node of model.nodes.values()) {
    for (const entry of node.forwarding) {
      const to = entry.destination === undefined ? undefined : parseAddress(entry.destination);
      if (to === undefined || entry.mac === FLOOD || isGroupMac(entry.mac)) continue;
      const key = `${entry.mac}/${to}`;
      const contradiction = entryContradiction(
        model,
        node,
        entry,
        to,
        frames.get(entry.mac) ?? [],
        places.get(entry.mac),
      );
      if (contradiction === undefined || told.has(`${node.name}/${key}`)) continue;
      told.add(`${node.name}/${key}`).add(key);
      found.push(contradiction);
    }
  }
  return [...found, ...strayFrames(model, frames, told)];
}

function framesByMac(observations: Observations): Map<string, Frames[]> {
  const frames = new Map<string, Frames[]>();
  for (const { from, to, targetMacs } of observations.paths) {
    for (const [number, seen] of targetMacs) {
      const mac = macOf(number);
      frames.set(mac, [...(frames.get(mac) ?? []), { from, to, seen }]);
    }
  }
  return frames;
}

function placesOfMacs(observations: Observations): Map<string, Places> {
  const places = new Map<string, Places>();
  for (const [address, { sourceMacs }] of observations.ends) {
    for (const [number, seen] of sourceMacs) {
      const mac = macOf(number);
      places.set(mac, (places.get(mac) ?? new Map()).set(address, seen));
    }
  }
  return places;
}

function entryContradiction(
  model: Model,
  node: ModelNode,
  entry: ForwardingFact,
  to: AddressOctets,
  frames: readonly Frames[],
  places: Places | undefined,
): Contradiction | undefined {
  const own = frames.filter(({ from }) => node.addresses.has(from));
  const followed = own.filter((one) => isSameNode(model, one.to, to)).map(({ seen }) => seen);
  const astray = own.filter((one) => !isSameNode(model, one.to, to));
  const configured = {
    text: `${node.name} forwards ${entry.mac} to ${nodeText(model, to)} (dev ${entry.device})`,
    sources: [entry.source],
  };
  const answer = (text: string, sightings: Iterable<Sighting>): Contradiction => ({
    kind: 'forwarding-entry',
    node: node.name,
    configured,
    seen: { text, evidence: evidenceOf(sightings) },
  });
  const senders = [...(places ?? [])];
  if (senders.length > 0) {
    if (senders.some(([address]) => isSameNode(model, address, to))) return astrayAnswer();
    const where = senders.map(([address]) => nodeText(model, address)).join(', ');
    return answer(`${entry.mac} sends from ${where}`, [...senders.map(([, seen]) => seen), ...followed]);
  }
  const owner = ownerOf(model, entry.mac);
  if (owner !== undefined && !owner.addresses.has(to) && followed.length > 0) {
    return answer(`frames for ${entry.mac}, the tunnel of ${owner.name}, go to ${nodeText(model, to)}`, followed);
  }
  return astrayAnswer();

  function astrayAnswer(): Contradiction | undefined {
    const [first] = astray;
    // With entries for several ends under one MAC address any of them is right.
    if (first === undefined || followed.length > 0) return undefined;
    return answer(
      `frames for ${entry.mac} go to ${nodeText(model, first.to)}`,
      astray.map(({ seen }) => seen),
    );
  }
}

/** The node whose tunnel's end has the MAC address, as the API or its device tells. */
function ownerOf(model: Model, mac: string): ModelNode | undefined {
  for (const node of model.nodes.values()) if (node.vteps.some(({ value }) => value.mac === mac)) return node;
  return undefined;
}

/** Frames for one node's tunnel that go to another node, where no forwarding database was given to blame. */
function strayFrames(
  model: Model,
  frames: ReadonlyMap<string, readonly Frames[]>,
  told: ReadonlySet<string>,
): Contradiction[] {
  const found: Contradiction[] = [];
  for (const [mac, all] of frames) {
    const owner = ownerOf(model, mac);
    if (owner === undefined) continue;
    const stray = all.filter(({ to }) => {
      const taker = model.nodeByAddress.get(to);
      return taker !== undefined && taker !== owner && !told.has(`${mac}/${to}`);
    });
    const [first] = stray;
    if (first === undefined) continue;
    found.push({
      kind: 'forwarding-entry',
      node: model.nodeByAddress.get(first.from)?.name ?? addressText(first.from),
      configured: {
        text: `${mac} is the tunnel of ${owner.name}`,
        sources: owner.vteps.find(({ value }) => value.mac === mac)?.sources ?? [],
      },
      seen: {
        text: `${nodeText(model, first.from)} sends frames for it to ${nodeText(model, first.to)}`,
        evidence: evidenceOf(stray.map(({ seen }) => seen)),
      },
    });
  }
  return found;
}
