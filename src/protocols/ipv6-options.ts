/**
 * Options of the Hop-by-Hop and Destination Options headers: RFC 8200 §4.2 and IANA
 * "Destination Options and Hop-by-Hop Options".
 */
import { bits, bytes, type Field, flag, hex, ipv6Address, list, named, octets, text, uint } from '../dissect/field.ts';
import type { FieldEmitter } from '../dissect/walk.ts';

/** Option types that are dissected. */
const OPTION = {
  pad1: 0x00,
  padN: 0x01,
  tunnelEncapsulationLimit: 0x04,
  routerAlert: 0x05,
  calipso: 0x07,
  performanceMetrics: 0x0f,
  rpl: 0x23,
  quickStart: 0x26,
  minimumPathMtu: 0x30,
  rplDeprecated: 0x63,
  mpl: 0x6d,
  ilnpNonce: 0x8b,
  lineIdentification: 0x8c,
  jumboPayload: 0xc2,
  homeAddress: 0xc9,
} as const;

const OPTION_NAMES = {
  0: 'Pad1',
  1: 'PadN',
  4: 'Tunnel Encapsulation Limit',
  5: 'Router Alert',
  7: 'CALIPSO',
  8: 'SMF_DPD',
  15: 'Performance and Diagnostic Metrics',
  17: 'IOAM',
  35: 'RPL',
  38: 'Quick-Start',
  48: 'Minimum Path MTU',
  49: 'IOAM',
  99: 'RPL (deprecated)',
  109: 'MPL',
  138: 'Endpoint Identification (deprecated)',
  139: 'ILNP Nonce',
  140: 'Line Identification',
  194: 'Jumbo Payload',
  201: 'Home Address',
  238: 'IP_DFF',
};

/** What a router that does not know the option does, RFC 8200 §4.2. */
const ACTIONS = {
  0: 'skip and continue',
  1: 'discard',
  2: 'discard and send ICMP',
  3: 'discard and send ICMP unless multicast',
};

/** IANA "IPv6 Router Alert Option Values". */
const ROUTER_ALERTS = { 0: 'MLD', 1: 'RSVP', 2: 'Active Networks', 67: 'NSIS NATFW', 68: 'MPLS OAM' };

const at = (name: string): { name: string } => ({ name: `ipv6.opt.${name}` });

/** Declaration of the list, for the `variable` fields of both headers; the fields are Wireshark's `ipv6.opt.*`. */
export const ipv6Options = list(
  'Option',
  () => ({
    type: bits(
      8,
      'Type',
      {
        action: uint(2, 'Action', named(ACTIONS), at('type.action')),
        change: flag('May Change', at('type.change')),
        rest: uint(5, 'Low-Order Bits', hex, at('type.rest')),
      },
      hex,
      named(OPTION_NAMES),
      at('type'),
    ),
    length: uint(8, 'Length', octets, at('length')),
    padn: bytes('Padding', 0, at('padn')),
    tel: uint(8, 'Tunnel Encapsulation Limit', at('tel')),
    router_alert: uint(16, 'Router Alert', named(ROUTER_ALERTS), at('router_alert')),
    jumbo: uint(32, 'Payload Length', octets, at('jumbo')),
    mipv6_home_address: ipv6Address('Home Address', at('mipv6.home_address')),
    calipso_doi: uint(32, 'Domain of Interpretation', at('calipso.doi')),
    calipso_cmpt_length: uint(8, 'Compartment Length', at('calipso.cmpt.length')),
    calipso_sens_level: uint(8, 'Sensitivity Level', at('calipso.sens_level')),
    calipso_checksum: uint(16, 'Checksum', hex, at('calipso.checksum')),
    calipso_cmpt_bitmap: bytes('Compartment Bitmap', 0, at('calipso.cmpt_bitmap')),
    pdm_scale_dtlr: uint(8, 'Scale of Delta Time Last Received', at('pdm.scale_dtlr')),
    pdm_scale_dtls: uint(8, 'Scale of Delta Time Last Sent', at('pdm.scale_dtls')),
    pdm_psn_this_pkt: uint(16, 'Packet Sequence Number', at('pdm.psn_this_pkt')),
    pdm_psn_last_recv: uint(16, 'Packet Sequence Number Last Received', at('pdm.psn_last_recv')),
    pdm_delta_last_recv: uint(16, 'Delta Time Last Received', at('pdm.delta_last_recv')),
    pdm_delta_last_sent: uint(16, 'Delta Time Last Sent', at('pdm.delta_last_sent')),
    rpl_flag: bits(
      8,
      'Flags',
      {
        o: flag('Down', at('rpl.flag.o')),
        r: flag('Rank Error', at('rpl.flag.r')),
        f: flag('Forwarding Error', at('rpl.flag.f')),
        rsv: uint(5, 'Reserved', hex, at('rpl.flag.rsv')),
      },
      hex,
      at('rpl.flag'),
    ),
    rpl_instance_id: uint(8, 'RPL Instance', hex, at('rpl.instance_id')),
    rpl_sender_rank: uint(16, 'Sender Rank', hex, at('rpl.sender_rank')),
    qs: bits(
      8,
      'Quick-Start',
      { func: uint(4, 'Function', at('qs_func')), rate: uint(4, 'Rate', at('qs_rate')) },
      hex,
      at('qs'),
    ),
    qs_ttl: uint(8, 'Quick-Start TTL', at('qs_ttl')),
    qs_nonce: bits(
      32,
      'Nonce and Reserved',
      { nonce: uint(30, 'Nonce', hex, at('qs_nonce')), reserved: uint(2, 'Reserved', hex, at('qs_reserved')) },
      hex,
      at('qs_nonce_word'),
    ),
    pmtu_min: uint(16, 'Minimum Reported Path MTU', octets, at('pmtu.min')),
    pmtu_rtn: bits(
      16,
      'Returned Path MTU',
      {
        rtn: uint(15, 'Returned Path MTU', octets, { scale: 2 }, at('pmtu.rtn')),
        r_flag: flag('Return Flag', at('pmtu.r_flag')),
      },
      hex,
      at('pmtu.rtn_word'),
    ),
    mpl_flag: bits(
      8,
      'Flags',
      {
        s: uint(2, 'Seed ID Length', at('mpl.flag.s')),
        m: flag('Largest Sequence', at('mpl.flag.m')),
        v: flag('Version', at('mpl.flag.v')),
        rsv: uint(4, 'Reserved', hex, at('mpl.flag.rsv')),
      },
      hex,
      at('mpl.flag'),
    ),
    mpl_sequence: uint(8, 'Sequence', hex, at('mpl.sequence')),
    mpl_seed_id: bytes('Seed ID', 0, at('mpl.seed_id')),
    ilnp_nonce: bytes('ILNP Nonce', 0, at('ilnp_nonce')),
    lio_length: uint(8, 'Line ID Length', octets, at('lio.length')),
    lio_line_id: text('Line ID', at('lio.line_id')),
    unknown: bytes('Unknown', 0, at('unknown')),
  }),
  { name: 'ipv6.opt' },
);

