/** The option of Multipath TCP: RFC 8684 §3, and of its version 0, RFC 6824 §3. */
import {
  bytes,
  type Field,
  flag,
  hex,
  ipv4Address,
  ipv6Address,
  named,
  octets,
  packed,
  uint,
  uint64,
} from '../dissect/field.ts';
import type { FieldEmitter } from '../dissect/walk.ts';

/** IANA "MPTCP Option Subtypes". */
const Subtype = {
  capable: 0,
  join: 1,
  dataSequenceSignal: 2,
  addAddress: 3,
  removeAddress: 4,
  priority: 5,
  fail: 6,
  fastClose: 7,
  reset: 8,
} as const;

const SUBTYPES = {
  0: 'MP_CAPABLE',
  1: 'MP_JOIN',
  2: 'DSS',
  3: 'ADD_ADDR',
  4: 'REMOVE_ADDR',
  5: 'MP_PRIO',
  6: 'MP_FAIL',
  7: 'MP_FASTCLOSE',
  8: 'MP_TCPRST',
};

/** IANA "MPTCP MP_TCPRST Reason Codes". */
const RESET_REASONS = {
  0: 'unspecified error',
  1: 'MPTCP-specific error',
  2: 'lack of resources',
  3: 'administratively prohibited',
  4: 'too much outstanding data',
  5: 'unacceptable performance',
  6: 'middlebox interference',
};

const KEY = 8;
const HMAC = 8;
const PORT = 2;
const IPV4 = 4;
const IPV6 = 16;
/** Octets behind kind and length, by which the three forms of MP_JOIN are told apart (RFC 8684 §3.2). */
const Join = { syn: 10, synAck: 14, ack: 22 } as const;

const at = (name: string): { name: string } => ({ name: `tcp.options.mptcp.${name}` });

/** Declarations for an element of the list of options. */
export const multipathFields = () => ({
  ...packed({
    mptcp_subtype: uint(4, 'Multipath Subtype', named(SUBTYPES), at('subtype')),
    mptcp_version: uint(4, 'Multipath Version', at('version')),
  }),
  ...packed({ mptcp_reserved4: uint(4, 'Reserved', at('reserved_4')) }, 4),
  ...packed({ mptcp_reserved12: uint(12, 'Reserved', hex, at('reserved')) }, 4),
  ...packed({ mptcp_ipver: uint(4, 'IP Version', at('ipver')) }, 4),
  ...packed(
    { mptcp_reserved3: uint(3, 'Reserved', at('reserved_3')), mptcp_backup: flag('Backup', at('backup.flag')) },
    4,
  ),
  ...packed({ mptcp_echo: flag('Echo', at('echo')) }, 7),
  ...packed(
    {
      mptcp_flag_u: flag('Reserved (U)', at('flag_U.flag')),
      mptcp_flag_v: flag('Reserved (V)', at('flag_V.flag')),
      mptcp_flag_w: flag('Reserved (W)', at('flag_W.flag')),
      mptcp_flag_t: flag('Transient', at('flag_T.flag')),
    },
    4,
  ),
  ...packed({
    mptcp_checksumreq: flag('Checksum Required', at('checksumreq.flags')),
    mptcp_extensibility: flag('Extensibility', at('extensibility.flag')),
    mptcp_nomoresubflows: flag('No Subflows to This Address', at('nomoresubflows.flag')),
    mptcp_capable_reserved: uint(4, 'Reserved', hex, at('reserved.flag')),
    mptcp_sha256: flag('HMAC-SHA256', at('sha256.flag')),
  }),
  ...packed(
    {
      mptcp_capable_reserved5: uint(5, 'Reserved', hex, at('reserved.flag')),
      mptcp_sha1: flag('HMAC-SHA1', at('sha1.flag')),
    },
    2,
  ),
  mptcp_sendkey: uint64("Sender's Key", at('sendkey')),
  mptcp_recvkey: uint64("Receiver's Key", at('recvkey')),
  mptcp_addrid: uint(8, 'Address ID', at('addrid')),
  mptcp_recvtok: uint(32, "Receiver's Token", hex, at('recvtok')),
  mptcp_sendtrunchmac: uint64("Sender's Truncated HMAC", at('sendtrunchmac')),
  mptcp_sendrand: uint(32, "Sender's Random Number", hex, at('sendrand')),
  mptcp_sendhmac: bytes("Sender's HMAC", 20, at('sendhmac')),
  ...packed({
    mptcp_dss_reserved: uint(3, 'Reserved', at('dss_reserved')),
    mptcp_datafin: flag('DATA_FIN', at('datafin.flag')),
    mptcp_dseqn8: flag('Data Sequence Number of 8 Octets', at('dseqn8.flag')),
    mptcp_dseqnpresent: flag('Mapping Present', at('dseqnpresent.flag')),
    mptcp_dataack8: flag('Data ACK of 8 Octets', at('dataack8.flag')),
    mptcp_dataackpresent: flag('Data ACK Present', at('dataackpresent.flag')),
  }),
  mptcp_rawdataack: uint(32, 'Data ACK', at('rawdataack')),
  mptcp_rawdataack8: uint64('Data ACK', at('rawdataack')),
  mptcp_rawdataseqno: uint(32, 'Data Sequence Number', at('rawdataseqno')),
  mptcp_rawdataseqno8: uint64('Data Sequence Number', at('rawdataseqno')),
  mptcp_subflowseqno: uint(32, 'Subflow Sequence Number', at('subflowseqno')),
  mptcp_datalvllen: uint(16, 'Data-Level Length', octets, at('datalvllen')),
  mptcp_checksum: uint(16, 'Checksum', hex, at('checksum')),
  mptcp_ipv4: ipv4Address('Advertised Address', at('ipv4')),
  mptcp_ipv6: ipv6Address('Advertised Address', at('ipv6')),
  mptcp_port: uint(16, 'Advertised Port', at('port')),
  mptcp_addaddrtrunchmac: uint64('Truncated HMAC', at('addaddrtrunchmac')),
  mptcp_addrids: bytes('Further Address IDs', 0, at('addrids')),
  mptcp_rst_reason: uint(8, 'Reset Reason', hex, named(RESET_REASONS), at('rst_reason')),
});

