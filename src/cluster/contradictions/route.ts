/** Routes that lead through another device, or to another node, than the traffic goes. */
import { type AddressOctets, parseAddress, prefixText } from '../address.ts';
import { isTunnelDevice } from '../devices.ts';
import { evidenceOf, type Sighting } from '../evidence.ts';
import { clearRoutes } from '../inference/clear-routes.ts';
import { type Model, type ModelNode, type ModelRoute, routeFor } from '../model.ts';
import type { Observations } from '../traffic/observations.ts';
import { type Contradiction, isSameNode, nodeText } from './contradiction.ts';

/** Compares what nodes do with packets for other nodes' pods with their routes. */
export function routeContradictions(model: Model, observations: Observations): Contradiction[] {
  const found = new Map<string, { node: ModelNode; route: ModelRoute; text: string; seen: Sighting[] }>();
  const add = (node: ModelNode, route: ModelRoute, text: string, seen: Sighting): void => {
    const key = `${node.name}/${prefixText(route.destination)}/${text}`;
    const known = found.get(key) ?? { node, route, text, seen: [] };
    known.seen.push(seen);
    found.set(key, known);
  };
  for (const { kind, from, to, targets } of observations.paths) {
    const node = model.nodeByAddress.get(from);
    if (node === undefined || node.routes.length === 0) continue;
    for (const [target, seen] of targets) {
      const route = routeToPods(model, node, target);
      if (route === undefined) continue;
      const gateway = route.fact.gateway === undefined ? undefined : parseAddress(route.fact.gateway);
      if (!leadsIntoTunnel(node, route)) {
        add(
          node,
          route,
          `packets for ${prefixText(route.destination)} go through ${kind} to ${nodeText(model, to)}`,
          seen,
        );
      } else if (kind === 'ipip' && gateway !== undefined && !isSameNode(model, gateway, to)) {
        // An IPIP device sends to the gateway itself; VXLAN asks its forwarding database.
        add(node, route, `packets for ${prefixText(route.destination)} go to ${nodeText(model, to)}`, seen);
      }
    }
  }
  for (const { fromNode, toNode, target, seen } of clearRoutes(observations)) {
    const node = model.nodeByAddress.get(fromNode);
    const route = node === undefined ? undefined : routeToPods(model, node, target);
    if (node === undefined || route === undefined || !leadsIntoTunnel(node, route)) continue;
    add(node, route, `packets for ${prefixText(route.destination)} go in clear to ${nodeText(model, toNode)}`, seen);
  }
  return [...found.values()].map(({ node, route, text, seen }) => ({
    kind: 'route',
    node: node.name,
    configured: { text: `${node.name} routes ${routeText(route)}`, sources: [route.fact.source] },
    seen: { text, evidence: evidenceOf(seen) },
  }));
}

/** The route a node has for pods of others; undefined where it has none, or one that ends there. */
function routeToPods(model: Model, node: ModelNode, target: AddressOctets): ModelRoute | undefined {
  if (model.nodeByAddress.has(target) && !isTunnelAddress(model, target)) return undefined;
  const route = routeFor(node, target);
  return route?.fact.device === undefined || route.fact.routeType !== 'unicast' ? undefined : route;
}

function isTunnelAddress(model: Model, address: AddressOctets): boolean {
  return model.nodeByAddress.get(address)?.addresses.has(address) === false;
}

function leadsIntoTunnel(node: ModelNode, { fact: { device = '' } }: ModelRoute): boolean {
  return isTunnelDevice(node.interfaces.get(device) ?? { name: device, linkKind: undefined });
}

function routeText({ destination, fact: { gateway, device } }: ModelRoute): string {
  const via = gateway === undefined ? '' : ` via ${gateway}`;
  return `${prefixText(destination)}${via} dev ${device}`;
}
