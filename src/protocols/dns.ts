/** Domain Name System, RFC 1035; with Multicast DNS (RFC 6762) and Link-Local Multicast Name Resolution (RFC 4795), which share its format. */
import {
  bits,
  bytes,
  type Field,
  type FieldSpec,
  type FieldSpecs,
  flag,
  hex,
  instead,
  named,
  octets,
  type TakesOver,
  uint,
} from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import { defineProtocol, type ProtocolDeclaration } from '../dissect/protocol.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { DNS_NAME_ISSUES } from './dns-name.ts';
import {
  DNS_RECORD_ISSUES,
  type DnsMessage,
  emitQuestions,
  emitRecords,
  questionList,
  recordList,
} from './dns-records.ts';
import { DNS_OPCODES, DNS_RCODES } from './dns-registries.ts';
import { isDnsBeyondDoubt, summarizeDns } from './dns-summary.ts';
import { flatNames } from './flat-names.ts';

/** Octets of the header (RFC 1035 §4.1.1). */
const HEADER = 12;
/** First octet of the four counts in it. */
const COUNTS = 4;
/** Octets before the message over TCP (RFC 1035 §4.2.2). */
const LENGTH_PREFIX = 2;
const UPDATE = 5;

const response = flag('Response');
const opcode = uint(4, 'Opcode', named(DNS_OPCODES));
const rcode = uint(4, 'Reply Code', named(DNS_RCODES));

/** Whether the flags at `at` are a query's: some of them mean something in responses only. */
const isQuery: TakesOver = (_raw, view, at) => (view.getUint8(at) & 0x80) === 0;

const flags = bits(
  16,
  'Flags',
  {
    response,
    opcode,
    authoritative: flag('Authoritative'),
    query_bit5: instead('authoritative', flag('Reserved in Queries'), isQuery),
    truncated: flag('Truncated'),
    recdesired: flag('Recursion Desired'),
    recavail: flag('Recursion Available'),
    query_bit8: instead('recavail', flag('Reserved in Queries'), isQuery),
    z: flag('Reserved'),
    authenticated: flag('Authentic Data'),
    checkdisable: flag('Checking Disabled'),
    rcode,
    query_bits12: instead('rcode', uint(4, 'Reserved in Queries'), isQuery),
  },
  hex,
);

/** RFC 4795 §2.1.1. */
const llmnrFlags = bits(
  16,
  'Flags',
  {
    response,
    opcode,
    conflict: flag('Conflict'),
    truncated: flag('Truncated'),
    tentative: flag('Tentative'),
    reserved: uint(4, 'Reserved'),
    rcode,
    query_bits12: instead('rcode', uint(4, 'Reserved in Queries'), isQuery),
  },
  hex,
);

/** The fields of a message; the names are `dns.` in all dialects. */
function messageFields<F extends FieldSpec>(flagBits: F, isMulticast = false) {
  return flatNames('dns', {
    length: uint(16, 'Length', octets),
    id: uint(16, 'Transaction ID', hex),
    flags: flagBits,
    'count.queries': uint(16, 'Questions'),
    'count.zones': uint(16, 'Zones'),
    'count.answers': uint(16, 'Answer RRs'),
    'count.prerequisites': uint(16, 'Prerequisites'),
    'count.auth_rr': uint(16, 'Authority RRs'),
    'count.updates': uint(16, 'Updates'),
    'count.add_rr': uint(16, 'Additional RRs'),
    questions: questionList(isMulticast),
    answers: recordList('Answer', 'answers', isMulticast),
    authorities: recordList('Authoritative Nameserver', 'authorities', isMulticast),
    additionals: recordList('Additional Record', 'additionals', isMulticast),
    'extraneous.data': bytes('Extraneous Data'),
  });
}

/** What the dialects have in common. */
type Shared = Pick<
  ProtocolDeclaration<Record<never, FieldSpec>, FieldSpecs>,
  'fields' | 'minimum' | 'headerLength' | 'summary' | 'issues'
>;
const shared: Shared = {
  fields: {},
  minimum: HEADER,
  headerLength: 'all',
  summary: (view, start, end, layers, row) => summarizeDns(view, messageStart(layers, row, start), end),
  issues: { ...DNS_NAME_ISSUES, ...DNS_RECORD_ISSUES },
};

export const dns = defineProtocol('dns', {
  ...shared,
  title: 'Domain Name System',
  source: 'RFC 1035 §4',
  carriedBy: { udpPort: [53], tcpPort: [53, 5353] },
  guess: { in: ['udpPort'], when: isDnsBeyondDoubt },
  variable: () => messageFields(flags),
  messages: {
    prefix: LENGTH_PREFIX,
    length: (view, start) => {
      const length = view.getUint16(start);
      return length < HEADER ? 0 : LENGTH_PREFIX + length;
    },
  },
  details: showDns,
});

export const mdns = defineProtocol('mdns', {
  ...shared,
  title: 'Multicast Domain Name System',
  source: 'RFC 6762',
  carriedBy: { udpPort: [5353] },
  variable: () => messageFields(flags, true),
  details: showMdns,
});

export const llmnr = defineProtocol('llmnr', {
  ...shared,
  title: 'Link-Local Multicast Name Resolution',
  source: 'RFC 4795',
  carriedBy: { udpPort: [5355] },
  variable: () => messageFields(llmnrFlags),
  details: showLlmnr,
});

function showDns(emit: FieldEmitter, view: DataView, start: number, end: number, layers: Layers, row: number): void {
  const base = messageStart(layers, row, start);
  if (base > start) emit.field(dns.variable.length, start);
  emitMessage(dns.variable, { emit, view, base, end, isMulticast: false });
}

function showMdns(emit: FieldEmitter, view: DataView, base: number, end: number): void {
  emitMessage(mdns.variable, { emit, view, base, end, isMulticast: true });
}

function showLlmnr(emit: FieldEmitter, view: DataView, base: number, end: number): void {
  emitMessage(llmnr.variable, { emit, view, base, end, isMulticast: false });
}

/** First octet of the header: over TCP the message's length stands before it. */
function messageStart(layers: Layers, row: number, start: number): number {
  const parent = layers.parent[row]!;
  return parent >= 0 && layers.protocolOf(parent).name === 'tcp' ? start + LENGTH_PREFIX : start;
}

function emitMessage(fields: Readonly<Record<keyof typeof dns.variable, Field>>, message: DnsMessage): void {
  const { emit, view, base, end } = message;
  emit.field(fields.id, base);
  emit.field(fields.flags, base + 2);
  if (base + COUNTS > end) return;
  const isUpdate = ((view.getUint8(base + 2) >> 3) & 15) === UPDATE;
  const counts: readonly Field[] = isUpdate
    ? [fields.count_zones, fields.count_prerequisites, fields.count_updates, fields.count_add_rr]
    : [fields.count_queries, fields.count_answers, fields.count_auth_rr, fields.count_add_rr];
  for (const [index, count] of counts.entries()) emit.field(count, base + COUNTS + 2 * index);
  if (base + HEADER > end) return;
  let at = emitQuestions(message, fields.questions, view.getUint16(base + 4), base + HEADER);
  at = emitRecords(message, fields.answers, view.getUint16(base + 6), at);
  at = emitRecords(message, fields.authorities, view.getUint16(base + 8), at);
  at = emitRecords(message, fields.additionals, view.getUint16(base + 10), at);
  if (at < end) emit.octets(fields.extraneous_data, at, end);
}
