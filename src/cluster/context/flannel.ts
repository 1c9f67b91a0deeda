/** flannel's own files: `/run/flannel/subnet.env` and `net-conf.json` (flannel, Documentation/configuration.md). */
import type { ContextFile, Fact } from './facts.ts';
import { type Listing, lineSource, readLines, wholeNumber } from './lines.ts';
import { type Json, numberAt, objectAt, textAt } from './objects.ts';

/** Whether a text is the environment flannel writes for its CNI plugin. */
export function looksLikeSubnetEnv(text: string): boolean {
  return /^FLANNEL_(?:NETWORK|SUBNET|MTU|IPMASQ|IPV6_NETWORK|IPV6_SUBNET)=/m.test(text);
}

/** Facts of `subnet.env`. */
export function readSubnetEnv(file: ContextFile): Listing {
  return readLines(file, (line) => {
    const [, key, value] = /^\s*(?:export )?(FLANNEL_\w+)="?([^"]*)"?$/.exec(line.text) ?? [];
    if (value === undefined) return line.text.startsWith('#') ? [] : undefined;
    const source = lineSource(file, line);
    const node = file.folder;
    switch (key) {
      case 'FLANNEL_NETWORK':
      case 'FLANNEL_IPV6_NETWORK':
        return value
          .split(',')
          .map(
            (network): Fact => ({ kind: 'flannel-network', network, backendType: undefined, vni: undefined, source }),
          );
      case 'FLANNEL_SUBNET':
      case 'FLANNEL_IPV6_SUBNET':
        return [{ kind: 'block', node, network: value, source }];
      case 'FLANNEL_MTU': {
        const mtu = wholeNumber(value);
        return mtu === undefined ? undefined : [{ kind: 'pod-mtu', node, mtu, source }];
      }
      default:
        return [];
    }
  });
}

/** Facts of `net-conf.json`; undefined for an object that is something else. */
export function netConfFacts(object: Json, file: string): Fact[] | undefined {
  const networks = [textAt(object, 'Network'), textAt(object, 'IPv6Network')].filter((one) => one !== undefined);
  if (networks.length === 0) return undefined;
  const backend = objectAt(object, 'Backend');
  return networks.map((network) => ({
    kind: 'flannel-network',
    network,
    // Without a backend flannel takes the one of its first days.
    backendType: textAt(backend, 'Type') ?? 'udp',
    vni: numberAt(backend, 'VNI'),
    source: { file, place: '' },
  }));
}
