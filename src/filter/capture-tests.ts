/** The tests that tcpdump's words stand for, as trees of fields. */
import { ipv4Literal, ipv6Literal, macLiteral } from '../dissect/address-literal.ts';
import { type CombinationNode, depthOver, type Node, type TextNode, type WordNode } from './ast.ts';

export type CaptureKind = 'host' | 'net' | 'port' | 'portrange' | 'proto';
export type Direction = 'src' | 'dst' | 'or' | 'and';

/** What a test is about, but for the value; a value alone behind `and` or `or` takes those of the test before it. */
export interface Qualifiers {
  readonly isOuter: boolean;
  /** Protocol named before the direction, '' for any. */
  readonly protocol: string;
  readonly direction: Direction;
  readonly kind: CaptureKind;
}

/** Address fields of `host` and `net`, by protocol qualifier: source and destination. */
const ADDRESSES: Readonly<Record<string, readonly [string, string]>> = {
  ip: ['ip.src', 'ip.dst'],
  arp: ['arp.src.proto_ipv4', 'arp.dst.proto_ipv4'],
  ip6: ['ipv6.src', 'ipv6.dst'],
  ether: ['eth.src', 'eth.dst'],
};
const TRANSPORTS: readonly string[] = ['tcp', 'udp', 'sctp'];
const PROTO_FIELDS: Readonly<Record<string, string>> = {
  '': 'ip.proto',
  ip: 'ip.proto',
  ip6: 'ipv6.nxt',
  ether: 'eth.type',
};
const PART_OF_NETWORK = /^[0-9]+(?:\.[0-9]+){0,2}$/;

/** A name or value as a node at the place of the word it came from. */
export function wordNode(text: string, { at, end }: { readonly at: number; readonly end: number }): WordNode {
  return { kind: 'word', text, layers: [], depth: 1, at, end };
}

/** `field operator value`, shown at the value's place. */
export function fieldTest(field: string, operator: '==' | '<=' | '>=', value: WordNode | TextNode): Node {
  const { at, end } = value;
  const left = wordNode(field, value);
  return { kind: 'comparison', operator, quantifier: undefined, left, right: value, depth: 2, at, end };
}

function rangeTest(field: string, from: WordNode, to: WordNode): Node {
  const operand = wordNode(field, from);
  return {
    kind: 'membership',
    quantifier: undefined,
    operand,
    members: [{ from, to }],
    depth: 2,
    at: from.at,
    end: to.end,
  };
}

function combined(kind: CombinationNode['kind'], operands: readonly Node[]): Node {
  const first = operands[0]!;
  if (operands.length === 1) return first;
  return { kind, operands: [...operands], depth: depthOver(...operands), at: first.at, end: first.end };
}

/** The test of a source and a destination field, in the direction asked for. */
function eitherWay(
  [source, destination]: readonly [string, string],
  { direction, isOuter }: Qualifiers,
  test: (field: string) => Node,
): Node {
  const place = isOuter ? 'outer' : 'inner';
  if (direction === 'src') return test(`${place}.${source}`);
  if (direction === 'dst') return test(`${place}.${destination}`);
  return combined(direction, [test(`${place}.${source}`), test(`${place}.${destination}`)]);
}

/** The test of ports, `to` being the last one of a range; undefined where no protocol has such a field. */
export function portTest(
  qualifiers: Qualifiers,
  from: WordNode,
  to: WordNode | undefined,
  isName: (name: string) => boolean,
): Node | undefined {
  const tests = TRANSPORTS.filter((name) => qualifiers.protocol === '' || qualifiers.protocol === name)
    .filter((name) => isName(`${name}.srcport`))
    .map((name) =>
      eitherWay([`${name}.srcport`, `${name}.dstport`], qualifiers, (field) =>
        to === undefined ? fieldTest(field, '==', from) : rangeTest(field, from, to),
      ),
    );
  return tests.length === 0 ? undefined : combined('or', tests);
}

/** The test of an address, a network, or a protocol's number. Where the value is none, what is wrong with it. */
export function valueTest(qualifiers: Qualifiers, value: WordNode, isName: (name: string) => boolean): Node | string {
  const { protocol, kind, isOuter } = qualifiers;
  if (kind === 'proto') {
    const field = PROTO_FIELDS[protocol];
    if (field === undefined) return `no protocol of ${protocol}`;
    // In quotes it is a word for a value, though it names a protocol too.
    const quoted: TextNode = { kind: 'text', octets: value.text, depth: 1, at: value.at, end: value.end };
    return fieldTest(`${isOuter ? 'outer' : 'inner'}.${field}`, '==', quoted);
  }
  const families = familiesOf(qualifiers, value.text);
  if (typeof families === 'string') return families;
  const tests = families
    .map((family) => ADDRESSES[family]!)
    .filter(([source]) => isName(source))
    .map((pair) => eitherWay(pair, qualifiers, (field) => fieldTest(field, '==', value)));
  return tests.length === 0 ? 'an address of no protocol here' : combined('or', tests);
}

/** Keys of ADDRESSES that an address is looked for in. */
function familiesOf({ protocol, kind }: Qualifiers, text: string): string[] | string {
  if (protocol === 'ether') return macLiteral(text) === undefined ? 'no MAC address' : ['ether'];
  const isIpv4 = ipv4Literal(text) !== undefined;
  if (!isIpv4 && ipv6Literal(text) === undefined) return kind === 'net' ? 'no network' : 'no address';
  if (kind === 'host' && text.includes('/')) return "a network; 'net' tests those";
  const families = (isIpv4 ? ['ip', 'arp'] : ['ip6']).filter((family) => protocol === '' || protocol === family);
  return families.length === 0 ? `no address of ${protocol}` : families;
}

/** A network in tcpdump's short form as address and prefix length: `10.244` is 10.244.0.0/16. */
export function wholeNetwork(word: string): string {
  if (!PART_OF_NETWORK.test(word)) return word;
  const parts = word.split('.');
  return `${[...parts, '0', '0', '0'].slice(0, 4).join('.')}/${parts.length * 8}`;
}
