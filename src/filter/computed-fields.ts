/** Fields that no header holds: facts of the capture, and what follows from several fields. Declared here once, for filters, columns and documentation. */
import { NO_TIME } from '../capture/timestamp.ts';
import { Status } from '../dissect/layers.ts';
import type { FilterContext } from './context.ts';
import { frameProtocols } from './frame-protocols.ts';
import type { ValueType } from './value.ts';

/** What a computed field may give: `time` and `duration` in nanoseconds, addresses in their usual notation, `bytes` as octets. */
export type ComputedFieldValue = number | string | boolean | bigint | Uint8Array;

/** A number that the context has of each packet. */
export type PacketNumber = 'number' | 'wireLength' | 'capturedLength';

/** A field that is worked out. */
export interface ComputedField {
  /** Name in filters and columns. */
  readonly name: string;
  readonly title: string;
  readonly type: Exclude<ValueType, 'protocol'>;
  /** Where its meaning is laid down. */
  readonly source: string;
  /** Protocol whose layers have the field; '' for one of the packet as a whole. */
  readonly protocol: string;
  /** The value is told by the packet's record in the capture alone, or by the layer it is asked of: by no other layer. */
  readonly isLocal?: boolean;
  /** The number of the context that is the value, where it is one: for who reads it from there. */
  readonly packetNumber?: PacketNumber;
  /** Value in the layer `row` (-1 for the packet as a whole), several of them, or undefined where there is none. */
  readonly value: (
    context: FilterContext,
    row: number,
  ) => ComputedFieldValue | readonly ComputedFieldValue[] | undefined;
}

/** A name for several fields: it has the values of all of them. */
export interface AliasField {
  readonly name: string;
  readonly title: string;
  /** Names of declared fields. */
  readonly of: readonly string[];
}

const NANOS_PER_SECOND = 1_000_000_000n;
const WIRESHARK = 'Wireshark display filter reference';

function nanoseconds(seconds: number, nanos: number): bigint {
  return BigInt(seconds) * NANOS_PER_SECOND + BigInt(nanos);
}

function timeOf({ seconds, nanos }: FilterContext): bigint | undefined {
  return nanos === NO_TIME ? undefined : nanoseconds(seconds, nanos);
}

/** Time since a packet; 0 where there was none before. */
function timeSince(context: FilterContext, seconds: number, nanos: number): bigint | undefined {
  const now = timeOf(context);
  if (now === undefined) return undefined;
  return nanos === NO_TIME ? 0n : now - nanoseconds(seconds, nanos);
}

/** Octets of the layer behind its header on the wire; undefined where the header is not whole. */
function payloadLength({ layers }: FilterContext, row: number): number | undefined {
  if (layers.status[row] !== Status.complete) return undefined;
  return Math.max(0, layers.wireEnd[row]! - layers.payload[row]!);
}

/** The captured octets behind a header; undefined where there are none. */
function payloadOctets({ layers }: FilterContext, row: number): Uint8Array | undefined {
  const start = layers.payload[row]!;
  const end = layers.end[row]!;
  if (layers.status[row] !== Status.complete || start >= end) return undefined;
  const view = layers.viewOf(row);
  return new Uint8Array(view.buffer, view.byteOffset + start, end - start);
}

function tunnels({ layers }: FilterContext): string[] {
  const kinds: string[] = [];
  for (let row = 0; row < layers.count; row++) {
    const kind = layers.tunnelOf(row);
    if (kind !== '') kinds.push(kind);
  }
  return kinds;
}

function packetField(
  name: string,
  type: ComputedField['type'],
  title: string,
  value: (context: FilterContext) => ReturnType<ComputedField['value']>,
  isLocal = true,
): ComputedField {
  return { name: `frame.${name}`, title, type, source: WIRESHARK, protocol: '', isLocal, value };
}

function numberField(name: string, title: string, packetNumber: PacketNumber): ComputedField {
  return { ...packetField(name, 'number', title, (context) => context[packetNumber]), packetNumber };
}

/** The computed fields that need nothing but the packet and its capture. */
export const COMPUTED_FIELDS: readonly ComputedField[] = [
  numberField('number', 'Number of the packet, from 1', 'number'),
  numberField('len', 'Octets on the wire', 'wireLength'),
  numberField('cap_len', 'Octets captured', 'capturedLength'),
  packetField('time', 'time', 'Time of capture', timeOf),
  packetField('time_epoch', 'time', 'Time of capture in seconds since 1970-01-01T00:00:00Z', timeOf),
  packetField('time_relative', 'duration', 'Time since the first packet', (context) =>
    timeSince(context, context.firstSeconds, context.firstNanos),
  ),
  packetField('time_delta', 'duration', 'Time since the packet before', (context) =>
    timeSince(context, context.previousSeconds, context.previousNanos),
  ),
  packetField('protocols', 'text', 'Protocols as Wireshark lists them', ({ layers }) => frameProtocols(layers), false),
  packetField('interface_id', 'number', 'Number of the interface', ({ interfaceId }) =>
    interfaceId < 0 ? undefined : interfaceId,
  ),
  packetField('interface_name', 'text', 'Name of the interface', ({ interfaceName }) =>
    interfaceName === '' ? undefined : interfaceName,
  ),
  {
    name: 'tunnel',
    title: 'Kind of tunnel that carries a packet: vxlan, flannel-udp, ipip, …',
    type: 'text',
    source: "the layer's key `tunnel` in JSON",
    protocol: '',
    value: tunnels,
  },
  {
    name: 'tcp.len',
    title: 'Octets of payload',
    type: 'number',
    source: 'RFC 9293 §3.4 (SEG.LEN without SYN and FIN)',
    protocol: 'tcp',
    isLocal: true,
    value: payloadLength,
  },
  {
    name: 'tcp.payload',
    title: 'Payload',
    type: 'bytes',
    source: WIRESHARK,
    protocol: 'tcp',
    isLocal: true,
    value: payloadOctets,
  },
  {
    name: 'udp.payload',
    title: 'Payload',
    type: 'bytes',
    source: WIRESHARK,
    protocol: 'udp',
    isLocal: true,
    value: payloadOctets,
  },
];

/** Names for both ends at once. */
export const ALIAS_FIELDS: readonly AliasField[] = [
  { name: 'eth.addr', title: 'Source or destination', of: ['eth.dst', 'eth.src'] },
  { name: 'ip.addr', title: 'Source or destination', of: ['ip.src', 'ip.dst'] },
  { name: 'ipv6.addr', title: 'Source or destination', of: ['ipv6.src', 'ipv6.dst'] },
  { name: 'tcp.port', title: 'Source or destination port', of: ['tcp.srcport', 'tcp.dstport'] },
  { name: 'udp.port', title: 'Source or destination port', of: ['udp.srcport', 'udp.dstport'] },
  { name: 'sctp.port', title: 'Source or destination port', of: ['sctp.srcport', 'sctp.dstport'] },
];
