/** The two dissectors' notations made one: protocol stacks and values. */
import type { FieldKind } from '../../src/dissect/field.ts';
import type { FieldValue } from '../../src/dissect/value.ts';

/** Names in tshark's stacks that are no layer of ours, with the reason; they are left out before stacks are compared. */
const NO_LAYER: Readonly<Record<string, string>> = {
  ethertype: 'the look-up of an EtherType has no octets',
  raw: 'a link type without a header',
  data: 'octets nothing is known of',
  'data-text-lines': 'text in a message',
  media: 'a message body of another type',
  pwethheuristic: 'the look at a pseudowire that tells whether a control word follows',
  pwethnocw: 'an Ethernet pseudowire without a control word has no header',
  mptcp: 'what several TCP connections have in common: worked out, without octets',
  'fake-field-wrapper': 'octets shown beside the protocols',
  '_ws.malformed': 'a remark: here an issue of the layer it is about',
  '_ws.short': 'a remark: the capture ends within the layer',
  '_ws.unreassembled': 'a remark: a fragment',
};

/** Layers of ours whose name tshark gives to two headers that differ in form. */
const SAME_NAME: Readonly<Record<string, string>> = { sll2: 'sll', 'erspan-i': 'erspan' };

/** Layers of ours that tshark's stacks don't name, with the reason. */
const UNNAMED: Readonly<Record<string, string>> = {
  'icmp.ext': 'a part of ICMP there',
  'vxlan-gpe': 'its dissector makes a tree without being entered into the stack',
};

/** Our stack in tshark's names. */
export function ourStack(ours: string): string {
  return ours
    .split(':')
    .filter((name) => !(name in UNNAMED))
    .map((name) => SAME_NAME[name] ?? name)
    .join(':');
}

/** Protocols that tshark enters through a dissector of the same name, so that it names one layer twice. */
const NAMED_TWICE: readonly string[] = ['igmp', 'arp', 'tls', 'http', 'bgp'];

/** Names of tshark's that are no layer behind another one, with the reason. */
const NO_LAYER_BEHIND: Readonly<Record<string, string>> = {
  'icmpv6:icmp': "ICMPv6's extensions are shown by the dissector of ICMP",
};

/** Whether a name in tshark's stack is a layer at all, behind the name before it. */
function isLayer(name: string, before: string): boolean {
  return !(
    name in NO_LAYER ||
    `${before}:${name}` in NO_LAYER_BEHIND ||
    (NAMED_TWICE.includes(name) && name === before)
  );
}

/**
 * Protocols that tshark names for every segment on their port, with the fields that a message of theirs has: a segment without them
 * goes on with, or ends, a message that began in another.
 */
export const MESSAGE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  http: ['http.request', 'http.response', 'http.request.method', 'http.response.code'],
  tls: ['tls.record.content_type'],
  bgp: ['bgp.type'],
};

/** Fields that tshark shows in other protocols' trees too, where they repeat one of theirs; those are not compared. */
export const REPEATED_IN: Readonly<Record<string, readonly string[]>> = {
  'ip.version': ['ipv6', 'icmpv6'],
};

/** Names that tshark gives to two fields: the first of a layer is the one named here, which is not compared. */
export const FIRST_IS_ANOTHER: Readonly<Record<string, string>> = {
  'geneve.option.length': "the header's length of all options",
};

/** Fields that tshark leaves out where they mean nothing, and we show with the bits around them: not compared in a packet without one. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  'dns.flags.authoritative': 'shown in responses only',
  'dns.flags.authenticated': 'shown in responses only',
  'dns.flags.recavail': 'shown in responses only',
  'dns.flags.rcode': 'shown in responses only',
  'tcp.flags.ae': 'shown as tcp.flags.ace behind a handshake with Accurate ECN',
  'tcp.flags.cwr': 'shown as tcp.flags.ace behind a handshake with Accurate ECN',
  'tcp.flags.ece': 'shown as tcp.flags.ace behind a handshake with Accurate ECN',
  'tcp.options.mptcp.checksum': 'not shown where the option ends behind it, as it always does',
  'gre.flags.ack': 'shown in version 1 only',
  'stp.flags.agreement': 'shown in rapid BPDUs only',
  'stp.flags.forwarding': 'shown in rapid BPDUs only',
  'stp.flags.learning': 'shown in rapid BPDUs only',
  'stp.flags.port_role': 'shown in rapid BPDUs only',
  'stp.flags.proposal': 'shown in rapid BPDUs only',
  'tls.change_cipher_spec': 'shown without a value',
  'tcp.seq_raw': 'not shown of a segment that an ICMP error quotes',
};

/** Octets that tshark shows beside their meaning too: compared where we show them, which is where we know none. */
export const BESIDE_MEANING: readonly string[] = ['dhcp.option.value', 'dns.opt.data'];

