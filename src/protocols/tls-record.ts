/** Recognises TLS records by their headers: RFC 8446 §5.1, RFC 5246 §6.2. */
import { ContentType, HandshakeType } from './tls-names.ts';

/** Content type, version and length. */
export const RECORD_HEADER = 5;
/** Greatest content of a record: 2^14 octets, and 2,048 that compression and encryption may add (RFC 5246 §6.2.3). */
const GREATEST_CONTENT = 2 ** 14 + 2048;
/** As of TLS 1.3, which adds 256 at most (RFC 8446 §5.2); nobody compresses below it either. */
const USUAL_CONTENT = 2 ** 14 + 256;
const SSL_MAJOR = 3;
const GREATEST_MINOR = 4;
/** Shortest encrypted alert: 2 octets, and a tag or a MAC. */
const LEAST_ENCRYPTED = 16;

/** Whether an octet is the type of a record's content. */
export const isContentType = (octet: number): boolean =>
  octet >= ContentType.changeCipherSpec && octet <= ContentType.heartbeat;

/** Whether a record may begin at `start`, by as much of its header as is there; false for none. */
export function isTlsRecord(view: DataView, start: number, end: number): boolean {
  if (start >= end) return false;
  const type = view.getUint8(start);
  if (!isContentType(type)) return false;
  if (start + 1 < end && view.getUint8(start + 1) !== SSL_MAJOR) return false;
  if (start + 2 < end && view.getUint8(start + 2) > GREATEST_MINOR) return false;
  if (start + RECORD_HEADER > end) return true;
  const length = view.getUint16(start + 3);
  return length <= GREATEST_CONTENT && (length > 0 || type === ContentType.applicationData);
}

/** Whether a record whose header is there is one of the kinds and lengths that are common; none of the rare old ones. */
function isCommonRecord(view: DataView, start: number, end: number): boolean {
  if (!isTlsRecord(view, start, end)) return false;
  const minor = view.getUint8(start + 2);
  const length = view.getUint16(start + 3);
  if (minor < 1 || minor > 3 || length > USUAL_CONTENT) return false;
  switch (view.getUint8(start)) {
    case ContentType.changeCipherSpec:
      return length === 1;
    case ContentType.alert:
      return length === 2 || length >= LEAST_ENCRYPTED;
    case ContentType.handshake:
      return length >= 4;
    case ContentType.applicationData:
      return length >= LEAST_ENCRYPTED;
    default:
      return false;
  }
}

/** Whether the record at `start` begins with a ClientHello or a ServerHello. */
function isHello(view: DataView, start: number, end: number): boolean {
  const content = start + RECORD_HEADER;
  if (content + 6 > end || view.getUint8(start) !== ContentType.handshake) return false;
  const type = view.getUint8(content);
  if (type !== HandshakeType.clientHello && type !== HandshakeType.serverHello) return false;
  const length = view.getUint32(content) & 0xffffff;
  return length >= 38 && length + 4 <= view.getUint16(start + 3) && view.getUint8(content + 4) === SSL_MAJOR;
}

/**
 * Whether the octets are TLS on a port nobody registered for it: a hello, or records of one version that follow each other up to the
 * end of the octets, where the last may go on behind.
 */
export function isTls(view: DataView, start: number, end: number): boolean {
  if (start + RECORD_HEADER > end || !isTlsRecord(view, start, end)) return false;
  if (isHello(view, start, end)) return true;
  const version = view.getUint16(start + 1);
  let at = start;
  while (at + RECORD_HEADER <= end) {
    if (!isCommonRecord(view, at, end) || view.getUint16(at + 1) !== version) return false;
    at += RECORD_HEADER + view.getUint16(at + 3);
  }
  return at >= end || isTlsRecord(view, at, end);
}
