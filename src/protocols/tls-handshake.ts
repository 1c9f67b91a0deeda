/** TLS handshake messages, up to where encryption begins: RFC 5246 §7.4, RFC 8446 §4, RFC 8422 §5, RFC 5077 §3.3, RFC 6066 §8. */
import { bytes, computed, type Field, type Fields, hex, list, named, octets, uint } from '../dissect/field.ts';
import type { FieldCursor } from './field-cursor.ts';
import { ja4 } from './ja4.ts';
import { CIPHER_SUITES } from './tls-cipher-suites.ts';
import { type ExtensionBearer, emitExtensions, tlsExtensions } from './tls-extensions.ts';
import { clientOffer, readHello } from './tls-hello.ts';
import {
  CERTIFICATE_TYPES,
  COMPRESSION_METHODS,
  GROUPS,
  HANDSHAKE_TYPES,
  HandshakeType,
  SIGNATURE_ALGORITHMS,
  VERSIONS,
  withGrease,
} from './tls-names.ts';

/** Type and length. */
const MESSAGE_HEADER = 4;
/** Curve type "named curve" of ECParameters (RFC 8422 §5.4). */
const NAMED_CURVE = 3;
/** From this version on signatures name their algorithm (RFC 5246 §4.7). */
const TLS_1_2 = 0x0303;
/** Longest message that is believed to go on in the next record: certificates are the longest, and far shorter. */
const GREATEST_FRAGMENTED = 0x20000;
/** Shortest record that is believed to hold the beginning of a message: one that is shorter has room for it by no one's limit. */
const LEAST_FRAGMENTED = 512;
/** Messages so long that they may be split over records. */
const MAY_SPAN_RECORDS: readonly number[] = [
  HandshakeType.clientHello,
  HandshakeType.serverHello,
  HandshakeType.newSessionTicket,
  HandshakeType.certificate,
  HandshakeType.serverKeyExchange,
  HandshakeType.certificateRequest,
  HandshakeType.certificateStatus,
];
/** First and last octets of the random by which a ServerHello is a HelloRetryRequest (RFC 8446 §4.1.3). */
const RETRY_RANDOM = [0xcf21ad74, 0xc8a8339c] as const;

const cipherSuite = uint(16, 'Cipher Suite', hex, named(withGrease(CIPHER_SUITES)), {
  name: 'tls.handshake.ciphersuite',
});
const compression = uint(8, 'Compression Method', named(COMPRESSION_METHODS), { name: 'tls.handshake.comp_method' });
const signatureAlgorithm = uint(16, 'Signature Algorithm', hex, named(SIGNATURE_ALGORITHMS), {
  name: 'tls.handshake.sig_hash_alg',
});

/** Declaration of the list, for the record's `variable` fields. */
export const tlsHandshakes = list('Handshake Message', () => ({
  type: uint(8, 'Type', named(HANDSHAKE_TYPES)),
  length: uint(24, 'Length', octets),
  version: uint(16, 'Version', hex, named(VERSIONS)),
  random: bytes('Random', 32),
  session_id_length: uint(8, 'Session ID Length', octets),
  session_id: bytes('Session ID'),
  cipher_suites_length: uint(16, 'Cipher Suites Length', octets),
  ciphersuites: list('Cipher Suite', { ciphersuite: cipherSuite }),
  ciphersuite: cipherSuite,
  comp_methods_length: uint(8, 'Compression Methods Length', octets),
  comp_methods: list('Compression Method', { comp_method: compression }),
  comp_method: compression,
  extensions_length: uint(16, 'Extensions Length', octets),
  extension: tlsExtensions,
  session_ticket_lifetime_hint: uint(32, 'Session Ticket Lifetime Hint', { unit: 's' }),
  session_ticket_length: uint(16, 'Session Ticket Length', octets),
  session_ticket: bytes('Session Ticket'),
  certificates_length: uint(24, 'Certificates Length', octets),
  certificates: list('Certificate', {
    certificate_length: uint(24, 'Length', octets, { name: 'tls.handshake.certificate_length' }),
    certificate: bytes('Certificate', 0, { name: 'tls.handshake.certificate' }),
  }),
  server_curve_type: uint(8, 'Curve Type', hex, named({ 1: 'explicit_prime', 2: 'explicit_char2', 3: 'named_curve' })),
  server_named_curve: uint(16, 'Named Curve', hex, named(GROUPS)),
  server_point_len: uint(8, 'Public Key Length', octets),
  server_point: bytes('Public Key'),
  sig_hash_alg: signatureAlgorithm,
  sig_len: uint(16, 'Signature Length', octets),
  sig: bytes('Signature'),
  client_point_len: uint(8, 'Public Key Length', octets),
  client_point: bytes('Public Key'),
  cert_types_count: uint(8, 'Certificate Types Count'),
  cert_types: list('Certificate Type', {
    cert_type: uint(8, 'Certificate Type', named(CERTIFICATE_TYPES), { name: 'tls.handshake.cert_type' }),
  }),
  sig_hash_alg_len: uint(16, 'Signature Algorithms Length', octets),
  sig_hash_algs: list('Signature Algorithm', { algorithm: signatureAlgorithm }),
  dnames_len: uint(16, 'Distinguished Names Length', octets),
  dnames: list('Distinguished Name', {
    dname_len: uint(16, 'Length', octets, { name: 'tls.handshake.dname_len' }),
    dname: bytes('Distinguished Name', 0, { name: 'tls.handshake.dname' }),
  }),
  status_type: uint(8, 'Certificate Status Type', named({ 1: 'ocsp', 2: 'ocsp_multi' }), {
    name: 'tls.handshake.extensions_status_request_type',
  }),
  ocsp_response_len: uint(24, 'OCSP Response Length', octets),
  ocsp_response: bytes('OCSP Response'),
  data: bytes('Data'),
  ja4: computed('text', 'JA4 Fingerprint'),
  ja4_r: computed('text', 'JA4 Fingerprint before Hashing'),
}));

