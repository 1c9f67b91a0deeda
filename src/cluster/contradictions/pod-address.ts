/** Pods with an address outside the pod network of their node, or that send from another node. */
import { type AddressOctets, addressText, covers, prefixText } from '../address.ts';
import { evidenceOf, type Sighting } from '../evidence.ts';
import type { Model, ModelPod } from '../model.ts';
import type { Observations } from '../traffic/observations.ts';
import { type Contradiction, nodeText } from './contradiction.ts';

/** Compares where pods are said to be with where their packets come from. */
export function podAddressContradictions(model: Model, observations: Observations): Contradiction[] {
  const found: Contradiction[] = [];
  const senders = sendersOf(observations);
  const inClear = clearAddresses(observations);
  for (const pod of model.pods) {
    if (pod.fact.hostNetwork || pod.fact.ended) continue;
    for (const address of pod.addresses) {
      const contradiction = elsewhere(model, pod, address, senders) ?? outside(model, pod, address, senders, inClear);
      if (contradiction !== undefined) found.push(contradiction);
    }
  }
  return found;
}

type Senders = Map<AddressOctets, { readonly end: AddressOctets; readonly seen: Sighting }[]>;

function sendersOf({ ends }: Observations): Senders {
  const senders: Senders = new Map();
  for (const [end, { sources }] of ends) {
    for (const [address, seen] of sources) senders.set(address, [...(senders.get(address) ?? []), { end, seen }]);
  }
  return senders;
}

function clearAddresses({ clear }: Observations): Map<AddressOctets, Sighting> {
  const addresses = new Map<AddressOctets, Sighting>();
  for (const { pairs } of clear) for (const [pair, seen] of pairs) addresses.set(pair.slice(0, pair.length / 2), seen);
  return addresses;
}

function elsewhere(model: Model, pod: ModelPod, address: AddressOctets, senders: Senders): Contradiction | undefined {
  const home = model.nodes.get(pod.fact.node);
  if (home === undefined || home.addresses.size === 0) return undefined;
  const away = (senders.get(address) ?? []).filter(({ end }) => {
    const node = model.nodeByAddress.get(end);
    return node !== undefined && node !== home;
  });
  const [first] = away;
  if (first === undefined) return undefined;
  return {
    kind: 'pod-address',
    node: home.name,
    configured: {
      text: `pod ${pod.fact.namespace}/${pod.fact.name} (${addressText(address)}) is on ${home.name}`,
      sources: [pod.fact.source],
    },
    seen: {
      text: `${addressText(address)} sends from ${nodeText(model, first.end)}`,
      evidence: evidenceOf(away.map(({ seen }) => seen)),
    },
  };
}

function outside(
  model: Model,
  pod: ModelPod,
  address: AddressOctets,
  senders: Senders,
  inClear: ReadonlyMap<AddressOctets, Sighting>,
): Contradiction | undefined {
  const networks = model.nodes.get(pod.fact.node)?.podNetworks ?? [];
  const ofFamily = networks.filter(({ value }) => value.octets.length === address.length);
  // Calico lets a node borrow addresses of another's block.
  if (ofFamily.length === 0 || model.pools.length > 0 || ofFamily.some(({ value }) => covers(value, address))) {
    return undefined;
  }
  const seen = [...(senders.get(address) ?? []).map((sender) => sender.seen)];
  const clear = inClear.get(address);
  if (clear !== undefined) seen.push(clear);
  if (seen.length === 0) return undefined;
  const ranges = ofFamily.map(({ value }) => prefixText(value)).join(', ');
  return {
    kind: 'pod-address',
    node: pod.fact.node,
    configured: {
      text: `the pod network of ${pod.fact.node} is ${ranges}`,
      sources: [...ofFamily.flatMap(({ sources }) => sources), pod.fact.source],
    },
    seen: {
      text: `its pod ${pod.fact.namespace}/${pod.fact.name} sends from ${addressText(address)}`,
      evidence: evidenceOf(seen),
    },
  };
}
