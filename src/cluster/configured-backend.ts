/** The backend as configuration tells it. */
import type { PoolFact } from './context/facts.ts';
import type { FactSource } from './evidence.ts';
import type { Backend } from './inference/backend.ts';
import type { Model } from './model.ts';

/** A backend, and the places that say so. */
export interface ConfiguredBackend {
  readonly backend: Backend;
  readonly sources: readonly FactSource[];
}

/** flannel's names for its backends (flannel, Documentation/backends.md). */
const FLANNEL: Readonly<Record<string, Backend>> = {
  vxlan: 'flannel-vxlan',
  udp: 'flannel-udp',
  'host-gw': 'flannel-host-gw',
};
/** Devices that are nobody else's. */
const DEVICES: readonly (readonly [RegExp, Backend])[] = [
  [/^cilium_vxlan$/, 'cilium-vxlan'],
  [/^vxlan\.calico$/, 'calico-vxlan'],
  [/^flannel\.\d+$/, 'flannel-vxlan'],
  [/^flannel\d+$/, 'flannel-udp'],
];

/** What the files say; undefined where they say nothing of it. */
export function configuredBackend(model: Model): ConfiguredBackend | undefined {
  const flannel = [...model.flannelNetworks, ...model.backendTypes].flatMap(({ backendType, source }) => {
    const backend = FLANNEL[backendType ?? ''];
    return backend === undefined ? [] : [{ backend, source }];
  });
  const calico = model.pools.map((pool) => ({ backend: poolBackend(pool), source: pool.source }));
  const [first] = [...flannel, ...calico, ...byDevice(model)];
  if (first === undefined) return undefined;
  const agreeing = [...flannel, ...calico].filter(({ backend }) => backend === first.backend);
  return { backend: first.backend, sources: (agreeing.length > 0 ? agreeing : [first]).map(({ source }) => source) };
}

function poolBackend({ ipip, vxlan }: PoolFact): Backend {
  if (vxlan !== 'Never') return 'calico-vxlan';
  return ipip === 'Never' ? 'calico-bgp' : 'calico-ipip';
}

function byDevice({ nodes, pods }: Model): { backend: Backend; source: FactSource }[] {
  const found: { backend: Backend; source: FactSource }[] = [];
  for (const { interfaces } of nodes.values()) {
    for (const [name, { sources }] of interfaces) {
      const [source] = sources;
      const backend = DEVICES.find(([pattern]) => pattern.test(name))?.[1];
      // Docker's bridge is on many machines; it carries the containers only where there are no pods.
      const isDocker = name === 'docker0' && pods.length === 0;
      if (source === undefined || (backend === undefined && !isDocker)) continue;
      found.push({ backend: backend ?? 'docker-bridge', source });
    }
  }
  return found.sort((a, b) => Number(a.backend === 'docker-bridge') - Number(b.backend === 'docker-bridge'));
}