/** The list, laid out. */
export type HandshakeList = Field<Fields<typeof tlsHandshakes.children>>;

/** A handshake message within a record: its body is [body, end) on the wire. */
export interface HandshakeSpan {
  readonly type: number;
  readonly at: number;
  readonly body: number;
  /** End on the wire; beyond the record's where the message goes on in the next one. */
  readonly end: number;
}

/**
 * The messages of the record content [start, end), of which what stands before `captured` may be read. Undefined when the content is no
 * sequence of handshake messages: it is encrypted, or the middle of a message that began in an earlier record.
 */
export function handshakeSpans(
  view: DataView,
  start: number,
  end: number,
  captured: number,
): HandshakeSpan[] | undefined {
  const spans: HandshakeSpan[] = [];
  for (let at = start; at < end; ) {
    const body = at + MESSAGE_HEADER;
    if (body > end) return undefined;
    if (body > captured) break;
    const type = view.getUint8(at);
    const length = view.getUint32(at) & 0xffffff;
    const isEmpty = type === HandshakeType.helloRequest || type === HandshakeType.serverHelloDone;
    if (HANDSHAKE_TYPES[type] === undefined || (isEmpty && length > 0)) return undefined;
    const next = body + length;
    if (next > end) {
      const mayGoOn =
        MAY_SPAN_RECORDS.includes(type) && length <= GREATEST_FRAGMENTED && end - start >= LEAST_FRAGMENTED;
      if (!mayGoOn) return undefined;
    }
    // A nonce of zeros looks like Hello Requests, which never follow each other.
    if (type === HandshakeType.helloRequest && (spans.length > 0 || next < end)) return undefined;
    spans.push({ type, at, body, end: next });
    at = next;
  }
  return spans;
}

/** Whether a ServerHello whose body begins at `body` is a HelloRetryRequest. */
function isRetry(view: DataView, body: number, captured: number): boolean {
  return (
    body + 34 <= captured &&
    view.getUint32(body + 2) === RETRY_RANDOM[0] &&
    view.getUint32(body + 30) === RETRY_RANDOM[1]
  );
}

/** Emits the messages; the cursor stands at the first, and its limit is the record's end. */
export function emitHandshakes(
  cursor: FieldCursor,
  handshakes: HandshakeList,
  spans: readonly HandshakeSpan[],
  recordVersion: number,
): void {
  const { of } = handshakes;
  const recordEnd = cursor.limit;
  for (const span of spans) {
    cursor.emit.begin(handshakes, span.at);
    cursor.number(of.type);
    cursor.number(of.length);
    const isWhole = span.end <= recordEnd;
    cursor.part(Math.min(span.end, recordEnd) - cursor.at, () => {
      if (isWhole) emitMessage(cursor, of, span, recordVersion);
      cursor.rest(of.data);
    });
    cursor.emit.end(cursor.at);
  }
}

