/**
 * tcpdump's words (pcap-filter(7)) as far as they can't be read otherwise: `host`, `net`, `port`, `portrange` with `src` and `dst`, `ether`,
 * `proto`, `vxlan 1`, `less`, `greater`. They become the tests of fields that say the same of the inner packet, or behind
 * `outer` of the outermost one.
 */

import { ipv4Literal, ipv6Literal, macLiteral } from '../dissect/address-literal.ts';
import type { Node, WordNode } from './ast.ts';
import {
  type CaptureKind,
  type Direction,
  fieldTest,
  portTest,
  type Qualifiers,
  valueTest,
  wholeNetwork,
  wordNode,
} from './capture-tests.ts';
import type { Lexer, Operator } from './lexer.ts';

/** Protocols whose name alone means "is one", with Wireshark's names. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  ip: 'ip',
  ip6: 'ipv6',
  arp: 'arp',
  icmp: 'icmp',
  icmp6: 'icmpv6',
  igmp: 'igmp',
  tcp: 'tcp',
  udp: 'udp',
  sctp: 'sctp',
  esp: 'esp',
  ah: 'ah',
};
/** Names that are tcpdump's alone. */
const ONLY_TCPDUMP: readonly string[] = ['ip6', 'icmp6'];
const KINDS: readonly string[] = ['host', 'net', 'port', 'portrange', 'proto'];
const DIRECTIONS: readonly string[] = ['src', 'dst'];
/** Headers that a number behind the name identifies. */
const NUMBERED: Readonly<Record<string, string>> = { vxlan: 'vxlan.vni', geneve: 'geneve.vni', vlan: 'vlan.id' };
const SIZES: Readonly<Record<string, '<=' | '>='>> = { less: '<=', greater: '>=' };

const DECIMAL = /^[0-9]+$/;

export class CaptureWords {
  private readonly lexer: Lexer;
  private readonly isName: (word: string) => boolean;
  private last: Qualifiers | undefined;
  private isUsed = false;
  /** First of `and` and `or` in each group that is open, and where the other one follows. */
  private readonly groups: { first: string }[] = [];
  private mixed: Operator | undefined;

  constructor(lexer: Lexer, isName: (word: string) => boolean) {
    this.lexer = lexer;
    this.isName = isName;
  }

  enterGroup(): void {
    this.groups.push({ first: '' });
  }

  leaveGroup(): void {
    this.groups.pop();
  }

  noteOperator(operator: Operator): void {
    const group = this.groups[this.groups.length - 1];
    if (group === undefined) return;
    if (group.first === '') group.first = operator.name;
    else if (group.first !== operator.name) this.mixed ??= operator;
  }

  /** The test that begins here, if it is one of tcpdump's. */
  accept(): Node | undefined {
    const { lexer } = this;
    const { at } = lexer;
    const isOuter = lexer.peekIdentifier() === 'outer' && this.isFollowedByWord('outer');
    if (isOuter) lexer.at += 'outer'.length;
    const node = this.primitive(isOuter) ?? (isOuter ? this.outerProtocol() : this.repeated());
    if (node === undefined) {
      lexer.at = at;
      return undefined;
    }
    this.isUsed = true;
    return { ...node, at, end: lexer.at };
  }

  /** Gives names of protocols tcpdump's meaning, if the filter turned out to be tcpdump's. */
  finish(root: Node): Node {
    if (!this.isUsed && !hasOnlyTcpdumpNames(root)) return root;
    if (this.mixed !== undefined) {
      const { at, end } = this.mixed;
      this.lexer.fail("tcpdump and Wireshark read 'and' beside 'or' differently: parentheses are needed", at, end);
    }
    return this.rename(root);
  }

  private isFollowedByWord(word: string): boolean {
    const { lexer } = this;
    const { at } = lexer;
    lexer.skipSpace();
    lexer.at += word.length;
    const isWord = lexer.peekOperator() === undefined && lexer.isAtWord;
    lexer.at = at;
    return isWord;
  }

  /** Takes one of the words, if another word follows. */
  private acceptOf(words: readonly string[]): string {
    const word = this.lexer.peekIdentifier();
    if (!words.includes(word) || !this.isFollowedByWord(word)) return '';
    this.lexer.skipSpace();
    this.lexer.at += word.length;
    return word;
  }

  private primitive(isOuter: boolean): Node | undefined {
    const { lexer } = this;
    const start = lexer.at;
    const size = this.acceptOf(Object.keys(SIZES));
    if (size !== '') return fieldTest('frame.len', SIZES[size]!, this.number('a number of octets'));
    const numbered = this.acceptOf(Object.keys(NUMBERED));
    if (numbered !== '') {
      if (!DECIMAL.test(this.peekWord())) {
        lexer.at = start;
        return undefined;
      }
      const field = NUMBERED[numbered]!;
      return fieldTest(isOuter ? `outer.${field}` : field, '==', this.number('a number'));
    }
    const protocol = this.acceptOf([...Object.keys(PROTOCOLS), 'ether']);
    const direction = this.direction();
    const kind = this.acceptOf(KINDS) as CaptureKind | '';
    if (direction === undefined && kind === '') {
      if (protocol === 'ether') lexer.fail("behind 'ether' stands host, src, dst or proto", start, lexer.at);
      lexer.at = start;
      return undefined;
    }
    const qualifiers: Qualifiers = { isOuter, protocol, direction: direction ?? 'or', kind: kind || 'host' };
    this.last = qualifiers;
    return this.test(qualifiers);
  }

