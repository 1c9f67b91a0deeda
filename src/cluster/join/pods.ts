/** Pods as context and traffic know them. */
import { type ClusterPod, inference } from '../cluster.ts';
import type { Model } from '../model.ts';
import type { Observations } from '../traffic/observations.ts';
import type { NodeIndex } from './node-index.ts';

/** Addresses of pods without a name that are listed. */
const MOST_INFERRED = 10_000;
const CONFIDENCE = 0.8;

/** The pods that context knows, and behind them the addresses in pod networks that sent something through a tunnel. */
export function joinPods(model: Model, index: NodeIndex, observations: Observations): ClusterPod[] {
  const pods: ClusterPod[] = model.pods
    .filter(({ fact }) => !fact.ended)
    .map(({ fact, addresses }) => ({
      name: `${fact.namespace}/${fact.name}`,
      node: fact.node === '' ? undefined : fact.node,
      addresses,
      hostNetwork: fact.hostNetwork,
      ports: fact.ports,
      sources: [fact.source],
      inferred: undefined,
    }));
  const known = new Set(pods.flatMap(({ addresses }) => addresses));
  const limit = pods.length + MOST_INFERRED;
  for (const { sources } of observations.ends.values()) {
    for (const [address, seen] of sources) {
      const node = index.ofPod(address);
      if (node === undefined || index.owner(address) !== undefined || known.has(address)) continue;
      if (pods.length === limit) return pods;
      known.add(address);
      pods.push({
        name: undefined,
        node: node.name,
        addresses: [address],
        hostNetwork: false,
        ports: [],
        sources: [],
        inferred: inference(CONFIDENCE, [seen]),
      });
    }
  }
  return pods;
}
