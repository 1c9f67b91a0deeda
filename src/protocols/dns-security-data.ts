/** Data of the records of DNSSEC and of transaction security: RFC 4034, RFC 5155, RFC 8945, RFC 2930. */
import { bits, computed, flag, hex, list, named, octets, text, uint } from '../dissect/field.ts';
import {
  body,
  countedBytes,
  type EmitPart,
  type FieldsByKey,
  fieldOf,
  type Part,
  restBytes,
  unixTime,
  utcText,
} from './body.ts';
import { domainName } from './dns-name.ts';
import { DNS_RCODES, DNS_TYPES, DNSSEC_ALGORITHMS, DS_DIGESTS, dnsTypeText } from './dns-registries.ts';

/** Types that exist at a name, as windows of bits (RFC 4034 §4.1.2). */
export const typeWindows: Part = {
  spec: list('Type Bitmap Window', {
    window_number: uint(8, 'Window', { name: 'dns.window.number' }),
    window_len: uint(8, 'Bitmap Length', octets, { name: 'dns.window.len' }),
    window_types: text('Types', { name: 'dns.window.types' }),
  }),
  emit: (emit, windows, from, end, { view }) => {
    const fields = windows.of as FieldsByKey;
    let at = from;
    while (at + 2 <= end) {
      const next = Math.min(at + 2 + view.getUint8(at + 1), end);
      emit.begin(windows, at);
      emit.field(fieldOf(fields, 'window_number'), at);
      emit.field(fieldOf(fields, 'window_len'), at + 1);
      emit.value(fieldOf(fields, 'window_types'), typesOf(view, at, next), at + 2, next);
      emit.end(next);
      at = next;
    }
    return at;
  },
};

/** The types whose bits are set in the window at `at`. */
function typesOf(view: DataView, at: number, end: number): string {
  const first = view.getUint8(at) << 8;
  const types: string[] = [];
  for (let octet = at + 2; octet < end; octet++) {
    for (let bit = 0; bit < 8; bit++) {
      if ((view.getUint8(octet) & (0x80 >> bit)) !== 0) types.push(dnsTypeText(first + (octet - at - 2) * 8 + bit));
    }
  }
  return types.join(' ');
}

/** Checksum over a key's record data by which signatures refer to it (RFC 4034 appendix B). */
const keyTag: Part = {
  spec: computed('number', 'Key Tag'),
  emit: (emit, field, at, end, { view, start }) => {
    let sum = 0;
    for (let octet = start; octet < end; octet++) {
      sum += ((octet - start) & 1) === 0 ? view.getUint8(octet) << 8 : view.getUint8(octet);
    }
    emit.value(field, (sum + (sum >> 16)) & 0xffff);
    return at;
  },
};

/** 48 bits of seconds since 1970 (RFC 8945 §4.2). */
const emitTimeSigned: EmitPart = (emit, field, at, end, { view }) => {
  if (at + 6 > end) return at;
  const seconds = view.getUint16(at) * 2 ** 32 + view.getUint32(at + 2);
  // The platform's calendar ends at 8.64e12 seconds.
  emit.value(field, seconds <= 8.64e12 ? utcText(seconds) : `${seconds}`, at, at + 6);
  return at + 6;
};

const algorithm = uint(8, 'Algorithm', named(DNSSEC_ALGORITHMS));
const dnskey = body('dns', 'dnskey', {
  flags: bits(
    16,
    'Flags',
    {
      reserved: uint(7, 'Reserved', { name: 'dns.dnskey.flags.reserved_high' }),
      zone_key: flag('Zone Key'),
      key_revoked: flag('Key Revoked'),
      reserved_low: uint(6, 'Reserved'),
      secure_entry_point: flag('Key Signing Key'),
    },
    hex,
  ),
  protocol: uint(8, 'Protocol', named({ 3: 'DNSSEC' })),
  algorithm,
  key_id: keyTag,
  public_key: restBytes('Public Key'),
});
const rrsig = body('dns', 'rrsig', {
  type_covered: uint(16, 'Type Covered', named(DNS_TYPES)),
  algorithm,
  labels: uint(8, 'Labels'),
  original_ttl: uint(32, 'Original TTL', { unit: 's' }),
  signature_expiration: unixTime('Signature Expiration'),
  signature_inception: unixTime('Signature Inception'),
  key_tag: uint(16, 'Key Tag'),
  signers_name: domainName("Signer's Name"),
  signature: restBytes('Signature'),
});
const ds = body('dns', 'ds', {
  key_id: uint(16, 'Key Tag', hex),
  algorithm,
  digest_type: uint(8, 'Digest Type', named(DS_DIGESTS)),
  digest: restBytes('Digest'),
});
const nsec3Parts = {
  algo: uint(8, 'Hash Algorithm', named({ 1: 'SHA-1' })),
  flags: bits(8, 'Flags', { reserved: uint(7, 'Reserved'), opt_out: flag('Opt-out') }),
  iterations: uint(16, 'Iterations'),
  salt_length: uint(8, 'Salt Length', octets),
  salt_value: countedBytes('Salt'),
};

/** Next owner's hash in base32hex, as it stands in names (RFC 5155 §3.3). */
const hashedOwner: Part = {
  spec: text('Next Hashed Owner'),
  emit: (emit, field, at, end, { view, before }) => {
    const next = Math.min(at + before, end);
    let digits = '';
    for (let bit = 0; bit < (next - at) * 8; bit += 5) {
      const octet = at + (bit >> 3);
      const pair = (view.getUint8(octet) << 8) | (octet + 1 < next ? view.getUint8(octet + 1) : 0);
      digits += ((pair >> (11 - (bit & 7))) & 31).toString(32);
    }
    emit.value(field, digits, at, next);
    return next;
  },
};

/** Bodies by record type. */
export const dnsSecurityData = () => ({
  24: rrsig,
  25: body('dns', 'key', {
    flags: uint(16, 'Flags', hex),
    protocol: uint(8, 'Protocol'),
    algorithm,
    public_key: restBytes('Public Key'),
  }),
  43: ds,
  46: rrsig,
  47: body('dns', 'nsec', { next_domain_name: domainName('Next Domain Name'), windows: typeWindows }),
  48: dnskey,
  50: body('dns', 'nsec3', {
    ...nsec3Parts,
    hash_length: uint(8, 'Hash Length', octets),
    hash_value: hashedOwner,
    windows: typeWindows,
  }),
  51: body('dns', 'nsec3', nsec3Parts),
  59: ds,
  60: dnskey,
  249: body('dns', 'tkey', {
    algo_name: domainName('Algorithm Name'),
    signature_inception: unixTime('Inception'),
    signature_expiration: unixTime('Expiration'),
    mode: uint(16, 'Mode'),
    error: uint(16, 'Error', named(DNS_RCODES)),
    key_size: uint(16, 'Key Size', octets),
    key_data: countedBytes('Key Data'),
    other_size: uint(16, 'Other Size', octets),
    other_data: countedBytes('Other Data'),
  }),
  250: body('dns', 'tsig', {
    algorithm_name: domainName('Algorithm Name'),
    time_signed: { spec: text('Time Signed'), emit: emitTimeSigned },
    fudge: uint(16, 'Fudge', { unit: 's' }),
    mac_size: uint(16, 'MAC Size', octets),
    mac: countedBytes('MAC'),
    original_id: uint(16, 'Original Id'),
    error: uint(16, 'Error', named(DNS_RCODES)),
    other_len: uint(16, 'Other Len', octets),
    other_data: countedBytes('Other Data'),
  }),
  32769: ds,
});