type OptionFields = Readonly<Record<keyof typeof ipv6Options.children, Field>>;

/** Words for `issues` of a header that has these options. */
export const IPV6_OPTION_ISSUES = {
  optionBeyondHeader: 'an option reaches beyond the header',
} as const;

/** Emits the options of [from, end) as elements of `options`; `limit` names the field that bounds them. */
export function emitIpv6Options(
  emit: FieldEmitter,
  options: Field,
  view: DataView,
  from: number,
  end: number,
  limit: string,
): void {
  const of = options.of as OptionFields;
  let start = from;
  while (start < end) {
    const type = view.getUint8(start);
    emit.begin(options, start);
    emit.field(of.type, start);
    if (type === OPTION.pad1 || start + 1 === end) {
      start += 1;
      emit.end(start);
      continue;
    }
    const body = start + 2;
    const length = view.getUint8(start + 1);
    if (body + length > end) emit.issue('optionBeyondHeader', length, end - body, limit);
    const next = Math.min(body + length, end);
    emit.field(of.length, start + 1);
    const known = emitBody(emit, of, type, body, next);
    if (known < next) emit.octets(of.unknown, known, next);
    emit.end(next);
    start = next;
  }
}

/** Emits what is known of an option's data and answers the first octet behind that. */
function emitBody(emit: FieldEmitter, of: OptionFields, type: number, body: number, end: number): number {
  const length = end - body;
  const whole = (field: Field): number => (length === field.octetWidth && emit.field(field, body) ? end : body);
  const row = (fields: readonly Field[]): number => {
    let next = body;
    for (const field of fields) {
      if (next + field.octetWidth > end) break;
      emit.field(field, next);
      next += field.octetWidth;
    }
    return next;
  };
  const rest = (field: Field, from: number): number => {
    if (from < end) emit.octets(field, from, end);
    return end;
  };
  switch (type) {
    case OPTION.padN:
      return rest(of.padn, body);
    case OPTION.tunnelEncapsulationLimit:
      return whole(of.tel);
    case OPTION.routerAlert:
      return whole(of.router_alert);
    case OPTION.jumboPayload:
      return whole(of.jumbo);
    case OPTION.homeAddress:
      return whole(of.mipv6_home_address);
    case OPTION.calipso: {
      const fixed = row([of.calipso_doi, of.calipso_cmpt_length, of.calipso_sens_level, of.calipso_checksum]);
      return length >= 8 ? rest(of.calipso_cmpt_bitmap, fixed) : fixed;
    }
    case OPTION.performanceMetrics:
      return row([
        of.pdm_scale_dtlr,
        of.pdm_scale_dtls,
        of.pdm_psn_this_pkt,
        of.pdm_psn_last_recv,
        of.pdm_delta_last_recv,
        of.pdm_delta_last_sent,
      ]);
    case OPTION.rpl:
    case OPTION.rplDeprecated:
      return row([of.rpl_flag, of.rpl_instance_id, of.rpl_sender_rank]);
    case OPTION.quickStart:
      return row([of.qs, of.qs_ttl, of.qs_nonce]);
    case OPTION.minimumPathMtu:
      return row([of.pmtu_min, of.pmtu_rtn]);
    case OPTION.mpl: {
      const fixed = row([of.mpl_flag, of.mpl_sequence]);
      return length >= 2 ? rest(of.mpl_seed_id, fixed) : fixed;
    }
    case OPTION.ilnpNonce:
      return rest(of.ilnp_nonce, body);
    case OPTION.lineIdentification:
      return length >= 1 && emit.field(of.lio_length, body) ? rest(of.lio_line_id, body + 1) : body;
    default:
      return body;
  }
}

/**
 * Octet at which the Home Address option among the options of [from, end) has its address, -1 where there is none:
 * checksums count it as the packet's source (RFC 6275 §11.3.1).
 */
export function homeAddressAt(view: DataView, from: number, end: number): number {
  for (let start = from; start + 1 < end; ) {
    const type = view.getUint8(start);
    if (type === OPTION.pad1) {
      start += 1;
      continue;
    }
    const next = start + 2 + view.getUint8(start + 1);
    if (type === OPTION.homeAddress && next === start + 18 && next <= end) return start + 2;
    start = next;
  }
  return -1;
}
