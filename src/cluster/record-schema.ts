/** JSON Schemas (draft 2020-12) of the records of `cluster --json`, by their `type`. */
import { CONTRADICTION_KINDS } from './contradictions/contradiction.ts';
import { BACKENDS } from './inference/backend.ts';

type Schema = Readonly<Record<string, unknown>>;

const count = { type: 'integer', minimum: 0 };
const port = { type: 'integer', minimum: 0, maximum: 65535 };
const text = { type: 'string' };
const mac = { type: 'string', pattern: '^([0-9a-f]{2}:){5}[0-9a-f]{2}$' };
const listOf = (items: Schema): Schema => ({ type: 'array', items });

const sources = {
  ...listOf(object({ file: text, place: text }, ['file', 'place'])),
  description: 'Where a file of context says so: its path, and the line or object',
};
const evidence = {
  ...listOf(object({ point: text, packets: listOf({ type: 'integer', minimum: 1 }) }, ['point', 'packets'])),
  description: 'The first packets that show it, by point; numbers run through all captures',
};
/** What a part that only traffic tells has. */
const inferred = {
  inferred: { const: true },
  confidence: { type: 'number', minimum: 0, maximum: 1 },
  evidence,
};
const grounds = { sources, ...inferred };

function object(properties: Readonly<Record<string, Schema>>, required: readonly string[]): Schema {
  return { type: 'object', properties, required, additionalProperties: false };
}

function record(
  type: string,
  title: string,
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[],
): Schema {
  return { title, ...object({ type: { const: type }, ...properties }, ['type', ...required]) };
}

const tunnelEnd = object({ ip: text, node: text }, ['ip', 'node']);
const tunnelCounts = { packets: count, octets: count };
const speaker = object(
  {
    ip: text,
    node: text,
    as: { type: 'integer', minimum: 0, maximum: 4294967295 },
    identifier: text,
    hold_time: { ...count, description: 'Seconds' },
    announced: listOf(object({ prefix: text, next_hop: text }, ['prefix'])),
  },
  ['ip', 'announced'],
);

/** The schemas by type of record. */
export const CLUSTER_RECORD_SCHEMAS: Readonly<Record<string, Schema>> = {
  cluster: record(
    'cluster',
    'A cluster',
    {
      backend: { enum: BACKENDS },
      vni: count,
      port,
      ...grounds,
      mtu: object({ octets: count, ...inferred }, ['octets']),
      dns: listOf(object({ address: text, ...inferred }, ['address'])),
    },
    ['backend', 'dns'],
  ),
  node: record(
    'node',
    'A node, or another machine whose state was collected',
    {
      name: { type: 'string', description: 'The address of a node that only traffic knows' },
      addresses: listOf(text),
      pod_networks: listOf(object({ network: text, ...grounds }, ['network'])),
      vteps: listOf(object({ mac, ...grounds }, ['mac'])),
      devices: listOf(object({ device: text, address: text }, ['device', 'address'])),
      ...grounds,
    },
    ['name', 'addresses', 'pod_networks', 'vteps', 'devices', 'evidence'],
  ),
  pod: record(
    'pod',
    'A pod; without a name where only traffic knows it',
    { name: text, node: text, addresses: listOf(text), host_network: { const: true }, ...grounds },
    ['addresses'],
  ),
  service: record(
    'service',
    'A service; without a name where only its NAT has shown it',
    {
      name: text,
      service_type: text,
      addresses: listOf(text),
      ports: listOf(object({ name: text, protocol: text, port, node_port: port }, ['protocol', 'port'])),
      endpoints: listOf(text),
      ...grounds,
    },
    ['addresses', 'ports', 'endpoints'],
  ),
  tunnel: record(
    'tunnel',
    'A tunnel in one direction',
    {
      kind: text,
      vni: count,
      port,
      from: tunnelEnd,
      to: tunnelEnd,
      ...tunnelCounts,
      points: listOf(object({ point: text, ...tunnelCounts }, ['point', 'packets', 'octets'])),
    },
    ['kind', 'from', 'to', 'packets', 'octets', 'points'],
  ),
  'bgp-peer': record(
    'bgp-peer',
    'A BGP session',
    { established: { type: 'boolean' }, peers: { ...listOf(speaker), minItems: 2, maxItems: 2 }, ...inferred },
    ['established', 'peers', 'inferred', 'confidence', 'evidence'],
  ),
  contradiction: record(
    'contradiction',
    'Something that was seen otherwise than it is configured',
    {
      kind: { enum: Object.keys(CONTRADICTION_KINDS) },
      node: text,
      configured: object({ text, sources }, ['text', 'sources']),
      seen: object({ text, evidence }, ['text', 'evidence']),
    },
    ['kind', 'configured', 'seen'],
  ),
};
