/** Reads what a ClientHello or ServerHello offers or chooses, for fingerprints and summaries: RFC 8446 §4.1, RFC 5246 §7.4.1. */
import { utf8Text } from '../dissect/value.ts';
import type { ClientOffer } from './ja4.ts';
import { ExtensionType } from './tls-extension-types.ts';

const RANDOM = 32;

/** An extension's data, [start, end). */
interface ExtensionSpan {
  readonly type: number;
  readonly start: number;
  readonly end: number;
}

/** The parts of a hello. */
export interface Hello {
  /** Version field; TLS 1.3 stands in `supported_versions` instead. */
  readonly version: number;
  readonly cipherSuites: readonly number[];
  readonly extensions: readonly ExtensionSpan[];
}

/** Numbers of two octets within [at, end). */
function numbersIn(view: DataView, from: number, end: number): number[] {
  const found: number[] = [];
  for (let at = from; at + 2 <= end; at += 2) found.push(view.getUint16(at));
  return found;
}

/**
 * Reads the hello whose body is [start, end), as far as its lengths fit; all in it is captured.
 * `isClient` tells whether lists stand where a ServerHello has its choice.
 */
export function readHello(view: DataView, start: number, end: number, isClient: boolean): Hello | undefined {
  let at = start + 2 + RANDOM;
  if (at + 1 > end) return undefined;
  at += 1 + view.getUint8(at);
  if (at + 2 > end) return undefined;
  const suites = isClient ? view.getUint16(at) : 2;
  const from = isClient ? at + 2 : at;
  at = from + suites;
  if (at + 1 > end) return undefined;
  const cipherSuites = numbersIn(view, from, at);
  at += isClient ? 1 + view.getUint8(at) : 1;
  const extensions: ExtensionSpan[] = [];
  const limit = at + 2 <= end ? Math.min(end, at + 2 + view.getUint16(at)) : end;
  for (at += 2; at + 4 <= limit; ) {
    const next = at + 4 + view.getUint16(at + 2);
    if (next > limit) break;
    extensions.push({ type: view.getUint16(at), start: at + 4, end: next });
    at = next;
  }
  return { version: view.getUint16(start), cipherSuites, extensions };
}

function find(hello: Hello, type: number): ExtensionSpan | undefined {
  return hello.extensions.find((extension) => extension.type === type);
}

/** First host name of `server_name`; undefined where there is none, '' where it is empty. */
export function serverName(view: DataView, hello: Hello): string | undefined {
  const span = find(hello, ExtensionType.serverName);
  if (span === undefined || span.end - span.start < 5) return undefined;
  const nameEnd = span.start + 5 + view.getUint16(span.start + 3);
  return utf8Text(view, span.start + 5, Math.min(nameEnd, span.end));
}

/** The protocol names of ALPN (RFC 7301 §3.1) as octets [start, end). */
function protocolSpans(view: DataView, hello: Hello): { start: number; end: number }[] {
  const span = find(hello, ExtensionType.protocolNegotiation);
  const found: { start: number; end: number }[] = [];
  if (span === undefined) return found;
  for (let at = span.start + 2; at < span.end; ) {
    const next = at + 1 + view.getUint8(at);
    if (next > span.end) break;
    found.push({ start: at + 1, end: next });
    at = next;
  }
  return found;
}

/** The protocol names of ALPN. */
export function protocolNames(view: DataView, hello: Hello): string[] {
  return protocolSpans(view, hello).map(({ start, end }) => utf8Text(view, start, end));
}

/** The versions a hello names: those of `supported_versions`, else the one of its version field. */
export function versions(view: DataView, hello: Hello, isClient: boolean): readonly number[] {
  const span = find(hello, ExtensionType.supportedVersions);
  return span === undefined ? [hello.version] : numbersIn(view, span.start + (isClient ? 1 : 0), span.end);
}

/** What a fingerprint is made of. */
export function clientOffer(view: DataView, hello: Hello): ClientOffer {
  const algorithms = find(hello, ExtensionType.signatureAlgorithms);
  const first = protocolSpans(view, hello)[0];
  return {
    versions: versions(view, hello, true),
    cipherSuites: hello.cipherSuites,
    extensions: hello.extensions.map(({ type }) => type),
    signatureAlgorithms: algorithms === undefined ? [] : numbersIn(view, algorithms.start + 2, algorithms.end),
    firstProtocol:
      first === undefined
        ? new Uint8Array(0)
        : new Uint8Array(view.buffer, view.byteOffset + first.start, first.end - first.start),
  };
}