function emitMessage(cursor: FieldCursor, of: HandshakeList['of'], span: HandshakeSpan, recordVersion: number): void {
  switch (span.type) {
    case HandshakeType.clientHello:
      return emitClientHello(cursor, of, span);
    case HandshakeType.serverHello:
      return emitServerHello(cursor, of, span);
    case HandshakeType.newSessionTicket:
      cursor.number(of.session_ticket_lifetime_hint);
      return cursor.octets(of.session_ticket, cursor.number(of.session_ticket_length));
    case HandshakeType.certificate:
      return cursor.each(of.certificates, cursor.number(of.certificates_length), 3, () =>
        cursor.octets(of.certificates.of.certificate, cursor.number(of.certificates.of.certificate_length)),
      );
    case HandshakeType.serverKeyExchange:
      return emitServerKeyExchange(cursor, of, recordVersion);
    case HandshakeType.certificateRequest:
      return emitCertificateRequest(cursor, of, recordVersion);
    case HandshakeType.clientKeyExchange:
      return emitClientKeyExchange(cursor, of);
    case HandshakeType.certificateStatus:
      cursor.number(of.status_type);
      return cursor.octets(of.ocsp_response, cursor.number(of.ocsp_response_len));
    default:
  }
}

function emitHelloStart(cursor: FieldCursor, of: HandshakeList['of']): void {
  cursor.number(of.version);
  cursor.number(of.random);
  cursor.octets(of.session_id, cursor.number(of.session_id_length));
}

/** Extensions end a hello, and may be missing altogether (RFC 5246 §7.4.1.2). */
function emitHelloEnd(cursor: FieldCursor, of: HandshakeList['of'], bearer: ExtensionBearer): void {
  if (cursor.left > 0) emitExtensions(cursor, of.extension, cursor.number(of.extensions_length), bearer);
}

function emitClientHello(cursor: FieldCursor, of: HandshakeList['of'], { body, end }: HandshakeSpan): void {
  emitHelloStart(cursor, of);
  cursor.each(of.ciphersuites, cursor.number(of.cipher_suites_length), 2, () =>
    cursor.number(of.ciphersuites.of.ciphersuite),
  );
  cursor.each(of.comp_methods, cursor.number(of.comp_methods_length), 1, () =>
    cursor.number(of.comp_methods.of.comp_method),
  );
  emitHelloEnd(cursor, of, 'clientHello');
  const hello = end <= cursor.captured ? readHello(cursor.view, body, end, true) : undefined;
  if (hello === undefined) return;
  const fingerprint = ja4(clientOffer(cursor.view, hello), 't');
  cursor.emit.value(of.ja4, fingerprint.hashed);
  cursor.emit.value(of.ja4_r, fingerprint.raw);
}

function emitServerHello(cursor: FieldCursor, of: HandshakeList['of'], { body }: HandshakeSpan): void {
  emitHelloStart(cursor, of);
  cursor.number(of.ciphersuite);
  cursor.number(of.comp_method);
  emitHelloEnd(cursor, of, isRetry(cursor.view, body, cursor.captured) ? 'helloRetryRequest' : 'serverHello');
}

/** Only elliptic curves tell by themselves what they are; which parameters stand here is else known from the cipher suite alone. */
function emitServerKeyExchange(cursor: FieldCursor, of: HandshakeList['of'], recordVersion: number): void {
  const { view, at, captured, limit } = cursor;
  if (at + 4 > Math.min(captured, limit) || view.getUint8(at) !== NAMED_CURVE) return;
  const signature = at + 4 + view.getUint8(at + 3);
  if (GROUPS[view.getUint16(at + 1)] === undefined || signature > limit) return;
  cursor.number(of.server_curve_type);
  cursor.number(of.server_named_curve);
  cursor.octets(of.server_point, cursor.number(of.server_point_len));
  if (cursor.left === 0) return;
  if (recordVersion >= TLS_1_2) cursor.number(of.sig_hash_alg);
  cursor.octets(of.sig, cursor.number(of.sig_len));
}

function emitClientKeyExchange(cursor: FieldCursor, of: HandshakeList['of']): void {
  const { view, at, captured, left } = cursor;
  if (at < captured && view.getUint8(at) === left - 1)
    cursor.octets(of.client_point, cursor.number(of.client_point_len));
}

function emitCertificateRequest(cursor: FieldCursor, of: HandshakeList['of'], recordVersion: number): void {
  cursor.each(of.cert_types, cursor.number(of.cert_types_count), 1, () => cursor.number(of.cert_types.of.cert_type));
  if (recordVersion >= TLS_1_2) {
    cursor.each(of.sig_hash_algs, cursor.number(of.sig_hash_alg_len), 2, () =>
      cursor.number(of.sig_hash_algs.of.algorithm),
    );
  }
  cursor.each(of.dnames, cursor.number(of.dnames_len), 2, () =>
    cursor.octets(of.dnames.of.dname, cursor.number(of.dnames.of.dname_len)),
  );
}
