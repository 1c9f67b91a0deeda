/** A cluster as tables for people. */
import { addressText, prefixText } from '../../cluster/address.ts';
import type { Cluster, ClusterNode, ClusterPeer, ClusterService, Inference } from '../../cluster/cluster.ts';
import type { Contradiction } from '../../cluster/contradictions/contradiction.ts';
import type { FactSource, PacketEvidence } from '../../cluster/evidence.ts';
import { safeText } from '../../render/safe-text.ts';
import type { Style } from '../../render/style.ts';
import { grouped } from '../capture-facts.ts';
import { plainTable, type TableColumn } from '../plain-table.ts';

/** Rows of a table that are shown; the rest is counted. */
const MOST_ROWS = 200;

/** The lines of all tables. */
export function clusterTables(cluster: Cluster, style: Style): string[] {
  return [
    ...headLines(cluster, style),
    ...nodesTable(cluster, style),
    ...podsTable(cluster, style),
    ...servicesTable(cluster, style),
    ...tunnelsTable(cluster, style),
    ...peersTable(cluster, style),
    ...contradictionLines(cluster.contradictions, style),
    ...(cluster.forgotten === 0
      ? []
      : [`${grouped(cluster.forgotten)} sightings were not remembered for want of room`]),
  ];
}

function headLines(cluster: Cluster, style: Style): string[] {
  const { backend, backendGround, vni, port, mtu, nameServers } = cluster;
  const facts = [
    vni === undefined ? '' : `VNI ${vni}`,
    port === undefined ? '' : `UDP port ${port}`,
    mtu === undefined ? '' : `pods' MTU ${mtu.value}`,
    ...nameServers.map(({ address }) => `DNS ${addressText(address)}`),
  ].filter((fact) => fact !== '');
  const ground =
    backendGround.inferred === undefined ? sourcesText(backendGround.sources) : inferenceText(backendGround.inferred);
  const first = `backend  ${style.strong(backend)}${ground === '' ? '' : `  ${style.dim(safeText(ground))}`}`;
  return facts.length === 0 ? [first] : [first, `         ${facts.join(', ')}`];
}

function nodesTable({ nodes }: Cluster, style: Style): string[] {
  const columns = [
    { head: 'node' },
    { head: 'addresses' },
    { head: 'pod networks' },
    { head: 'VTEP MAC' },
    { head: 'devices' },
  ];
  const rows = nodes.map((node) => [
    node.name,
    node.addressTexts.join(' '),
    networksText(node),
    node.vteps.map(({ mac }) => mac).join(' '),
    [...node.ownAddresses].map(([address, device]) => `${device} ${addressText(address)}`).join(', '),
  ]);
  return table('nodes', columns, rows, style);
}

function networksText({ networks }: ClusterNode): string {
  return networks
    .map(({ prefix, inferred }) => `${prefixText(prefix)}${inferred === undefined ? '' : ` (${percent(inferred)})`}`)
    .join(' ');
}

function podsTable({ pods }: Cluster, style: Style): string[] {
  const columns = [{ head: 'pod' }, { head: 'addresses' }, { head: 'node' }];
  const rows = pods.map(({ name, addresses, node, hostNetwork }) => [
    name ?? '-',
    addresses.map(addressText).join(' '),
    `${node ?? ''}${hostNetwork ? ' (its network)' : ''}`,
  ]);
  return table('pods', columns, rows, style);
}

function servicesTable({ services }: Cluster, style: Style): string[] {
  const columns = [
    { head: 'service' },
    { head: 'type' },
    { head: 'addresses' },
    { head: 'ports' },
    { head: 'endpoints' },
  ];
  const rows = services.map((service) => [
    service.name ?? '-',
    service.serviceType ?? '',
    service.addresses.map(addressText).join(' '),
    portsText(service),
    service.endpoints.map(addressText).join(' '),
  ]);
  return table('services', columns, rows, style);
}

function portsText({ ports }: ClusterService): string {
  return ports
    .map(
      ({ port, nodePort, protocol }) =>
        `${port}${nodePort === undefined || nodePort === port ? '' : `:${nodePort}`}/${protocol}`,
    )
    .join(' ');
}

function tunnelsTable({ tunnels }: Cluster, style: Style): string[] {
  const columns = [
    { head: 'tunnel' },
    { head: 'VNI', isNumber: true },
    { head: 'from' },
    { head: 'to' },
    { head: 'packets', isNumber: true },
    { head: 'octets', isNumber: true },
  ];
  const rows = tunnels.map(({ path, packets, octets, from, to }) => [
    path.kind,
    path.vni === undefined ? '' : String(path.vni),
    from,
    to,
    grouped(packets),
    grouped(octets),
  ]);
  return table('tunnels', columns, rows, style);
}

function peersTable({ peers }: Cluster, style: Style): string[] {
  const columns = [
    { head: 'BGP speaker' },
    { head: 'AS', isNumber: true },
    { head: 'peer' },
    { head: 'session' },
    { head: 'announces' },
  ];
  return table('BGP', columns, peers.flatMap(peerRows), style);
}

function peerRows({ speakers, nodes }: ClusterPeer): string[][] {
  const session = speakers.every(({ isEstablished }) => isEstablished) ? 'established' : 'not seen established';
  return speakers.map((speaker, i) => [
    nodes[i] ?? addressText(speaker.address),
    speaker.asn === undefined ? '' : String(speaker.asn),
    nodes[1 - i] ?? addressText(speakers[1 - i]?.address ?? ''),
    session,
    [...speaker.announced.keys()].slice(0, 4).join(' ') +
      (speaker.announced.size > 4 ? ` and ${speaker.announced.size - 4} more` : ''),
  ]);
}

function contradictionLines(contradictions: readonly Contradiction[], style: Style): string[] {
  if (contradictions.length === 0) return [];
  return [
    '',
    style.strong('contradictions'),
    ...contradictions.flatMap(({ kind, configured, seen }) => [
      style.alarm(kind),
      `  configured  ${safeText(configured.text)}  ${style.dim(safeText(sourcesText(configured.sources)))}`,
      `  seen        ${safeText(seen.text)}  ${style.dim(safeText(evidenceText(seen.evidence)))}`,
    ]),
  ];
}

function sourcesText(sources: readonly FactSource[]): string {
  const [first] = sources;
  if (first === undefined) return '';
  const more = sources.length > 1 ? ` and ${sources.length - 1} more` : '';
  return `${first.file}${first.place === '' ? '' : `, ${first.place}`}${more}`;
}

function inferenceText(inference: Inference): string {
  return `inferred, ${percent(inference)}: ${evidenceText(inference.evidence)}`;
}

function evidenceText(evidence: readonly PacketEvidence[]): string {
  return evidence.map(({ point, packets }) => `${point} ${packets.join(', ')}`).join('; ');
}

function percent({ confidence }: Inference): string {
  return `${Math.round(confidence * 100)} %`;
}

function table(
  title: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  style: Style,
): string[] {
  if (rows.length === 0) return [];
  const isUsed = columns.map((_, i) => rows.some((row) => row[i] !== ''));
  const used = <T>(values: readonly T[]): T[] => values.filter((_, i) => isUsed[i]);
  const shown = rows.slice(0, MOST_ROWS).map((row) => used(row).map(safeText));
  const lines = plainTable(used(columns), shown, style)
    .split('\n')
    .map((line) => line.trimEnd());
  const rest = rows.length - MOST_ROWS;
  return [
    '',
    style.strong(title),
    ...lines,
    ...(rest > 0 ? [`and ${grouped(rest)} more; --json has all of them`] : []),
  ];
}
