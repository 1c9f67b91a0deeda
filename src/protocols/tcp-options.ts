/** TCP options: RFC 9293 §3.1–3.2, RFC 7323, RFC 2018, RFC 4782, RFC 7413, RFC 9768 and IANA "TCP Option Kind Numbers". */
import { bits, bytes, type Field, flag, hex, list, named, octets, uint } from '../dissect/field.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { emitMultipath, multipathFields } from './tcp-multipath.ts';

/** Option kinds that are dissected. */
export const TcpOption = {
  endOfList: 0,
  noOperation: 1,
  maximumSegmentSize: 2,
  windowScale: 3,
  sackPermitted: 4,
  sack: 5,
  timestamps: 8,
  md5: 19,
  quickStart: 27,
  userTimeout: 28,
  authentication: 29,
  multipath: 30,
  fastOpen: 34,
  accurateEcn0: 172,
  accurateEcn1: 174,
  experiment1: 253,
  experiment2: 254,
} as const;

/** Identifiers under which options began (IANA "TCP Experimental Option Experiment Identifiers"; 0xacc0 and 0xacc1 are of Accurate ECN's drafts). */
const Experiment = { fastOpen: 0xf989, accurateEcn0: 0xacc0, accurateEcn1: 0xacc1 } as const;

const KINDS = {
  0: 'End of Option List',
  1: 'No-Operation',
  2: 'Maximum Segment Size',
  3: 'Window Scale',
  4: 'SACK Permitted',
  5: 'SACK',
  8: 'Timestamps',
  19: 'MD5 Signature',
  27: 'Quick-Start Response',
  28: 'User Timeout',
  29: 'TCP Authentication',
  30: 'Multipath TCP',
  34: 'TCP Fast Open Cookie',
  172: 'Accurate ECN Order 0',
  174: 'Accurate ECN Order 1',
  253: 'Experiment 1',
  254: 'Experiment 2',
};

/** Declaration of the list, for the header's `variable` fields. */
export const tcpOptions = list('Option', () => ({
  kind: uint(8, 'Kind', named(KINDS), { name: 'tcp.option_kind' }),
  len: uint(8, 'Length', octets, { name: 'tcp.option_len' }),
  mss_val: uint(16, 'Maximum Segment Size', octets),
  wscale_shift: uint(8, 'Window Scale Shift Count', { name: 'tcp.options.wscale.shift' }),
  timestamp_tsval: uint(32, 'Timestamp Value', { name: 'tcp.options.timestamp.tsval' }),
  timestamp_tsecr: uint(32, 'Timestamp Echo Reply', { name: 'tcp.options.timestamp.tsecr' }),
  sack: list('Block', {
    le_raw: uint(32, 'Left Edge (raw)', { name: 'tcp.options.sack_le_raw' }),
    re_raw: uint(32, 'Right Edge (raw)', { name: 'tcp.options.sack_re_raw' }),
  }),
  md5_digest: bytes('MD5 Digest', 16, { name: 'tcp.options.md5.digest' }),
  qs: bits(8, 'Quick-Start', {
    reserved: uint(4, 'Reserved', { name: 'tcp.options.qs.reserved' }),
    rate: uint(4, 'Rate Request', { name: 'tcp.options.qs.rate' }),
  }),
  qs_ttl_diff: uint(8, 'TTL Difference', { name: 'tcp.options.qs.ttl_diff' }),
  qs_nonce: uint(32, 'Quick-Start Nonce', hex, { name: 'tcp.options.qs.nonce' }),
  user_to: bits(16, 'User Timeout', {
    granularity: flag('In minutes, not seconds', { name: 'tcp.options.user_to_granularity' }),
    val: uint(15, 'Value', { name: 'tcp.options.user_to_val' }),
  }),
  ao_keyid: uint(8, 'Authentication KeyID', { name: 'tcp.options.ao.keyid' }),
  ao_rnextkeyid: uint(8, 'Authentication RNextKeyID', { name: 'tcp.options.ao.rnextkeyid' }),
  ao_mac: bytes('Authentication MAC', 0, { name: 'tcp.options.ao.mac' }),
  ...multipathFields(),
  tfo_cookie: bytes('Fast Open Cookie', 0, { name: 'tcp.options.tfo.cookie' }),
  acc_ecn_ee0b: uint(24, 'Accurate ECN Echo ECT(0) Byte Counter', octets, { name: 'tcp.options.acc_ecn.ee0b' }),
  acc_ecn_eceb: uint(24, 'Accurate ECN Echo CE Byte Counter', octets, { name: 'tcp.options.acc_ecn.eceb' }),
  acc_ecn_ee1b: uint(24, 'Accurate ECN Echo ECT(1) Byte Counter', octets, { name: 'tcp.options.acc_ecn.ee1b' }),
  exid: uint(16, 'Experiment Identifier', hex, { name: 'tcp.options.experimental.exid' }),
  experimental_data: bytes('Experimental Data', 0, { name: 'tcp.options.experimental.data' }),
  unknown_payload: bytes('Payload', 0, { name: 'tcp.options.unknown.payload' }),
  data: bytes('Data'),
  padding: bytes('Padding'),
}));

type OptionFields = Readonly<Record<keyof typeof tcpOptions.children, Field>>;