type MultipathFields = Readonly<Record<keyof ReturnType<typeof multipathFields>, Field>>;

/** Emits fields one behind the other, as far as they are there; answers the first octet behind them. */
function inTurn(emit: FieldEmitter, from: number, ...fields: readonly Field[]): number {
  let next = from;
  for (const field of fields) if (emit.field(field, next)) next += field.octetWidth;
  return next;
}

/** Fields that share the octets at `from`. */
function together(emit: FieldEmitter, from: number, ...fields: readonly Field[]): void {
  for (const field of fields) emit.field(field, from);
}

/** Emits what is known of an option, of which [body, end) is behind kind and length; answers the first octet behind that. */
export function emitMultipath(
  emit: FieldEmitter,
  of: MultipathFields,
  view: DataView,
  body: number,
  end: number,
): number {
  if (body >= end) return body;
  const first = view.getUint8(body);
  const low = first & 15;
  const length = end - body;
  emit.field(of.mptcp_subtype, body);
  switch (first >> 4) {
    case Subtype.capable:
      if (length < 2) break;
      return emitCapable(emit, of, low, body, end);
    case Subtype.join:
      if (length === Join.ack) {
        emit.field(of.mptcp_reserved12, body);
        return inTurn(emit, body + 2, of.mptcp_sendhmac);
      }
      if (length !== Join.syn && length !== Join.synAck) break;
      together(emit, body, of.mptcp_reserved3, of.mptcp_backup);
      return length === Join.syn
        ? inTurn(emit, body + 1, of.mptcp_addrid, of.mptcp_recvtok, of.mptcp_sendrand)
        : inTurn(emit, body + 1, of.mptcp_addrid, of.mptcp_sendtrunchmac, of.mptcp_sendrand);
    case Subtype.dataSequenceSignal:
      if (length < 2) break;
      return emitDataSequenceSignal(emit, of, view.getUint8(body + 1), body, end);
    case Subtype.addAddress:
      return emitAddAddress(emit, of, low, body, end);
    case Subtype.removeAddress:
      if (length < 2) break;
      emit.field(of.mptcp_reserved4, body);
      emit.field(of.mptcp_addrid, body + 1);
      if (length > 2) emit.octets(of.mptcp_addrids, body + 2, end);
      return end;
    case Subtype.priority:
      together(emit, body, of.mptcp_reserved3, of.mptcp_backup);
      // Only version 0 names another address than the subflow's own.
      return length > 1 ? inTurn(emit, body + 1, of.mptcp_addrid) : body + 1;
    case Subtype.fail:
      if (length < 2 + KEY) break;
      emit.field(of.mptcp_reserved12, body);
      return inTurn(emit, body + 2, of.mptcp_rawdataseqno8);
    case Subtype.fastClose:
      if (length < 2 + KEY) break;
      emit.field(of.mptcp_reserved12, body);
      return inTurn(emit, body + 2, of.mptcp_recvkey);
    case Subtype.reset:
      together(emit, body, of.mptcp_flag_u, of.mptcp_flag_v, of.mptcp_flag_w, of.mptcp_flag_t);
      return length > 1 ? inTurn(emit, body + 1, of.mptcp_rst_reason) : body + 1;
    default:
  }
  emit.field(of.mptcp_reserved4, body);
  return body + 1;
}

