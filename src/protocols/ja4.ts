/** JA4, the fingerprint of a TLS client by its ClientHello (FoxIO, "JA4: TLS Client Fingerprinting", technical details). */
import { encodeUtf8 } from '../capture/utf8.ts';
import { sha256Hex } from './sha256.ts';
import { isGrease } from './tls-names.ts';

/** What JA4 looks at in a ClientHello; numbers in the order offered, GREASE included. */
export interface ClientOffer {
  /** Of `supported_versions`, or the ClientHello's own where there is no such extension. */
  readonly versions: readonly number[];
  readonly cipherSuites: readonly number[];
  readonly extensions: readonly number[];
  readonly signatureAlgorithms: readonly number[];
  /** First protocol name of ALPN as octets; empty where there is none. */
  readonly firstProtocol: Uint8Array;
}

/** Transport the ClientHello came over: TCP, QUIC or DTLS. */
export type Ja4Transport = 't' | 'q' | 'd';

/** A fingerprint, and the lists whose hashes it holds (JA4_r). */
export interface Ja4 {
  readonly hashed: string;
  readonly raw: string;
}

const SERVER_NAME = 0x0000;
const PROTOCOL_NEGOTIATION = 0x0010;
/** Digits of a hash that are kept. */
const DIGITS = 12;
const NOTHING = '0'.repeat(DIGITS);

const VERSIONS: Readonly<Record<number, string>> = {
  772: '13',
  771: '12',
  770: '11',
  769: '10',
  768: 's3',
  2: 's2',
  65279: 'd1',
  65277: 'd2',
  65276: 'd3',
};

const hex4 = (value: number): string => value.toString(16).padStart(4, '0');
const count = (values: readonly number[]): string => String(Math.min(values.length, 99)).padStart(2, '0');
const sorted = (values: readonly number[]): string => values.map(hex4).sort().join(',');
const known = (values: readonly number[]): number[] => values.filter((value) => !isGrease(value));

function hashed(text: string): string {
  return sha256Hex(encodeUtf8(text)).slice(0, DIGITS);
}

/** First and last character of the protocol name, or of its hexadecimal digits where one of them is not alphanumeric. */
function protocolMark(name: Uint8Array): string {
  const first = name[0];
  const last = name[name.length - 1];
  if (first === undefined || last === undefined) return '00';
  const ends = String.fromCharCode(first, last);
  if (/^[0-9A-Za-z]{2}$/.test(ends)) return ends;
  return (first >> 4).toString(16) + (last & 15).toString(16);
}

/** Computes the fingerprint of a ClientHello. */
export function ja4(offer: ClientOffer, transport: Ja4Transport): Ja4 {
  const versions = known(offer.versions);
  const suites = known(offer.cipherSuites);
  const extensions = known(offer.extensions);
  const version = VERSIONS[Math.max(...versions, 0)] ?? '00';
  const name = extensions.includes(SERVER_NAME) ? 'd' : 'i';
  const protocol = protocolMark(offer.firstProtocol);
  const head = `${transport}${version}${name}${count(suites)}${count(extensions)}${protocol}`;
  const suiteList = sorted(suites);
  const extensionList = sorted(extensions.filter((type) => type !== SERVER_NAME && type !== PROTOCOL_NEGOTIATION));
  const algorithmList = known(offer.signatureAlgorithms).map(hex4).join(',');
  const offered = algorithmList === '' ? extensionList : `${extensionList}_${algorithmList}`;
  return {
    hashed: `${head}_${suiteList === '' ? NOTHING : hashed(suiteList)}_${extensionList === '' ? NOTHING : hashed(offered)}`,
    raw: `${head}_${suiteList}_${offered}`,
  };
}
