/** JSON Schema of a flow's record, and the paths that filters over flows know. */

/** A JSON Schema as a plain object. */
type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const count: Schema = { type: 'integer', minimum: 0 };
const seconds: Schema = { type: 'number', description: 'seconds' };
const list = (items: Schema): Schema => ({ type: 'array', items });

/** An object; keys that end in `?` may be missing. */
function object(members: Readonly<Record<string, Schema>>): Schema {
  const properties: Record<string, Schema> = {};
  const required: string[] = [];
  for (const [key, schema] of Object.entries(members)) {
    const name = key.replace(/\?$/, '');
    properties[name] = schema;
    if (name === key) required.push(name);
  }
  return { type: 'object', properties, required, additionalProperties: false };
}

const named = { 'pod?': text, 'node?': text, 'service?': text, 'inferred?': { const: true } };
const endpoint = object({ ip: text, 'port?': count, 'guessed?': { const: true }, ...named });

const direction = object({
  packets: count,
  ip_bytes: count,
  payload_bytes: count,
  wire_bytes: count,
  'retransmissions?': count,
  'fast_retransmissions?': count,
  'spurious_retransmissions?': count,
  'out_of_order?': count,
  'duplicate_acks?': count,
  'lost_segments?': count,
  'zero_windows?': count,
  'zero_window_time?': seconds,
  'window_full?': count,
  'keep_alives?': count,
  'mss?': count,
  'window_scale?': count,
  'isn?': count,
  'rtt?': object({ samples: count, min: seconds, mean: seconds, max: seconds }),
  ttl: list(count),
  'duplicates?': count,
});

const tcp = object({
  state: { enum: ['syn-sent', 'syn-received', 'established', 'closing', 'closed', 'reset', 'refused'] },
  handshake: { type: 'boolean' },
  'rtt?': seconds,
  'close?': { enum: ['fin', 'rst'] },
  flags: object({ syn: count, fin: count, rst: count }),
});

const tunnel = object({
  kind: text,
  'vni?': count,
  'key?': count,
  'port?': count,
  client: text,
  server: text,
  'client_node?': text,
  'server_node?': text,
});

const nat = object({
  kind: { enum: ['dnat', 'snat', 'dnat+snat'] },
  flow: { ...count, description: 'id of the other record' },
  is: { enum: ['original', 'translated'] },
  score: { type: 'number', minimum: 0, maximum: 1 },
  because: list(text),
});

/** Keys of all protocols together: which ones there are follows from `protocol`. */
const application = object({
  protocol: { enum: ['http', 'tls', 'dns', 'bgp'] },
  'request?': text,
  'host?': text,
  'status?': count,
  'delay?': seconds,
  'requests?': count,
  'responses?': count,
  'errors?': count,
  'sni?': text,
  'alpn?': list(text),
  'version?': text,
  'cipher?': text,
  'ja4?': text,
  'alert?': text,
  'exchanges?': list(
    object({ question: text, asked: count, 'rcode?': text, 'answers?': list(text), 'delay?': seconds }),
  ),
  'questions?': count,
  'unanswered?': count,
  'events?': list(
    object({
      time: { type: ['string', 'null'] },
      from: text,
      message: { enum: ['OPEN', 'NOTIFICATION'] },
      'as?': count,
      'hold_time?': count,
      'identifier?': text,
      'reason?': text,
    }),
  ),
  'keepalives?': count,
  'updates?': count,
  'notifications?': count,
});

/** Schema of the record that `flows --json` prints for each conversation. */
export const FLOW_SCHEMA: Schema = {
  title: 'A flow',
  ...object({
    type: { const: 'flow' },
    id: { type: 'integer', minimum: 1 },
    community_id: { type: 'string', pattern: '^1:' },
    point: text,
    protocol: text,
    client: endpoint,
    server: endpoint,
    'icmp?': object({ type: count, code: count, 'id?': count }),
    start: { type: ['string', 'null'] },
    end: { type: ['string', 'null'] },
    duration: seconds,
    c2s: direction,
    s2c: direction,
    'tcp?': tcp,
    tunnel: list(tunnel),
    first_packet: { type: 'integer', minimum: 1 },
    'application?': application,
    'nat?': list(nat),
  }),
};

/** Every path of keys in a flow's record: `server.port`, `tunnel.vni`. */
export const FLOW_PATHS: ReadonlySet<string> = new Set(pathsOf(FLOW_SCHEMA, ''));

function pathsOf(schema: Schema, above: string): string[] {
  const inner = (schema['items'] ?? schema) as Schema;
  const properties = (inner['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  return Object.entries(properties).flatMap(([key, member]) => {
    const path = above === '' ? key : `${above}.${key}`;
    return [path, ...pathsOf(member, path)];
  });
}
