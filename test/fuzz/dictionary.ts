/** Octets that mutations put in: what a random walk would need days to find. */
import { compressions } from '../../src/capture/foreign-formats.ts';
import { BlockType, BYTE_ORDER_MAGIC } from '../../src/capture/pcapng-blocks.ts';
import type { Protocol } from '../../src/dissect/protocol.ts';
import { catalogOf } from '../../src/filter/field-catalog.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';

/** Numbers at which code changes its mind. */
export const EDGES = [0, 1, 2, 3, 4, 7, 8, 15, 16, 20, 31, 32, 63, 64, 127, 128, 192, 254, 255];

/** An unsigned number in so many octets, in both orders. */
function bothOrders(value: number, octets: number): Uint8Array[] {
  const big = new Uint8Array(octets);
  for (let i = 0, rest = value; i < octets; i++, rest = Math.floor(rest / 256)) big[octets - 1 - i] = rest & 0xff;
  return [big, big.slice().reverse()];
}

/** Magic numbers and block types of captures (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng) and of compressions. */
export function captureWords(): Uint8Array[] {
  const pcapMagics = [0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34, 0xa1b2c3d5];
  return [
    ...pcapMagics.flatMap((magic) => bothOrders(magic, 4)),
    ...bothOrders(BYTE_ORDER_MAGIC, 4),
    ...Object.values(BlockType).flatMap((type) => bothOrders(type, 4)),
    ...[0x7fffffff, 0xffffffff, 0x10000, 262_144, 262_145].flatMap((length) => bothOrders(length, 4)),
    ...compressions.map(({ magic }) => Uint8Array.from(magic)),
  ];
}

const MAGIC_TEXTS = [
  'GET / HTTP/1.1\r\n\r\n',
  'HTTP/1.1 200 OK\r\n',
  'Transfer-Encoding: chunked\r\n\r\n',
  'Content-Length: 4294967296\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\u001b]0;x\u0007',
  '\u202e\u2066',
  '=cmd|',
];
const MAGIC_OCTETS = [
  [0x16, 0x03, 0x03],
  [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00],
  Array.from({ length: 16 }, () => 0xff),
  [0x63, 0x82, 0x53, 0x63],
  [0xc0, 0x0c],
  [0x40, 0x00, 0x00, 0x01],
  [0x45, 0x00],
  [0x46, 0x00],
  [0x4f, 0x00],
  [0x60, 0x00, 0x00, 0x00],
  [0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00],
  [0x7f, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0xff],
];

/** Code points that protocols are carried by, and the first octets of those that are recognised by content. */
export function packetWords(protocols: readonly Protocol[]): Uint8Array[] {
  const words: Uint8Array[] = [];
  for (const { carriedBy } of protocols) {
    for (const [table, codes] of Object.entries(carriedBy)) {
      for (const code of codes) words.push(bothOrders(code, table === 'ipProtocol' || table === 'llcSap' ? 1 : 2)[0]!);
    }
  }
  return [
    ...words,
    ...MAGIC_OCTETS.map((octets) => Uint8Array.from(octets)),
    ...MAGIC_TEXTS.map((text) => new TextEncoder().encode(text)),
  ];
}

const OPERATORS =
  '== != === !== ~= > < >= <= eq ne gt lt ge le contains matches in && || ^^ and or not xor ! ( ) { } [ ] [0:2] [1-3] .. , - + * / % & # @ "x" 0x 1e9 0b1 \'a\' r"\\d" $';
const VALUES =
  '10.244.0.0/16 ::1 fe80::/10 02:00:00:00:00:01 1.5 4294967296 -1 true false "2024-01-01T00:00:00Z" host port net src dst tcp udp inner. outer. any all len( count( upper( lower( string( max( min( abs( vals( frame. #1 #[-1]';

/** Words of the filter language, with the names of all fields. */
export function filterWords(protocols: readonly Protocol[]): Uint8Array[] {
  const catalog = catalogOf(createDissector(protocols), undefined);
  const fields = protocols.flatMap(({ name, fixed, loose }) => [name, ...[...fixed, ...loose].map((f) => f.name)]);
  const known = fields.filter((name) => catalog.get(name) !== undefined);
  return [...`${OPERATORS} ${VALUES}`.split(' '), ...known].map((word) => new TextEncoder().encode(` ${word} `));
}

/** Words of what people collect of clusters. */
export function contextWords(): Uint8Array[] {
  const words =
    '{ } [ ] : , "items" "kind" "Pod" "List" apiVersion metadata annotations status podIP spec null true --- &a *a <<: ! !!binary | > - link/ether inet via dev proto scope lladdr dst src sport= dport= -A -j DNAT --to-destination --comment 10.244.0.0/16 fe80::1%eth0 999.1.1.1 /33 BGP Established protocol bgp neighbor as \u0000 \u001b[31m \u202e __proto__ constructor toString';
  return words.split(' ').map((word) => new TextEncoder().encode(word));
}
