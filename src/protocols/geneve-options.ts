/** Options of Geneve: RFC 8926 §3.5, classes of IANA "Geneve Option Class". */
import {
  bits,
  bytes,
  type Field,
  flag,
  flags,
  hex,
  ipv4Address,
  ipv6Address,
  list,
  named,
  octets,
  packed,
  uint,
  uint64,
  type ValueNames,
} from '../dissect/field.ts';
import type { FieldEmitter } from '../dissect/walk.ts';

/** Class, type and length of an option. */
const OPTION_HEADER = 4;

const CLASS_OVN = 0x0102;
const CLASS_GOOGLE = 0x0132;
const CLASS_CILIUM = 0x014b;

/** Classes in ranges, as the registry gives them. */
const CLASS_RANGES: readonly (readonly [first: number, last: number, name: string])[] = [
  [0x0000, 0x00ff, 'Standard'],
  [0x0100, 0x0100, 'Linux'],
  [0x0101, 0x0101, 'Open vSwitch'],
  [CLASS_OVN, CLASS_OVN, 'Open Virtual Network (OVN)'],
  [0x0103, 0x0103, 'In-band Network Telemetry'],
  [0x0104, 0x0104, 'VMware'],
  [0x0105, 0x0105, 'Amazon'],
  [0x0106, 0x0106, 'Cisco'],
  [0x0107, 0x0107, 'Oracle'],
  [0x0108, 0x0110, 'Amazon'],
  [0x0111, 0x0118, 'IBM'],
  [0x0119, 0x0128, 'Ericsson'],
  [0x0129, 0x0129, 'Oxide'],
  [0x0130, 0x0131, 'Cisco'],
  [CLASS_GOOGLE, 0x0135, 'Google'],
  [0x0136, 0x0136, 'InfoQuick'],
  [CLASS_CILIUM, CLASS_CILIUM, 'Cilium'],
  [0xfff0, 0xffff, 'Experimental'],
];

function classNames(): ValueNames {
  const names: Record<number, string> = {};
  for (const [first, last, name] of CLASS_RANGES) for (let code = first; code <= last; code++) names[code] = name;
  return names;
}

/** Declaration of the list, for the header's `variable` fields. */
export const geneveOptions = list('Option', () => ({
  class: uint(16, 'Class', hex, named(classNames())),
  type: bits(8, 'Type', { critical: flag('Critical'), number: uint(7, 'Number') }, hex),
  ...packed({
    flags_reserved: flags(3, 'Reserved', { name: 'geneve.option.flags.reserved' }),
    length: uint(5, 'Length with the header', octets),
  }),
  ...packed({
    ovn_reserved: uint(1, 'Reserved', { name: 'geneve.option.ovn.reserved' }),
    ovn_ingress_port: uint(15, 'OVN Logical Ingress Port', { name: 'geneve.option.ovn.ingress_port' }),
    ovn_egress_port: uint(16, 'OVN Logical Egress Port', { name: 'geneve.option.ovn.egress_port' }),
  }),
  cilium_dsr_ipv4: ipv4Address('Cilium DSR Service Address', { name: 'geneve.option.cilium.dsr.ipv4' }),
  cilium_dsr_ipv6: ipv6Address('Cilium DSR Service Address', { name: 'geneve.option.cilium.dsr.ipv6' }),
  cilium_dsr_port: uint(16, 'Cilium DSR Service Port', { name: 'geneve.option.cilium.dsr.port' }),
  cilium_dsr_pad: uint(16, 'Padding', { name: 'geneve.option.cilium.dsr.pad' }),
  ...packed({
    gcp_vnid: uint(28, 'GCP Virtual Network ID', { name: 'geneve.option.gcp.vnid' }),
    gcp_reserved: flags(3, 'GCP Reserved', { name: 'geneve.option.gcp.reserved' }),
    gcp_direction: flag('GCP Direction', { name: 'geneve.option.gcp.direction' }),
  }),
  gcp_endpoint: bytes('GCP Endpoint ID', 0, { name: 'geneve.option.gcp.endpoint' }),
  gcp_profile: uint64('GCP Profile ID', { name: 'geneve.option.gcp.profile' }),
  unknown_data: bytes('Data', 0, { name: 'geneve.option.unknown.data' }),
}));

type OptionFields = Readonly<Record<keyof typeof geneveOptions.children, Field>>;

/** Emits the options of [from, end) as elements of `options`. One that reaches beyond the end is cut there and reported as `optionBeyondHeader`. */
export function emitGeneveOptions(emit: FieldEmitter, options: Field, view: DataView, from: number, end: number): void {
  const of = options.of as OptionFields;
  // Options are made of 4-octet words, as is the room for them: only the end of the capture cuts an option's fixed part.
  for (let at = from; at + OPTION_HEADER <= end; ) {
    const length = OPTION_HEADER + 4 * of.length.get(view, at + 3);
    const next = Math.min(at + length, end);
    if (at + length > end) emit.issue('optionBeyondHeader', length, end - at, 'geneve.opt_len');
    emit.begin(options, at);
    emit.field(of.class, at);
    emit.field(of.type, at + 2);
    emit.field(of.flags_reserved, at + 3);
    emit.value(of.length, length, at + 3, at + 4);
    const body = at + OPTION_HEADER;
    const known = emitBody(emit, of, of.class.get(view, at), view.getUint8(at + 2) & 0x7f, body, next);
    if (known < next) emit.octets(of.unknown_data, known, next);
    emit.end(next);
    at = next;
  }
}

/** Emits what is known of an option's body and answers the first octet behind that. `type` is without the critical bit. */
function emitBody(
  emit: FieldEmitter,
  of: OptionFields,
  optionClass: number,
  type: number,
  body: number,
  end: number,
): number {
  const length = end - body;
  // ovn-architecture(7), "Tunnel Encapsulations": critical option 0.
  if (optionClass === CLASS_OVN && type === 0 && length === 4) {
    return emitAll(emit, [of.ovn_reserved, of.ovn_ingress_port, of.ovn_egress_port], body, end);
  }
  // Cilium's bpf/lib/common.h, geneve_dsr_opt4 and geneve_dsr_opt6: critical option 1.
  if (optionClass === CLASS_CILIUM && type === 1 && (length === 8 || length === 20)) {
    const address = length === 8 ? of.cilium_dsr_ipv4 : of.cilium_dsr_ipv6;
    emit.field(address, body);
    emit.field(of.cilium_dsr_port, body + address.octetWidth);
    emit.field(of.cilium_dsr_pad, body + address.octetWidth + 2);
    return end;
  }
  if (optionClass === CLASS_GOOGLE && type === 1 && length === 4) {
    return emitAll(emit, [of.gcp_vnid, of.gcp_reserved, of.gcp_direction], body, end);
  }
  if (optionClass === CLASS_GOOGLE && type === 2) return emit.octets(of.gcp_endpoint, body, end) ? end : body;
  if (optionClass === CLASS_GOOGLE && type === 3 && length === 8) {
    return emit.field(of.gcp_profile, body) ? end : body;
  }
  return body;
}

function emitAll(emit: FieldEmitter, fields: readonly Field[], body: number, end: number): number {
  for (const field of fields) emit.field(field, body);
  return end;
}
