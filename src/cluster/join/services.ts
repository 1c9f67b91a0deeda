/** Services as context and traffic know them. */
import type { AddressOctets } from '../address.ts';
import { type ClusterService, inference } from '../cluster.ts';
import type { Sighting } from '../evidence.ts';
import type { Model } from '../model.ts';
import type { Observations } from '../traffic/observations.ts';
import type { NodeIndex } from './node-index.ts';

/** How sure one can be of a service: DNS gave its address; its destination was replaced on the way. */
const CONFIDENCE = { named: 0.9, translated: 0.85 };

/** The services that context knows, and behind them those that NAT and DNS have shown. */
export function joinServices(model: Model, index: NodeIndex, observations: Observations): ClusterService[] {
  const services: ClusterService[] = model.services.map(({ fact, addresses, endpoints }) => ({
    name: `${fact.namespace}/${fact.name}`,
    serviceType: fact.serviceType,
    addresses,
    ports: fact.ports,
    endpoints: [...endpoints],
    sources: [fact.source],
    inferred: undefined,
  }));
  const known = new Set(services.flatMap(({ addresses }) => addresses));
  const nodePorts = new Set(services.flatMap(({ ports }) => ports.map(({ nodePort }) => nodePort)));
  const { serviceNames } = observations;
  for (const { address, port, endpoints, seen } of translatedDestinations(index, observations)) {
    const isNodePort = index.at(address) !== undefined;
    if (known.has(address) || index.ofPod(address) !== undefined || (isNodePort && nodePorts.has(port))) continue;
    services.push({
      name: serviceNames.get(address)?.name,
      serviceType: isNodePort ? 'NodePort' : undefined,
      addresses: [address],
      ports: [{ name: undefined, protocol: 'TCP', port, nodePort: isNodePort ? port : undefined }],
      endpoints: [...endpoints],
      sources: [],
      inferred: inference(CONFIDENCE.translated, seen),
    });
  }
  for (const { addresses } of services) for (const address of addresses) known.add(address);
  for (const [address, { name, seen }] of serviceNames) {
    // A headless service has the addresses of its pods.
    if (known.has(address) || index.ofPod(address) !== undefined) continue;
    services.push({
      name,
      serviceType: undefined,
      addresses: [address],
      ports: [],
      endpoints: [],
      sources: [],
      inferred: inference(CONFIDENCE.named, [seen]),
    });
  }
  return services;
}

/** A destination that was replaced, and by what. */
interface Translated {
  readonly address: AddressOctets;
  readonly port: number;
  readonly endpoints: Set<AddressOctets>;
  readonly seen: Sighting[];
}

function translatedDestinations(index: NodeIndex, { translations }: Observations): Translated[] {
  const found = new Map<string, Translated>();
  for (const { first, second, seen } of translations.values()) {
    const isReversed = index.ofPod(first.address) !== undefined && index.ofPod(second.address) === undefined;
    const [before, after] = isReversed ? [second, first] : [first, second];
    const key = `${before.address}:${before.port}`;
    const known = found.get(key) ?? { ...before, endpoints: new Set(), seen: [] };
    found.set(key, known);
    known.endpoints.add(after.address);
    known.seen.push(seen);
  }
  return [...found.values()];
}
