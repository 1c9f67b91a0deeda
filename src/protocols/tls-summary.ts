/** What the one-line listing says of TLS records. */

import { CIPHER_SUITES } from './tls-cipher-suites.ts';
import type { HandshakeSpan } from './tls-handshake.ts';
import { protocolNames, readHello, serverName, versions } from './tls-hello.ts';
import { ALERT_LEVELS, ALERTS, HANDSHAKE_TYPES, HandshakeType, VERSIONS } from './tls-names.ts';

const hex4 = (value: number): string => `0x${value.toString(16).padStart(4, '0')}`;

/** `Alert Fatal: Handshake Failure` */
export function alertText(view: DataView, content: number, end: number, length: number): string {
  if (length !== 2) return 'Alert (encrypted)';
  if (content + 2 > end) return 'Alert';
  const level = view.getUint8(content);
  const description = view.getUint8(content + 1);
  return `Alert ${ALERT_LEVELS[level] ?? level}: ${ALERTS[description] ?? description}`;
}

/** `ClientHello sni=… alpn=h2`, `Certificate, ServerHelloDone`; undefined messages are encrypted. */
export function handshakeText(view: DataView, spans: readonly HandshakeSpan[] | undefined, captured: number): string {
  if (spans === undefined) return 'Handshake (encrypted or continued)';
  return spans.map((span) => messageText(view, span, captured)).join(', ');
}

function messageText(view: DataView, { type, body, end }: HandshakeSpan, captured: number): string {
  const name = (HANDSHAKE_TYPES[type] ?? `type ${type}`).replaceAll(' ', '');
  const isClient = type === HandshakeType.clientHello;
  if ((!isClient && type !== HandshakeType.serverHello) || body > captured) return name;
  const hello = readHello(view, body, Math.min(end, captured), isClient);
  if (hello === undefined) return name;
  const words = [name];
  if (!isClient) {
    const version = versions(view, hello, false)[0] ?? hello.version;
    const suite = hello.cipherSuites[0] ?? 0;
    words.push(VERSIONS[version] ?? hex4(version), CIPHER_SUITES[suite] ?? hex4(suite));
  }
  const host = serverName(view, hello);
  if (host !== undefined) words.push(`sni=${host}`);
  const protocols = protocolNames(view, hello);
  if (protocols.length > 0) words.push(`alpn=${protocols.join(',')}`);
  return words.join(' ');
}
