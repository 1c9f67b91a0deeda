/** Hypertext Transfer Protocol, versions 1.0 and 1.1: heads of requests and responses (RFC 9110, RFC 9112). */

import { once } from '../capture/once.ts';
import { bytes, computed, type Field, list, named, number, type OpenSpecs, octets, text } from '../dissect/field.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import { utf8Text } from '../dissect/value.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { fieldOf } from './body.ts';
import {
  asciiText,
  behindLine,
  headEnd,
  headerLine,
  isHttpHead,
  isUpper,
  lineTextEnd,
  messageLength,
  startKind,
} from './http-head.ts';
import { STATUS_CODES } from './http-status.ts';

/** Header fields whose values Wireshark names, beside those under another key. */
const NAMED_HEADERS = [
  'Accept',
  'Accept-Encoding',
  'Accept-Language',
  'Authorization',
  'Cache-Control',
  'Connection',
  'Content-Encoding',
  'Content-Type',
  'Cookie',
  'Date',
  'Host',
  'HTTP2-Settings',
  'Last-Modified',
  'Location',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'Referer',
  'Sec-WebSocket-Accept',
  'Sec-WebSocket-Extensions',
  'Sec-WebSocket-Key',
  'Sec-WebSocket-Protocol',
  'Sec-WebSocket-Version',
  'Server',
  'Set-Cookie',
  'Transfer-Encoding',
  'Upgrade',
  'User-Agent',
  'WWW-Authenticate',
  'X-Forwarded-For',
];

const SPACE = 0x20;

const keyOf = (header: string): string => header.toLowerCase().replaceAll('-', '_');

const namedHeaders = (): OpenSpecs =>
  Object.fromEntries(
    NAMED_HEADERS.map((header) => [keyOf(header), computed('text', header, { name: `http.${keyOf(header)}` })]),
  );

const headers = list('Header', () => ({
  request_line: text('Header Line', { name: 'http.request.line' }),
  response_line: text('Header Line', { name: 'http.response.line' }),
  content_length_header: computed('text', 'Content-Length', { name: 'http.content_length_header' }),
  content_length: computed('number', 'Content Length', octets, { name: 'http.content_length' }),
  ...namedHeaders(),
}));

/** The parts of a start line stand on their octets with the space or line end behind them. */
export const http = defineProtocol('http', {
  title: 'Hypertext Transfer Protocol',
  source: 'RFC 9112 §2–§6',
  // 80 and 8080 are IANA's; 3128 Squid's; 8001 `kubectl proxy`; 9153 CoreDNS' metrics; 10248, 10249 and 10256 those of kubelet and
  // kube-proxy; the others what Wireshark takes for HTTP.
  carriedBy: {
    tcpPort: [
      80, 631, 1900, 2710, 2869, 3128, 3132, 5985, 8000, 8001, 8008, 8080, 8081, 8088, 8888, 9153, 10248, 10249, 10256,
      11371,
    ],
  },
  guess: { in: ['tcpPort'], first: isUpper, when: isHttpHead },
  looksLike: (view, start, end) => startKind(view, start, end) !== undefined,
  fields: {},
  variable: () => ({
    request: computed('bool', 'Request'),
    request_method: text('Request Method', { name: 'http.request.method' }),
    request_uri: text('Request Target', { name: 'http.request.uri' }),
    request_uri_path: computed('text', 'Path', { name: 'http.request.uri.path' }),
    request_uri_query: computed('text', 'Query', { name: 'http.request.uri.query' }),
    request_version: text('Version', { name: 'http.request.version' }),
    response: computed('bool', 'Response'),
    response_version: text('Version', { name: 'http.response.version' }),
    response_code: number('Status Code', named(STATUS_CODES), { name: 'http.response.code' }),
    response_phrase: text('Reason Phrase', { name: 'http.response.phrase' }),
    headers,
    head_end: bytes('End of the Head'),
    request_full_uri: computed('text', 'Full Request URI', { name: 'http.request.full_uri' }),
  }),
  messages: { prefix: 1, length: messageLength },
  headerLength: (view, start, end) => {
    const behind = headEnd(view, start, end);
    return behind < 0 ? 0 : behind - start;
  },
  details: emitHead,
  summary: summarize,
});

/** Keys of the fields of `NAMED_HEADERS` by header name in lower case. */
const valueKeys = once(() => new Map(NAMED_HEADERS.map((header) => [header.toLowerCase(), keyOf(header)])));

/** A part of the start line: its characters, and the first octet behind its delimiter. */
interface Part {
  readonly from: number;
  readonly to: number;
  readonly behind: number;
}

