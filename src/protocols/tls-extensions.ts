/** TLS extensions: RFC 8446 §4.2, RFC 6066, RFC 7301, RFC 8422 and IANA "TLS ExtensionType Values". */
import { bytes, type Field, type Fields, hex, list, named, octets, text, uint } from '../dissect/field.ts';
import type { FieldCursor } from './field-cursor.ts';
import { EXTENSION_TYPES, ExtensionType } from './tls-extension-types.ts';
import { GROUPS, POINT_FORMATS, SIGNATURE_ALGORITHMS, VERSIONS } from './tls-names.ts';

const FRAGMENT_LENGTHS = { 1: '512', 2: '1024', 3: '2048', 4: '4096' };
const KEY_EXCHANGE_MODES = { 0: 'psk_ke', 1: 'psk_dhe_ke' };
const COMPRESSION_ALGORITHMS = { 1: 'zlib', 2: 'brotli', 3: 'zstd' };

const inHandshake = (name: string): { name: string } => ({ name: `tls.handshake.${name}` });
const inExtensions = (name: string): { name: string } => inHandshake(`extensions_${name}`);

/** Declaration of the list, for the elements of the handshake messages. */
export const tlsExtensions = list('Extension', () => ({
  type: uint(16, 'Type', named(EXTENSION_TYPES)),
  len: uint(16, 'Length', octets),
  server_name_list_len: uint(16, 'Server Name List Length', octets, inExtensions('server_name_list_len')),
  server_names: list('Server Name', {
    type: uint(8, 'Type', named({ 0: 'host_name' }), inExtensions('server_name_type')),
    len: uint(16, 'Length', octets, inExtensions('server_name_len')),
    name: text('Name', inExtensions('server_name')),
  }),
  max_fragment_length: uint(8, 'Maximum Fragment Length', named(FRAGMENT_LENGTHS), inHandshake('max_fragment_length')),
  status_request_type: uint(
    8,
    'Certificate Status Type',
    named({ 1: 'ocsp', 2: 'ocsp_multi' }),
    inExtensions('status_request_type'),
  ),
  status_request_responder_ids_len: uint(
    16,
    'Responder ID List Length',
    octets,
    inExtensions('status_request_responder_ids_len'),
  ),
  status_request_responder_ids: bytes('Responder ID List', 0, inExtensions('status_request_responder_ids')),
  status_request_exts_len: uint(16, 'Request Extensions Length', octets, inExtensions('status_request_exts_len')),
  status_request_exts: bytes('Request Extensions', 0, inExtensions('status_request_exts')),
  supported_groups_length: uint(16, 'Supported Groups Length', octets, inExtensions('supported_groups_length')),
  supported_groups: list(
    'Supported Group',
    { group: uint(16, 'Group', hex, named(GROUPS), inExtensions('supported_group')) },
    inExtensions('supported_groups'),
  ),
  ec_point_formats_length: uint(8, 'EC Point Formats Length', octets, inExtensions('ec_point_formats_length')),
  ec_point_formats: list(
    'EC Point Format',
    { format: uint(8, 'Format', named(POINT_FORMATS), inExtensions('ec_point_format')) },
    inExtensions('ec_point_formats'),
  ),
  sig_hash_alg_len: uint(16, 'Signature Algorithms Length', octets, inHandshake('sig_hash_alg_len')),
  sig_hash_algs: list(
    'Signature Algorithm',
    { algorithm: uint(16, 'Algorithm', hex, named(SIGNATURE_ALGORITHMS), inHandshake('sig_hash_alg')) },
    inHandshake('sig_hash_algs'),
  ),
  heartbeat_mode: uint(
    8,
    'Heartbeat Mode',
    named({ 1: 'peer_allowed_to_send', 2: 'peer_not_allowed_to_send' }),
    inHandshake('extension.heartbeat.mode'),
  ),
  alpn_len: uint(16, 'ALPN Length', octets, inExtensions('alpn_len')),
  alpn: list(
    'ALPN Protocol',
    {
      str_len: uint(8, 'Length', octets, inExtensions('alpn_str_len')),
      str: text('Protocol', inExtensions('alpn_str')),
    },
    inExtensions('alpn_list'),
  ),
  padding_data: bytes('Padding', 0, inExtensions('padding_data')),
  algorithms_length: uint(8, 'Algorithms Length', octets, { name: 'tls.compress_certificate.algorithms_length' }),
  algorithms: list('Certificate Compression Algorithm', {
    algorithm: uint(16, 'Algorithm', named(COMPRESSION_ALGORITHMS), { name: 'tls.compress_certificate.algorithm' }),
  }),
  record_size_limit: uint(16, 'Record Size Limit', octets, { name: 'tls.record_size_limit' }),
  psk_identities_length: uint(16, 'Identities Length', octets, inHandshake('extensions.psk.identities.length')),
  psk_identities: list('PSK Identity', {
    identity_length: uint(16, 'Length', octets, inHandshake('extensions.psk.identity.identity_length')),
    identity: bytes('Identity', 0, inHandshake('extensions.psk.identity.identity')),
    obfuscated_ticket_age: uint(
      32,
      'Obfuscated Ticket Age',
      inHandshake('extensions.psk.identity.obfuscated_ticket_age'),
    ),
  }),
  psk_binders_len: uint(16, 'Binders Length', octets, inHandshake('extensions.psk.binders_len')),
  psk_binders: list(
    'PSK Binder',
    {
      length: uint(8, 'Length', octets, inHandshake('extensions.psk.binder_len')),
      binder: bytes('Binder', 0, inHandshake('extensions.psk.binder')),
    },
    inHandshake('extensions.psk.binders'),
  ),
  psk_selected: uint(16, 'Selected Identity', inHandshake('extensions.psk.identity.selected')),
  max_early_data_size: uint(32, 'Maximum Early Data Size', octets, { name: 'tls.early_data.max_early_data_size' }),
  supported_versions_len: uint(
    8,
    'Supported Versions Length',
    octets,
    inHandshake('extensions.supported_versions_len'),
  ),
  supported_versions: list(
    'Supported Version',
    { version: uint(16, 'Version', hex, named(VERSIONS), inHandshake('extensions.supported_version')) },
    inHandshake('extensions.supported_versions'),
  ),
  cookie_len: uint(16, 'Cookie Length', octets, inHandshake('extensions.cookie_len')),
  cookie: bytes('Cookie', 0, inHandshake('extensions.cookie')),
  psk_ke_modes_length: uint(8, 'PSK Key Exchange Modes Length', octets, { name: 'tls.extension.psk_ke_modes_length' }),
  psk_ke_modes: list('PSK Key Exchange Mode', {
    mode: uint(8, 'Mode', named(KEY_EXCHANGE_MODES), { name: 'tls.extension.psk_ke_mode' }),
  }),
  key_share_client_length: uint(16, 'Client Key Share Length', octets, inExtensions('key_share_client_length')),
  key_shares: list('Key Share', {
    group: uint(16, 'Group', named(GROUPS), inExtensions('key_share_group')),
    key_exchange_length: uint(16, 'Key Exchange Length', octets, inExtensions('key_share_key_exchange_length')),
    key_exchange: bytes('Key Exchange', 0, inExtensions('key_share_key_exchange')),
  }),
  key_share_selected_group: uint(16, 'Selected Group', named(GROUPS), inExtensions('key_share_selected_group')),
  npn: list(
    'Next Protocol',
    { str_len: uint(8, 'Length', octets, inExtensions('npn_str_len')), str: text('Protocol', inExtensions('npn')) },
    inExtensions('npn_list'),
  ),
  reneg_info_len: uint(8, 'Renegotiation Info Length', octets, inExtensions('reneg_info_len')),
  reneg_info: bytes('Renegotiation Info', 0, inExtensions('reneg_info')),
  data: bytes('Data'),
}));

