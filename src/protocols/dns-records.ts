/** Questions and resource records of a DNS message: RFC 1035 §4.1.2–4.1.3, the OPT pseudo-record of RFC 6891 §6.1.2. */
import {
  bits,
  bytes,
  computed,
  type Field,
  type FieldOptions,
  flag,
  hex,
  list,
  named,
  octets,
  packed,
  text,
  uint,
} from '../dissect/field.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { emitBody, type FieldsByKey, fieldOf } from './body.ts';
import { readDomainName, reportName } from './dns-name.ts';
import { dnsRecordData, dnsRecordFields } from './dns-record-data.ts';
import { DNS_CLASSES, DNS_TYPES } from './dns-registries.ts';
import { flatNames } from './flat-names.ts';

const OPT = 41;
const SRV = 33;
/** Type, class, TTL and data length of a record. */
const RECORD_FIXED = 10;
/** Type and class of a question. */
const QUESTION_FIXED = 4;

/**
 * Characters of names and data that are shown of one message: four times the longest message. A zone transfer's names grow twofold when they are
 * uncompressed; a message made for it, in which all names are pointers to the longest one, grows fortyfold.
 */
export const MOST_TEXT = 4 * 65_536;

/** What can be wrong with records, in words. */
export const DNS_RECORD_ISSUES = {
  countBeyondMessage: 'the header counts more questions and records than the message holds',
  recordBeyondMessage: 'the data length of a record reaches beyond the message',
  tooMuchText: 'the names of the message, uncompressed, are longer than is shown; the rest of it is not looked into',
  recordData: 'the data of a record is not of the length its type asks for',
  optionBeyondRecord: 'an EDNS option reaches beyond its record',
  parameterBeyondRecord: 'a service parameter reaches beyond its record',
} as const;

const className = named(DNS_CLASSES);

/** A class, or what stands in its place; in Multicast DNS the highest of the 16 bits is a flag of its own (RFC 6762 §5.4 and §10.2). */
const belowFlag = <K extends string>(isMulticast: boolean, key: K, title: string, ...options: FieldOptions[]) => {
  const field = uint(isMulticast ? 15 : 16, title, ...options);
  return packed({ [key]: field } as Record<K, typeof field>, isMulticast ? 1 : 0);
};

/** Questions of a message. */
export const questionList = (isMulticast: boolean) =>
  list(
    'Question',
    () =>
      flatNames('dns', {
        'qry.name': text('Name'),
        'qry.name.len': computed('number', 'Name Length'),
        'count.labels': computed('number', 'Label Count'),
        'qry.type': uint(16, 'Type', named(DNS_TYPES)),
        'qry.qu': flag('QU Question'),
        ...belowFlag(isMulticast, 'qry.class', 'Class', hex, className),
      }),
    { name: 'dns.questions' },
  );

/** Records of one section. */
export const recordList = (title: string, key: string, isMulticast: boolean) =>
  list(
    title,
    () =>
      flatNames('dns', {
        'resp.name': text('Name'),
        'srv.service': computed('text', 'Service'),
        'srv.proto': computed('text', 'Protocol'),
        'srv.name': computed('text', 'Name'),
        'resp.type': uint(16, 'Type', named(DNS_TYPES)),
        'resp.cache_flush': flag('Cache Flush'),
        ...belowFlag(isMulticast, 'resp.class', 'Class', hex, className),
        ...belowFlag(isMulticast, 'rr.udp_payload_size', 'UDP Payload Size', octets),
        'resp.ttl': uint(32, 'Time to Live', { unit: 's' }),
        'resp.ext_rcode': uint(8, 'Higher Bits in Extended RCODE', hex),
        'resp.edns0_version': uint(8, 'EDNS0 Version'),
        'resp.z': bits(16, 'Z', { do: flag('DNSSEC OK'), reserved: uint(15, 'Reserved', hex) }, hex),
        'resp.len': uint(16, 'Data Length', octets),
        ...dnsRecordFields(),
        data: bytes('Data'),
      }),
    { name: `dns.${key}` },
  );

/** A message that is being shown: its first octet, its end as captured, and which dialect it is in. */
export interface DnsMessage {
  readonly emit: FieldEmitter;
  readonly view: DataView;
  readonly base: number;
  readonly end: number;
  readonly isMulticast: boolean;
}