  private direction(): Direction | undefined {
    const { lexer } = this;
    const first = this.acceptOf(DIRECTIONS) as 'src' | 'dst' | '';
    if (first !== '') return first;
    const word = lexer.peekIdentifier();
    if (!DIRECTIONS.includes(word)) return undefined;
    const { at } = lexer;
    lexer.at += word.length;
    const operator = lexer.peekOperator();
    if (operator?.name === 'or' || operator?.name === 'and') {
      lexer.at = operator.end;
      const second = this.acceptOf(DIRECTIONS);
      if (second !== '' && second !== word) return operator.name;
    }
    lexer.at = at;
    return undefined;
  }

  /** `outer tcp`. */
  private outerProtocol(): Node {
    const { lexer } = this;
    lexer.skipSpace();
    const { at } = lexer;
    const word = lexer.word();
    const name = Object.hasOwn(PROTOCOLS, word) ? PROTOCOLS[word]! : word;
    if (!this.isName(name)) lexer.fail("'outer' stands before one of tcpdump's tests or a protocol", at, lexer.at);
    return wordNode(`outer.${name}`, { at, end: lexer.at });
  }

  /** A value alone, which takes the words before the last one: `port 80 or 443`. */
  private repeated(): Node | undefined {
    const { lexer, last } = this;
    const word = this.peekWord();
    if (last === undefined || !isValue(word) || this.isName(word)) return undefined;
    const { at } = lexer;
    lexer.word();
    const operator = lexer.peekOperator()?.name;
    const isAlone = operator === undefined || operator === 'and' || operator === 'or';
    lexer.at = at;
    return isAlone && lexer.peek() !== '#' ? this.test(last) : undefined;
  }

  private peekWord(): string {
    const { lexer } = this;
    const { at } = lexer;
    const word = lexer.isAtWord ? lexer.word() : '';
    lexer.at = at;
    return word;
  }

  private number(what: string): WordNode {
    const { lexer } = this;
    lexer.skipSpace();
    const { at } = lexer;
    const text = lexer.decimal();
    if (text === '') lexer.fail(`${what} is expected here${lexer.insteadOf()}`, at);
    return wordNode(text, { at, end: lexer.at });
  }

  private test(qualifiers: Qualifiers): Node {
    const { lexer, isName } = this;
    const { kind } = qualifiers;
    if (kind === 'port' || kind === 'portrange') {
      const from = this.number('the number of a port');
      const to = kind === 'portrange' ? this.lastPort() : undefined;
      return portTest(qualifiers, from, to, isName) ?? lexer.fail('no protocol here has such ports', from.at, from.end);
    }
    lexer.skipSpace();
    const { at } = lexer;
    const word = lexer.isAtWord ? lexer.word() : '';
    const text = kind === 'net' ? this.network(word) : word;
    const test = valueTest(qualifiers, wordNode(text, { at, end: lexer.at }), isName);
    return typeof test === 'string' ? lexer.fail(`'${word}' is ${test}`, at, Math.max(at + 1, lexer.at)) : test;
  }

  private lastPort(): WordNode {
    this.lexer.expect('-', 'in a range of ports');
    return this.number('the number of a port');
  }

  /** `10.244.0.0/16`, `10.244`, `10.244.0.0 mask 255.255.0.0`. */
  private network(word: string): string {
    const { lexer } = this;
    if (lexer.peekIdentifier() !== 'mask') return wholeNetwork(word);
    lexer.at += 'mask'.length;
    lexer.skipSpace();
    return `${wholeNetwork(word).replace(/\/.*/, '')}/${lexer.word()}`;
  }

  private rename(node: Node): Node {
    switch (node.kind) {
      case 'and':
      case 'or':
      case 'xor':
        return { ...node, operands: node.operands.map((operand) => this.rename(operand)) };
      case 'not':
        return { ...node, operand: this.rename(node.operand) };
      case 'word': {
        const name = Object.hasOwn(PROTOCOLS, node.text) ? PROTOCOLS[node.text] : undefined;
        return name === undefined || node.layers.length > 0 ? node : { ...node, text: `inner.${name}` };
      }
      default:
        return node;
    }
  }
}

function hasOnlyTcpdumpNames(node: Node): boolean {
  if (node.kind === 'word') return ONLY_TCPDUMP.includes(node.text);
  if (node.kind === 'not') return hasOnlyTcpdumpNames(node.operand);
  return (node.kind === 'and' || node.kind === 'or') && node.operands.some(hasOnlyTcpdumpNames);
}

function isValue(word: string): boolean {
  return (
    DECIMAL.test(word) ||
    ipv4Literal(word) !== undefined ||
    ipv6Literal(word) !== undefined ||
    macLiteral(word) !== undefined
  );
}