/** The list, laid out. */
export type ExtensionList = Field<Fields<typeof tlsExtensions.children>>;

/** Message the extensions stand in: some mean something else in an answer. */
export type ExtensionBearer = 'clientHello' | 'serverHello' | 'helloRetryRequest';

/** Emits the extensions that fill the next `length` octets. */
export function emitExtensions(
  cursor: FieldCursor,
  extensions: ExtensionList,
  length: number,
  bearer: ExtensionBearer,
): void {
  const { of } = extensions;
  cursor.each(extensions, length, of.type.octetWidth + of.len.octetWidth, () => {
    const type = cursor.number(of.type);
    cursor.part(cursor.number(of.len), () => {
      // An extension without data says that it is known, or is meant.
      if (cursor.left > 0) emitBody(cursor, of, type, bearer);
      cursor.rest(of.data);
    });
  });
}

/** Emits what is known of an extension's data. */
function emitBody(cursor: FieldCursor, of: ExtensionList['of'], type: number, bearer: ExtensionBearer): void {
  switch (type) {
    case ExtensionType.serverName:
      return cursor.each(of.server_names, cursor.number(of.server_name_list_len), 3, () => {
        cursor.number(of.server_names.of.type);
        cursor.octets(of.server_names.of.name, cursor.number(of.server_names.of.len));
      });
    case ExtensionType.maxFragmentLength:
      cursor.number(of.max_fragment_length);
      return;
    case ExtensionType.statusRequest:
      cursor.number(of.status_request_type);
      cursor.octets(of.status_request_responder_ids, cursor.number(of.status_request_responder_ids_len));
      cursor.octets(of.status_request_exts, cursor.number(of.status_request_exts_len));
      return;
    case ExtensionType.supportedGroups:
      return numbers(cursor, of.supported_groups_length, of.supported_groups, of.supported_groups.of.group);
    case ExtensionType.ecPointFormats:
      return numbers(cursor, of.ec_point_formats_length, of.ec_point_formats, of.ec_point_formats.of.format);
    case ExtensionType.signatureAlgorithms:
    case ExtensionType.signatureAlgorithmsCert:
      return numbers(cursor, of.sig_hash_alg_len, of.sig_hash_algs, of.sig_hash_algs.of.algorithm);
    case ExtensionType.heartbeat:
      cursor.number(of.heartbeat_mode);
      return;
    case ExtensionType.protocolNegotiation:
      return strings(cursor, of.alpn, cursor.number(of.alpn_len));
    case ExtensionType.padding:
      return cursor.octets(of.padding_data, cursor.left);
    case ExtensionType.compressCertificate:
      return numbers(cursor, of.algorithms_length, of.algorithms, of.algorithms.of.algorithm);
    case ExtensionType.recordSizeLimit:
      cursor.number(of.record_size_limit);
      return;
    case ExtensionType.preSharedKey:
      return emitPreSharedKey(cursor, of, bearer);
    case ExtensionType.earlyData:
      cursor.number(of.max_early_data_size);
      return;
    case ExtensionType.supportedVersions: {
      const octetsOfList = bearer === 'clientHello' ? cursor.number(of.supported_versions_len) : cursor.left;
      return eachNumber(cursor, octetsOfList, of.supported_versions, of.supported_versions.of.version);
    }
    case ExtensionType.cookie:
      return cursor.octets(of.cookie, cursor.number(of.cookie_len));
    case ExtensionType.pskKeyExchangeModes:
      return numbers(cursor, of.psk_ke_modes_length, of.psk_ke_modes, of.psk_ke_modes.of.mode);
    case ExtensionType.keyShare:
      return emitKeyShare(cursor, of, bearer);
    case ExtensionType.nextProtocolNegotiation:
      return strings(cursor, of.npn, cursor.left);
    case ExtensionType.renegotiationInfo:
      return cursor.octets(of.reneg_info, cursor.number(of.reneg_info_len));
    default:
  }
}