/** MP_CAPABLE (RFC 8684 §3.1): as many keys as there is room for, then the length and checksum of data. */
function emitCapable(emit: FieldEmitter, of: MultipathFields, version: number, body: number, end: number): number {
  emit.field(of.mptcp_version, body);
  together(emit, body + 1, of.mptcp_checksumreq, of.mptcp_extensibility);
  if (version === 0) together(emit, body + 1, of.mptcp_capable_reserved5, of.mptcp_sha1);
  else together(emit, body + 1, of.mptcp_nomoresubflows, of.mptcp_capable_reserved, of.mptcp_sha256);
  let next = body + 2;
  for (const field of [of.mptcp_sendkey, of.mptcp_recvkey]) {
    if (next + KEY > end) return next;
    next = inTurn(emit, next, field);
  }
  return emitLengthAndChecksum(emit, of, next, end);
}

/** The Data Sequence Signal (RFC 8684 §3.3), by its flags. */
function emitDataSequenceSignal(
  emit: FieldEmitter,
  of: MultipathFields,
  flags: number,
  body: number,
  end: number,
): number {
  emit.field(of.mptcp_reserved4, body);
  together(emit, body + 1, of.mptcp_dss_reserved, of.mptcp_datafin, of.mptcp_dseqn8, of.mptcp_dseqnpresent);
  together(emit, body + 1, of.mptcp_dataack8, of.mptcp_dataackpresent);
  const wanted: Field[] = [];
  if ((flags & 0x01) !== 0) wanted.push((flags & 0x02) !== 0 ? of.mptcp_rawdataack8 : of.mptcp_rawdataack);
  const isMapped = (flags & 0x04) !== 0;
  if (isMapped) {
    wanted.push((flags & 0x08) !== 0 ? of.mptcp_rawdataseqno8 : of.mptcp_rawdataseqno, of.mptcp_subflowseqno);
  }
  let next = body + 2;
  for (const field of wanted) {
    if (next + field.octetWidth > end) return next;
    next = inTurn(emit, next, field);
  }
  return isMapped ? emitLengthAndChecksum(emit, of, next, end) : next;
}

function emitLengthAndChecksum(emit: FieldEmitter, of: MultipathFields, from: number, end: number): number {
  if (from + 2 > end) return from;
  const next = inTurn(emit, from, of.mptcp_datalvllen);
  return next + 2 > end ? next : inTurn(emit, next, of.mptcp_checksum);
}

/**
 * ADD_ADDR (RFC 8684 §3.4.1). Version 0 tells the version of IP where version 1 tells whether it is an echo, which goes without an HMAC;
 * how long the address is, and whether a port follows, its length tells.
 */
function emitAddAddress(emit: FieldEmitter, of: MultipathFields, low: number, body: number, end: number): number {
  const isVersion0 = low === 4 || low === 6;
  if (isVersion0) emit.field(of.mptcp_ipver, body);
  else together(emit, body, of.mptcp_reserved3, of.mptcp_echo);
  if (body + 2 > end) return body + 1;
  const hmac = isVersion0 || (low & 1) !== 0 ? 0 : HMAC;
  const left = end - body - 2 - hmac;
  const isIpv4 = left === IPV4 || left === IPV4 + PORT;
  let next = inTurn(emit, body + 1, of.mptcp_addrid);
  if (!isIpv4 && left !== IPV6 && left !== IPV6 + PORT) return next;
  next = inTurn(emit, next, isIpv4 ? of.mptcp_ipv4 : of.mptcp_ipv6);
  if (end - hmac > next) next = inTurn(emit, next, of.mptcp_port);
  return hmac === 0 ? next : inTurn(emit, next, of.mptcp_addaddrtrunchmac);
}