/** Whether enough of the message was shown, which is told then. */
function isLong(emit: FieldEmitter): boolean {
  if (emit.textLength <= MOST_TEXT) return false;
  emit.issue('tooMuchText', MOST_TEXT, emit.textLength, 'characters of a message');
  return true;
}

/** Emits `count` questions from `from` on; answers the first octet that is part of none. */
export function emitQuestions(message: DnsMessage, declared: Field, count: number, from: number): number {
  const { emit, view, base, end, isMulticast } = message;
  const fields = declared.of as FieldsByKey;
  let at = from;
  for (let i = 0; i < count && !isLong(emit); i++) {
    const name = readDomainName(view, base, at, end);
    if (name.next + QUESTION_FIXED > end) {
      emit.issue('countBeyondMessage', count, i, declared.name);
      break;
    }
    emit.begin(declared, at);
    emit.value(fieldOf(fields, 'qry_name'), name.text, at, name.next);
    reportName(emit, name, at);
    emit.value(fieldOf(fields, 'qry_name_len'), name.text === '<Root>' ? 6 : name.text.length);
    emit.value(fieldOf(fields, 'count_labels'), name.labels);
    emit.field(fieldOf(fields, 'qry_type'), name.next);
    if (isMulticast) emit.field(fieldOf(fields, 'qry_qu'), name.next + 2);
    emit.field(fieldOf(fields, 'qry_class'), name.next + 2);
    at = name.next + QUESTION_FIXED;
    emit.end(at);
  }
  return at;
}

/** As `emitQuestions`, for resource records. */
export function emitRecords(message: DnsMessage, declared: Field, count: number, from: number): number {
  const { emit, view, base, end } = message;
  const fields = declared.of as FieldsByKey;
  let at = from;
  for (let i = 0; i < count && !isLong(emit); i++) {
    const name = readDomainName(view, base, at, end);
    const data = name.next + RECORD_FIXED;
    if (data > end) {
      emit.issue('countBeyondMessage', count, i, declared.name);
      break;
    }
    const type = view.getUint16(name.next);
    const length = view.getUint16(data - 2);
    const next = data + length;
    emit.begin(declared, at);
    emit.value(fieldOf(fields, 'resp_name'), name.text, at, name.next);
    reportName(emit, name, at);
    if (type === SRV) emitService(emit, fields, name.text);
    emitFixed(message, fields, type, name.next);
    if (next > end) emit.issue('recordBeyondMessage', length, end - data, 'dns.resp.len');
    const cut = Math.min(next, end);
    const known = dnsRecordData(type);
    // The update of RFC 2136 §2.4 has records without data, whatever their type.
    const taken = known === undefined || length === 0 ? data : emitBody(emit, fields, known, view, data, cut, base);
    if (known !== undefined && taken !== cut && next <= end)
      emit.issue('recordData', taken - data, length, 'dns.resp.len');
    if (taken < cut) emit.octets(fieldOf(fields, 'data'), taken, cut);
    emit.end(cut);
    at = cut;
  }
  return at;
}

/** The parts of an SRV record's owner, `_service._proto.name` (RFC 2782). */
function emitService(emit: FieldEmitter, fields: FieldsByKey, owner: string): void {
  const [, service, proto, name] = /^(_[^.]*)\.(_[^.]*)\.(.*)$/s.exec(owner) ?? [];
  if (service === undefined || proto === undefined || name === undefined) return;
  emit.value(fieldOf(fields, 'srv_service'), service);
  emit.value(fieldOf(fields, 'srv_proto'), proto);
  emit.value(fieldOf(fields, 'srv_name'), name);
}

/** Type, class, TTL and length of the record whose name ends at `at`. */
function emitFixed({ emit, isMulticast }: DnsMessage, fields: FieldsByKey, type: number, at: number): void {
  emit.field(fieldOf(fields, 'resp_type'), at);
  if (isMulticast) emit.field(fieldOf(fields, 'resp_cache_flush'), at + 2);
  if (type === OPT) {
    emit.field(fieldOf(fields, 'rr_udp_payload_size'), at + 2);
    emit.field(fieldOf(fields, 'resp_ext_rcode'), at + 4);
    emit.field(fieldOf(fields, 'resp_edns0_version'), at + 5);
    emit.field(fieldOf(fields, 'resp_z'), at + 6);
  } else {
    emit.field(fieldOf(fields, 'resp_class'), at + 2);
    emit.field(fieldOf(fields, 'resp_ttl'), at + 4);
  }
  emit.field(fieldOf(fields, 'resp_len'), at + 8);
}