/** A length, and numbers of one width. */
function numbers(cursor: FieldCursor, length: Field, elements: Field, element: Field): void {
  eachNumber(cursor, cursor.number(length), elements, element);
}

function eachNumber(cursor: FieldCursor, length: number, elements: Field, element: Field): void {
  cursor.each(elements, length, element.octetWidth, () => cursor.number(element));
}

/** Strings with a length octet each. */
function strings(
  cursor: FieldCursor,
  elements: Field<{ readonly str_len: Field; readonly str: Field }>,
  length: number,
): void {
  cursor.each(elements, length, 1, () => cursor.octets(elements.of.str, cursor.number(elements.of.str_len)));
}

function emitPreSharedKey(cursor: FieldCursor, of: ExtensionList['of'], bearer: ExtensionBearer): void {
  if (bearer !== 'clientHello') {
    cursor.number(of.psk_selected);
    return;
  }
  const identity = of.psk_identities.of;
  cursor.each(of.psk_identities, cursor.number(of.psk_identities_length), 6, () => {
    cursor.octets(identity.identity, cursor.number(identity.identity_length));
    cursor.number(identity.obfuscated_ticket_age);
  });
  const binder = of.psk_binders.of;
  cursor.each(of.psk_binders, cursor.number(of.psk_binders_len), 1, () =>
    cursor.octets(binder.binder, cursor.number(binder.length)),
  );
}

function emitKeyShare(cursor: FieldCursor, of: ExtensionList['of'], bearer: ExtensionBearer): void {
  if (bearer === 'helloRetryRequest') {
    cursor.number(of.key_share_selected_group);
    return;
  }
  const share = of.key_shares.of;
  const length = bearer === 'clientHello' ? cursor.number(of.key_share_client_length) : cursor.left;
  cursor.each(of.key_shares, length, 4, () => {
    cursor.number(share.group);
    cursor.octets(share.key_exchange, cursor.number(share.key_exchange_length));
  });
}