/** Emits the options of [at, end) as elements of `options`. */
export function emitTcpOptions(emit: FieldEmitter, options: Field, view: DataView, from: number, end: number): void {
  const of = options.of as OptionFields;
  let at = from;
  while (at < end) {
    const kind = view.getUint8(at);
    emit.begin(options, at);
    emit.field(of.kind, at);
    if (kind === TcpOption.endOfList) {
      emit.octets(of.padding, at + 1, end);
      emit.end(end);
      return;
    }
    if (kind === TcpOption.noOperation) {
      at += 1;
      emit.end(at);
      continue;
    }
    const length = at + 1 < end ? view.getUint8(at + 1) : 0;
    if (length < 2) {
      emit.issue('optionLength', 2, length, of.len.name);
      emit.octets(of.data, at + 1, end);
      emit.end(end);
      return;
    }
    if (at + length > end) emit.issue('optionBeyondHeader', length, end - at, 'tcp.hdr_len');
    const next = Math.min(at + length, end);
    emit.field(of.len, at + 1);
    const known = emitBody(emit, of, view, at, next);
    if (known < next) emit.octets(of.data, known, next);
    emit.end(next);
    at = next;
  }
}

/** Emits what is known of an option's body and answers the first octet behind that. */
function emitBody(emit: FieldEmitter, of: OptionFields, view: DataView, at: number, end: number): number {
  const body = at + 2;
  const length = end - at;
  switch (view.getUint8(at)) {
    case TcpOption.maximumSegmentSize:
      return length === 4 && emit.field(of.mss_val, body) ? end : body;
    case TcpOption.windowScale:
      return length === 3 && emit.field(of.wscale_shift, body) ? end : body;
    case TcpOption.timestamps:
      if (length !== 10) return body;
      emit.field(of.timestamp_tsval, body);
      emit.field(of.timestamp_tsecr, body + 4);
      return end;
    case TcpOption.sack:
      return emitBlocks(emit, of.sack, body, end);
    case TcpOption.md5:
      return length === 18 && emit.field(of.md5_digest, body) ? end : body;
    case TcpOption.userTimeout:
      return length === 4 && emit.field(of.user_to, body) ? end : body;
    case TcpOption.authentication:
      if (length < 4) return body;
      emit.field(of.ao_keyid, body);
      emit.field(of.ao_rnextkeyid, body + 1);
      emit.octets(of.ao_mac, body + 2, end);
      return end;
    case TcpOption.multipath:
      return emitMultipath(emit, of, view, body, end);
    case TcpOption.fastOpen:
      if (length > 2) emit.octets(of.tfo_cookie, body, end);
      return end;
    case TcpOption.accurateEcn0:
      return emitByteCounters(emit, of, body, end, true);
    case TcpOption.accurateEcn1:
      return emitByteCounters(emit, of, body, end, false);
    case TcpOption.quickStart:
      if (length !== 8) return body;
      emit.field(of.qs, body);
      emit.field(of.qs_ttl_diff, body + 1);
      emit.field(of.qs_nonce, body + 2);
      return end;
    case TcpOption.experiment1:
    case TcpOption.experiment2:
      if (length < 4) return body;
      emit.field(of.exid, body);
      return emitExperiment(emit, of, of.exid.get(view, body), body + 2, end);
    default:
      if (length > 2) emit.octets(of.unknown_payload, body, end);
      return end;
  }
}

function emitExperiment(emit: FieldEmitter, of: OptionFields, exid: number, from: number, end: number): number {
  switch (exid) {
    case Experiment.accurateEcn0:
      return emitByteCounters(emit, of, from, end, true);
    case Experiment.accurateEcn1:
      return emitByteCounters(emit, of, from, end, false);
    case Experiment.fastOpen:
      if (from < end) emit.octets(of.tfo_cookie, from, end);
      return end;
    default:
      if (from < end) emit.octets(of.experimental_data, from, end);
      return end;
  }
}

/** Up to three counters; the order tells which ECT codepoint comes first (RFC 9768 §3.2.3). */
function emitByteCounters(emit: FieldEmitter, of: OptionFields, from: number, end: number, isOrder0: boolean): number {
  const { acc_ecn_ee0b, acc_ecn_eceb, acc_ecn_ee1b } = of;
  const order = isOrder0 ? [acc_ecn_ee0b, acc_ecn_eceb, acc_ecn_ee1b] : [acc_ecn_ee1b, acc_ecn_eceb, acc_ecn_ee0b];
  let at = from;
  for (const counter of order) {
    if (at + 3 > end) return at;
    emit.field(counter, at);
    at += 3;
  }
  return at;
}

function emitBlocks(emit: FieldEmitter, sack: Field, from: number, end: number): number {
  const of = sack.of as { le_raw: Field; re_raw: Field };
  let at = from;
  for (; at + 8 <= end; at += 8) {
    emit.begin(sack, at);
    emit.field(of.le_raw, at);
    emit.field(of.re_raw, at + 4);
    emit.end(at + 8);
  }
  return at;
}

/** First octet of the body of the option `kind` within [at, end), or -1 where there is none of that length (type and length octets included). */
export function findTcpOption(view: DataView, from: number, end: number, kind: number, length: number): number {
  for (let at = from; at < end; ) {
    const found = view.getUint8(at);
    if (found === TcpOption.endOfList) return -1;
    if (found === TcpOption.noOperation) {
      at += 1;
      continue;
    }
    if (at + 1 >= end) return -1;
    const octetsOfOption = view.getUint8(at + 1);
    if (octetsOfOption < 2 || at + octetsOfOption > end) return -1;
    if (found === kind && octetsOfOption === length) return at + 2;
    at += octetsOfOption;
  }
  return -1;
}
