/** What TLS says in clear: hellos and alerts. */
import { ja4 } from '../protocols/ja4.ts';
import { CIPHER_SUITES } from '../protocols/tls-cipher-suites.ts';
import { handshakeSpans } from '../protocols/tls-handshake.ts';
import { clientOffer, protocolNames, readHello, serverName, versions } from '../protocols/tls-hello.ts';
import { ALERT_LEVELS, ALERTS, ContentType, HandshakeType, isGrease, VERSIONS } from '../protocols/tls-names.ts';
import { isTlsRecord, RECORD_HEADER } from '../protocols/tls-record.ts';
import type { TlsApplication } from './application.ts';
import type { ApplicationParser } from './application-message.ts';

/** Octets of a record that are put together: hellos are shorter. */
const LONGEST_RECORD = 16 * 1024;
/** Records after which nothing more is waited for: the answer to a hello is among the first. */
const MOST_RECORDS = 16;
/** Names a client may offer; those behind are left out. */
const MOST_NAMES = 16;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Reads both hellos, and an alert instead. */
export class TlsParser implements ApplicationParser<TlsApplication> {
  readonly longest = LONGEST_RECORD;
  isDone = false;
  private readonly found: Mutable<TlsApplication> = { protocol: 'tls' };
  private records = 0;
  private hasServer = false;

  message(view: DataView, start: number, end: number, _origin: unknown, isAll: boolean): number {
    if (!isTlsRecord(view, start, end)) return -1;
    if (start + RECORD_HEADER > end) return 0;
    const content = start + RECORD_HEADER;
    const length = view.getUint16(start + 3);
    const type = view.getUint8(start);
    const isWanted = type === ContentType.handshake || type === ContentType.alert;
    if (isWanted && content + length > end && !isAll) return 0;
    if (type === ContentType.handshake) this.handshake(view, content, content + length, end);
    else if (type === ContentType.alert) this.alert(view, content, content + length, end);
    // Encrypted from here on.
    else if (type === ContentType.applicationData) this.isDone ||= this.hasServer;
    this.records++;
    if (this.records === MOST_RECORDS) this.isDone = true;
    return RECORD_HEADER + length;
  }

  facts(): TlsApplication | undefined {
    return Object.keys(this.found).length === 1 ? undefined : this.found;
  }

  private handshake(view: DataView, content: number, limit: number, captured: number): void {
    for (const { type, body, end } of handshakeSpans(view, content, limit, captured) ?? []) {
      const isClient = type === HandshakeType.clientHello;
      if ((!isClient && type !== HandshakeType.serverHello) || body > captured) continue;
      const hello = readHello(view, body, Math.min(end, captured), isClient);
      if (hello === undefined) continue;
      const names = protocolNames(view, hello).slice(0, MOST_NAMES);
      const offered = versions(view, hello, isClient).filter((version) => !isGrease(version));
      const version = Math.max(...offered, 0);
      if (isClient) {
        const host = serverName(view, hello);
        if (host !== undefined) this.found.sni = host;
        this.found.ja4 = ja4(clientOffer(view, hello), 't').hashed;
        if (names.length > 0) this.found.alpn = names;
        if (!this.hasServer) this.found.version = versionText(version);
      } else {
        this.hasServer = true;
        const suite = hello.cipherSuites[0] ?? 0;
        this.found.version = versionText(version);
        this.found.cipher = CIPHER_SUITES[suite] ?? hex4(suite);
        if (names.length > 0) this.found.alpn = names;
        this.isDone = this.found.ja4 !== undefined;
      }
    }
  }

  private alert(view: DataView, content: number, limit: number, captured: number): void {
    if (limit - content !== 2 || limit > captured) return;
    const level = view.getUint8(content);
    const description = view.getUint8(content + 1);
    this.found.alert ??= `${ALERT_LEVELS[level] ?? level}: ${ALERTS[description] ?? description}`;
  }
}

const hex4 = (value: number): string => `0x${value.toString(16).padStart(4, '0')}`;

function versionText(version: number): string {
  return VERSIONS[version] ?? hex4(version);
}
