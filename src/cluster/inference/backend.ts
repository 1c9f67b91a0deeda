/** Which network carries the pods' packets, told from the packets alone. */
import type { AddressOctets } from '../address.ts';
import { isPrivate, parsePrefix } from '../address.ts';
import type { Sighting } from '../evidence.ts';
import type { Observations, TunnelPath } from '../traffic/observations.ts';
import { clearRoutes } from './clear-routes.ts';

/** Networks that are told apart. */
export const BACKENDS = [
  'flannel-vxlan',
  'flannel-udp',
  'flannel-host-gw',
  'calico-ipip',
  'calico-vxlan',
  'calico-bgp',
  'cilium-vxlan',
  'docker-bridge',
  'unknown',
] as const;
export type Backend = (typeof BACKENDS)[number];

/** A conclusion about the backend. */
export interface BackendGuess {
  readonly backend: Backend;
  /** 0 to 1. */
  readonly confidence: number;
  readonly seen: readonly Sighting[];
}

const NOTHING: BackendGuess = { backend: 'unknown', confidence: 0, seen: [] };

/** flannel's VNI on Linux, and that of Calico (and of flannel on Windows): flannel Documentation/backends.md, Calico felix `VXLANVNI`. */
const FLANNEL_VNI = 1;
const CALICO_VNI = 4096;
/** Linux' own UDP port for VXLAN, and IANA's, which Calico uses. */
const LINUX_PORT = 8472;
const IANA_PORT = 4789;
/** Octets of Docker's MAC addresses before the container's IPv4 address (libnetwork, netutils). */
const DOCKER_OUI = 0x0242;
/** Blocks that Calico gives its nodes (Calico IPPool `blockSize`). */
const CALICO_BLOCK_BITS: readonly number[] = [26, 122];

/** Concludes from what was seen. */
export function inferBackend(observations: Observations): BackendGuess {
  const vxlan = observations.paths.filter(({ kind }) => kind === 'vxlan');
  const ipip = observations.paths.filter(
    ({ kind, targets }) => kind === 'ipip' && hasPods(observations, targets.keys()),
  );
  const udp = observations.paths.filter(({ kind }) => kind === 'flannel-udp');
  const [most] = [
    { paths: vxlan, conclude: () => vxlanBackend(observations, vxlan) },
    { paths: ipip, conclude: () => ipipBackend(observations, ipip) },
    { paths: udp, conclude: (): BackendGuess => ({ backend: 'flannel-udp', confidence: 0.95, seen: seenOf(udp) }) },
  ].sort((a, b) => packetsOf(b.paths) - packetsOf(a.paths));
  if (most !== undefined && most.paths.length > 0) return most.conclude();
  const routed = routedBackend(observations);
  return routed.backend === 'unknown' ? dockerBackend(observations) : routed;
}

function vxlanBackend(observations: Observations, paths: readonly TunnelPath[]): BackendGuess {
  // flannel, Calico and Cilium write all entries themselves: nobody has to ask.
  if (observations.tunnelArp.count > 0) return NOTHING;
  const seen = seenOf(paths);
  const vnis = new Set(paths.map(({ vni }) => vni));
  const isLinuxPort = paths.every(({ port }) => port === LINUX_PORT);
  const isIanaPort = paths.every(({ port }) => port === IANA_PORT);
  if (isLinuxPort && vnis.size > 1 && hasAsymmetricVnis(paths)) {
    return { backend: 'cilium-vxlan', confidence: 0.85, seen };
  }
  if (vnis.size !== 1) return NOTHING;
  if (vnis.has(FLANNEL_VNI)) {
    const hasOneMac = [...observations.ends.values()].every(({ sourceMacs }) => sourceMacs.size <= 1);
    return { backend: 'flannel-vxlan', confidence: isLinuxPort ? (hasOneMac ? 0.95 : 0.8) : 0.6, seen };
  }
  if (vnis.has(CALICO_VNI)) return { backend: 'calico-vxlan', confidence: isIanaPort ? 0.85 : 0.6, seen };
  // Another VNI may be an identity of Cilium's, of which only one was seen, unless answers have the same.
  return isLinuxPort && hasBothDirections(paths) ? { backend: 'flannel-vxlan', confidence: 0.6, seen } : NOTHING;
}

/** Whether some pair of nodes uses other VNIs in one direction than in the other: then they are not networks but identities of senders. */
function hasAsymmetricVnis(paths: readonly TunnelPath[]): boolean {
  return paths.some(
    (path) =>
      paths.some((other) => isReverse(path, other)) &&
      !paths.some((other) => isReverse(path, other) && other.vni === path.vni),
  );
}

function hasBothDirections(paths: readonly TunnelPath[]): boolean {
  return paths.some((path) => paths.some((other) => isReverse(path, other)));
}

function isReverse(path: TunnelPath, other: TunnelPath): boolean {
  return other.from === path.to && other.to === path.from;
}

function ipipBackend(observations: Observations, paths: readonly TunnelPath[]): BackendGuess {
  const hasBgp = [...observations.bgp.values()].some(({ speakers }) =>
    paths.some(({ from }) => speakers.some(({ address }) => address === from)),
  );
  return { backend: 'calico-ipip', confidence: hasBgp ? 0.95 : 0.7, seen: seenOf(paths) };
}

/** Pod packets in clear between nodes: with BGP that announces blocks it is Calico, else routes that a daemon wrote. */
function routedBackend(observations: Observations): BackendGuess {
  const announced = [...observations.bgp.values()].flatMap(({ speakers }) =>
    speakers.flatMap((speaker) => [...speaker.announced]),
  );
  const blocks = announced.filter(([prefix]) => CALICO_BLOCK_BITS.includes(parsePrefix(prefix)?.bits ?? 0));
  const routes = clearRoutes(observations);
  if (blocks.length > 0) {
    const seen = [...blocks.map(([, { seen: update }]) => update), ...routes.map((route) => route.seen)];
    return { backend: 'calico-bgp', confidence: routes.length > 0 ? 0.95 : 0.8, seen };
  }
  if (observations.bgp.size > 0 || routes.length === 0) return NOTHING;
  return { backend: 'flannel-host-gw', confidence: 0.6, seen: routes.map(({ seen }) => seen) };
}

/** Containers on Docker's bridge have MAC addresses that hold their IPv4 address. */
function dockerBackend(observations: Observations): BackendGuess {
  const seen: Sighting[] = [];
  for (const { fromMac, pairs } of observations.clear) {
    if (Math.floor(fromMac / 2 ** 32) !== DOCKER_OUI) continue;
    for (const [pair, sighting] of pairs) {
      if (pair.length === 8 && numberOf(pair.slice(0, 4)) === fromMac % 2 ** 32) seen.push(sighting);
    }
  }
  return seen.length === 0 ? NOTHING : { backend: 'docker-bridge', confidence: 0.85, seen };
}

function numberOf(octets: AddressOctets): number {
  let number = 0;
  for (let i = 0; i < octets.length; i++) number = number * 256 + octets.charCodeAt(i);
  return number;
}

/** Whether private addresses are among them that are no tunnel ends: those of hosts are what IPsec and others carry. */
function hasPods({ ends }: Observations, addresses: Iterable<AddressOctets>): boolean {
  for (const address of addresses) if (isPrivate(address) && !ends.has(address)) return true;
  return false;
}

function packetsOf(paths: readonly TunnelPath[]): number {
  return paths.reduce((sum, { seen }) => sum + seen.count, 0);
}

function seenOf(paths: readonly TunnelPath[]): Sighting[] {
  return paths.map(({ seen }) => seen);
}