/** The start line [start, line) cut at its first two spaces. */
function startParts(view: DataView, start: number, line: number): readonly Part[] {
  const textEnd = lineTextEnd(view, start, line);
  const parts: Part[] = [];
  let from = start;
  for (let at = start; at < textEnd && parts.length < 2; at++) {
    if (view.getUint8(at) !== SPACE) continue;
    parts.push({ from, to: at, behind: at + 1 });
    from = at + 1;
  }
  parts.push({ from, to: textEnd, behind: line });
  return parts;
}

function isResponse(view: DataView, start: number, end: number): boolean {
  return asciiText(view, start, Math.min(start + 5, end)) === 'HTTP/';
}

/** First octet behind the start line, or `end` where it goes on. */
function startLineEnd(view: DataView, start: number, end: number): number {
  const behind = behindLine(view, start, end);
  return behind < 0 ? end : behind;
}

function emitHead(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  const line = startLineEnd(view, start, end);
  const parts = startParts(view, start, line);
  if (isResponse(view, start, end)) {
    emitStatusLine(emit, view, parts);
    emitHeaders(emit, http.variable.headers.of.response_line, view, line, end);
    return;
  }
  const target = emitRequestLine(emit, view, parts);
  const host = emitHeaders(emit, http.variable.headers.of.request_line, view, line, end);
  if (target.startsWith('/') && host !== '') emit.value(http.variable.request_full_uri, `http://${host}${target}`);
  else if (/^https?:\/\//i.test(target)) emit.value(http.variable.request_full_uri, target);
}

/** Emits the request line and answers its target. */
function emitRequestLine(emit: FieldEmitter, view: DataView, [method, target, version]: readonly Part[]): string {
  emit.value(http.variable.request, true);
  emitPart(emit, http.variable.request_method, view, method);
  if (target === undefined) return '';
  emitPart(emit, http.variable.request_uri, view, target);
  const uri = utf8Text(view, target.from, target.to);
  const query = uri.indexOf('?');
  if (query >= 0) {
    emit.value(http.variable.request_uri_path, uri.slice(0, query));
    emit.value(http.variable.request_uri_query, uri.slice(query + 1));
  }
  emitPart(emit, http.variable.request_version, view, version);
  return uri;
}

function emitStatusLine(emit: FieldEmitter, view: DataView, [version, code, phrase]: readonly Part[]): void {
  emit.value(http.variable.response, true);
  emitPart(emit, http.variable.response_version, view, version);
  const digits = code === undefined ? '' : asciiText(view, code.from, code.to);
  if (code === undefined || !/^\d{3}$/.test(digits)) return;
  emit.value(http.variable.response_code, Number(digits), code.from, code.behind);
  emitPart(emit, http.variable.response_phrase, view, phrase);
}

function emitPart(emit: FieldEmitter, field: Field, view: DataView, part: Part | undefined): void {
  if (part !== undefined) emit.value(field, utf8Text(view, part.from, part.to), part.from, part.behind);
}

/** Emits header lines and the empty line from `from` on, and answers the value of Host, '' where there is none. */
function emitHeaders(emit: FieldEmitter, lineField: Field, view: DataView, from: number, end: number): string {
  let host = '';
  let at = from;
  while (at < end) {
    const behind = behindLine(view, at, end);
    if (behind > 0 && lineTextEnd(view, at, behind) === at) break;
    const lineEnd = behind < 0 ? end : behind;
    emit.begin(http.variable.headers, at);
    emit.octets(lineField, at, lineEnd);
    const header = headerLine(view, at, lineEnd);
    const isWhole = behind >= 0;
    // Of a line that is cut off, the value is told as far as it is there; but digits that are missing make another number.
    if (header !== undefined && (isWhole || header.name !== 'content-length')) {
      const valueEnd = isWhole ? header.valueEnd : Math.max(header.valueStart, lineTextEnd(view, at, lineEnd));
      const value = utf8Text(view, header.valueStart, valueEnd);
      if (header.name === 'host' && isWhole) host = value;
      emitNamed(emit, header.name, value);
    }
    emit.end(lineEnd);
    at = lineEnd;
  }
  if (at < end) emit.octets(http.variable.head_end, at, end);
  return host;
}

function emitNamed(emit: FieldEmitter, name: string, value: string): void {
  if (name === 'content-length') {
    emit.value(http.variable.headers.of.content_length_header, value);
    if (/^\d{1,15}$/.test(value)) emit.value(http.variable.headers.of.content_length, Number(value));
    return;
  }
  const key = valueKeys().get(name);
  if (key !== undefined) emit.value(fieldOf(http.variable.headers.of, key), value);
}

/** `GET /index.html` or `200 OK`. */
function summarize(view: DataView, start: number, end: number): string {
  const parts = startParts(view, start, startLineEnd(view, start, end));
  const shown = isResponse(view, start, end) ? parts.slice(1) : parts.slice(0, 2);
  return shown.map(({ from, to }) => utf8Text(view, from, to)).join(' ');
}