/** Protocols that tshark decrypts: what stands in their trees is not compared but for their own fields. */
const DECRYPTED = ['quic'];

/** Whether tshark decrypted what `field` is about to show in a protocol's tree. */
export function isDecrypted(field: string, tree: string): boolean {
  return DECRYPTED.includes(tree) && !field.startsWith(`${tree}.`);
}

/** Protocols of which tshark shows a message only when it is whole, so that its beginning in one segment is not compared. */
export const WHOLE_ONLY: readonly string[] = ['tls'];

/** Fields that tshark leaves out of a header that is cut off before another one, which is named: not compared in a packet without that. */
export const NOT_BEFORE: Readonly<Record<string, string>> = { 'tcp.ack_raw': 'tcp.hdr_len' };

/** A stack of tshark's as far as the protocols are ours. */
export interface ComparableStack {
  /** The layers before the first protocol that is not ours. */
  readonly stack: string;
  /** The same with the segments of `MESSAGE_FIELDS` that hold no whole message of their protocol. */
  readonly withPieces: string;
  /** That protocol; '' when all are ours. */
  readonly foreign: string;
}

/** Leaves out what is no layer and cuts at the first protocol that `isOurs` does not know. `has` tells which fields the packet has. */
export function comparableStack(
  theirs: string,
  isOurs: (name: string) => boolean,
  has: (field: string) => boolean,
): ComparableStack {
  const all = theirs.split(':').reduce<string[]>((layers, name) => {
    if (name !== '' && isLayer(name, layers.at(-1) ?? '')) layers.push(name);
    return layers;
  }, []);
  const foreign = all.findIndex((name) => !isOurs(name));
  const ours = foreign < 0 ? all : all.slice(0, foreign);
  const whole = ours.filter((name) => MESSAGE_FIELDS[name]?.some(has) ?? true);
  return { stack: whole.join(':'), withPieces: ours.join(':'), foreign: foreign < 0 ? '' : (all[foreign] ?? '') };
}

function numberText(show: string): string {
  if (show === 'True') return '1';
  if (show === 'False') return '0';
  if (/^-?\d+$/.test(show)) return show;
  if (/^0x[0-9a-f]+$/i.test(show)) return BigInt(show).toString();
  return show === '' || Number.isNaN(Number(show)) ? show : String(Number(show));
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Dec 29, 2008 11:00:04.500000000 UTC` as `2008-12-29T11:00:04.5Z`; what is no time as it is. */
function timeText(show: string): string {
  const found = /^([A-Z][a-z]{2}) +(\d+), (\d{4}) (\d\d:\d\d:\d\d)(\.\d+)? UTC$/.exec(show);
  if (found === null) return show;
  const [, month = '', day = '', year, time, fraction = ''] = found;
  const number = String(MONTHS.indexOf(month) + 1).padStart(2, '0');
  return `${year}-${number}-${day.padStart(2, '0')}T${time}${fraction.replace(/\.?0+$/, '')}Z`;
}

/** Notation of octets that are named without being shown. */
export function unshownOctets(octets: number): string {
  return `(${octets} octets)`;
}

const isUnshown = (value: string): boolean => /^\(\d+ octets\)$/.test(value);

/** Octets written in hexadecimal with colons, as they are recorded. */
function octetCount(recorded: string): number {
  const characters = /…\[(\d+) characters,/.exec(recorded)?.[1] ?? recorded.length;
  return (Number(characters) + 1) / 3;
}

/** Our values, as `unshownOctets` where theirs at the same place are. */
export function asShownBy(theirs: readonly string[], ours: readonly string[]): readonly string[] {
  if (!theirs.some(isUnshown)) return ours;
  return ours.map((value, at) => (isUnshown(theirs[at] ?? '') ? unshownOctets(octetCount(value)) : value));
}

/** Those of `values` that `wanted` has, if it has them in the same order; else all. */
export function amongThem(wanted: readonly string[], values: readonly string[]): readonly string[] {
  let found = 0;
  for (const value of values) if (value === wanted[found]) found++;
  return found === wanted.length ? wanted : values;
}

/** tshark's value of a field in the one notation of its kind: numbers in decimal, booleans 1 and 0, octets with colons, times as RFC 3339 writes them. */
export function theirNotation(kind: FieldKind, show: string): string {
  switch (kind) {
    case 'uint':
    case 'uint64':
    case 'number':
    case 'bool':
      return isUnshown(show) ? '' : numberText(show);
    case 'bytes':
    case 'ether':
      return show.toLowerCase();
    case 'text':
      return isUnshown(show) ? '' : timeText(show);
    default:
      return isUnshown(show) ? '' : show;
  }
}

/** Our value of a field in the same notation. */
export function ourNotation(value: FieldValue): string {
  return typeof value === 'boolean' ? String(Number(value)) : String(value);
}
