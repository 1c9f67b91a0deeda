/** Transport Layer Security: records of TLS 1.0–1.3 and SSL 3.0 (RFC 8446 §5, RFC 5246 §6.2). What is encrypted stays so. */
import { bytes, hex, named, octets, uint } from '../dissect/field.ts';
import { type Layers, Status } from '../dissect/layers.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { FieldCursor } from './field-cursor.ts';
import { emitHandshakes, handshakeSpans, tlsHandshakes } from './tls-handshake.ts';
import { ALERT_LEVELS, ALERTS, CONTENT_TYPES, ContentType, VERSIONS } from './tls-names.ts';
import { isContentType, isTls, isTlsRecord, RECORD_HEADER } from './tls-record.ts';
import { alertText, handshakeText } from './tls-summary.ts';

/** One layer is one record; handshake messages are a list in it, for one record may hold several. */
export const tls = defineProtocol('tls', {
  title: 'Transport Layer Security',
  source: 'RFC 8446 §5.1',
  // IANA's 443, 465, 636, 853, 989, 990, 992–995, 2376 (Docker), 2379 and 2380 (etcd), 5061, 5671, 6443 (Kubernetes API), 6514 and 8883;
  // 4443 (metrics-server), 6444 (k3s), 8443 and 9443 (admission webhooks), 9345 (RKE2), 10250 (kubelet), 10257 and 10259 (Kubernetes'
  // controller manager and scheduler), 16443 (MicroK8s).
  carriedBy: {
    tcpPort: [
      443, 465, 636, 853, 989, 990, 992, 993, 994, 995, 2376, 2379, 2380, 4443, 5061, 5671, 6443, 6444, 6514, 8443,
      8883, 9345, 9443, 10250, 10257, 10259, 16443,
    ],
  },
  guess: { in: ['tcpPort'], first: isContentType, when: isTls },
  looksLike: isTlsRecord,
  fields: {
    record_content_type: uint(8, 'Content Type', named(CONTENT_TYPES), { name: 'tls.record.content_type' }),
    record_version: uint(16, 'Version', hex, named(VERSIONS), { name: 'tls.record.version' }),
    record_length: uint(16, 'Length', octets, { name: 'tls.record.length' }),
  },
  variable: () => ({
    change_cipher_spec: uint(8, 'Change Cipher Spec'),
    alert_level: uint(8, 'Level', named(ALERT_LEVELS), { name: 'tls.alert_message.level' }),
    alert_desc: uint(8, 'Description', named(ALERTS), { name: 'tls.alert_message.desc' }),
    handshake: tlsHandshakes,
    heartbeat_type: uint(8, 'Heartbeat Type', named({ 1: 'request', 2: 'response' }), {
      name: 'tls.heartbeat_message.type',
    }),
    heartbeat_payload_length: uint(16, 'Heartbeat Payload Length', octets, {
      name: 'tls.heartbeat_message.payload_length',
    }),
    heartbeat_payload: bytes('Heartbeat Payload and Padding', 0, { name: 'tls.heartbeat_message.payload_and_padding' }),
    app_data: bytes('Encrypted Application Data'),
    opaque: bytes('Encrypted or Continued Content'),
  }),
  messages: { prefix: RECORD_HEADER, length: recordLength },
  details: emitContent,
  summary: summarize,
  issues: { overrun: 'a length reaches beyond the message it stands in' },
});

const { record_content_type, record_version, record_length } = tls.fields;

function recordLength(view: DataView, start: number, end: number): number {
  return isTlsRecord(view, start, end) ? RECORD_HEADER + record_length.get(view, start) : 0;
}

/** Whether the record before this one in the packet says that what follows is encrypted. */
function isBehindChange(layers: Layers, row: number): boolean {
  const before = row - 1;
  return (
    before >= 0 &&
    layers.protocol[before] === layers.protocol[row] &&
    layers.parent[before] === layers.parent[row] &&
    record_content_type.get(layers.viewOf(before), layers.start[before]!) === ContentType.changeCipherSpec
  );
}

/** The handshake messages of a record, undefined where they can't be read. */
function messagesOf(
  view: DataView,
  start: number,
  end: number,
  layers: Layers,
  row: number,
): ReturnType<typeof handshakeSpans> {
  if (isBehindChange(layers, row)) return undefined;
  const content = start + RECORD_HEADER;
  return handshakeSpans(view, content, content + record_length.get(view, start), end);
}

function emitContent(
  emit: FieldEmitter,
  view: DataView,
  start: number,
  end: number,
  layers: Layers,
  row: number,
): void {
  const content = start + RECORD_HEADER;
  const length = record_length.get(view, start);
  const limit = content + length;
  const cursor = new FieldCursor(emit, view, content, limit, end, { issue: 'overrun', limit: record_length.name });
  switch (record_content_type.get(view, start)) {
    case ContentType.changeCipherSpec:
      if (length === 1) cursor.number(tls.variable.change_cipher_spec);
      break;
    case ContentType.alert:
      if (length !== 2) break;
      cursor.number(tls.variable.alert_level);
      cursor.number(tls.variable.alert_desc);
      break;
    case ContentType.handshake: {
      const spans = messagesOf(view, start, end, layers, row);
      if (spans !== undefined) emitHandshakes(cursor, tls.variable.handshake, spans, record_version.get(view, start));
      break;
    }
    case ContentType.heartbeat:
      if (content + 3 > end || view.getUint8(content) > 2 || view.getUint16(content + 1) > length - 3) break;
      cursor.number(tls.variable.heartbeat_type);
      cursor.number(tls.variable.heartbeat_payload_length);
      cursor.octets(tls.variable.heartbeat_payload, cursor.left);
      break;
    case ContentType.applicationData:
      cursor.octets(tls.variable.app_data, length);
      break;
    default:
  }
  cursor.rest(tls.variable.opaque);
}

function summarize(view: DataView, start: number, end: number, layers: Layers, row: number): string {
  if (layers.status[row] !== Status.complete) return '';
  const length = record_length.get(view, start);
  switch (record_content_type.get(view, start)) {
    case ContentType.alert:
      return alertText(view, start + RECORD_HEADER, end, length);
    case ContentType.handshake:
      return handshakeText(view, messagesOf(view, start, end, layers, row), end);
    default:
      return `${CONTENT_TYPES[record_content_type.get(view, start)] ?? 'Record'} len=${length}`;
  }
}
