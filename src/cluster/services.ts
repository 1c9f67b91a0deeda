/** Services as context tells them: objects of the API, or failing them the rules of kube-proxy. */
import { type AddressOctets, parseAddresses } from './address.ts';
import type { EndpointsFact, ServiceFact } from './context/facts.ts';

/** A service, and the pods behind it. */
export interface ModelService {
  readonly fact: ServiceFact;
  readonly addresses: readonly AddressOctets[];
  /** Addresses of the pods behind it. */
  readonly endpoints: Set<AddressOctets>;
}

/** Puts the facts of services together. */
export function servicesOf(services: readonly ServiceFact[], endpoints: readonly EndpointsFact[]): ModelService[] {
  const byName = new Map<string, ModelService>();
  // Rules know less than objects, and are the same on all nodes.
  for (const fact of [...services].sort((a, b) => Number(a.isRule) - Number(b.isRule))) {
    const name = `${fact.namespace}/${fact.name}`;
    const known = byName.get(name);
    if (known === undefined) {
      byName.set(name, { fact, addresses: parseAddresses(fact.addresses), endpoints: new Set() });
    } else if (known.fact.isRule && fact.isRule) byName.set(name, withRule(known, fact));
  }
  for (const { namespace, service, addresses } of endpoints) {
    for (const address of parseAddresses(addresses)) byName.get(`${namespace}/${service}`)?.endpoints.add(address);
  }
  return [...byName.values()];
}

/** A service that only rules tell, with what another rule tells of it. */
function withRule(service: ModelService, rule: ServiceFact): ModelService {
  const { fact } = service;
  const ports = rule.ports.filter(
    (port) => !fact.ports.some((one) => one.port === port.port && one.protocol === port.protocol),
  );
  const addresses = [...new Set([...fact.addresses, ...rule.addresses])];
  const serviceType = rule.serviceType === 'NodePort' ? rule.serviceType : fact.serviceType;
  const merged = { ...fact, serviceType, addresses, ports: [...fact.ports, ...ports] };
  return { ...service, fact: merged, addresses: parseAddresses(addresses) };
}
