/** Literals as values of the type they are compared with. */

import { ipv4Literal, ipv6Literal, macLiteral, octetsLiteral } from '../dissect/address-literal.ts';
import type { Field } from '../dissect/field.ts';
import { utf8Text } from '../dissect/value.ts';
import type { Node } from './ast.ts';
import { calculate, settle } from './calculation.ts';
import { didYouMean } from './near-names.ts';
import type { Scope } from './scope.ts';
import { durationLiteral, timeLiteral } from './time-literal.ts';
import { exactNumber, TYPE_WORDS, type Value, type ValueType } from './value.ts';

/** A value known before any packet. */
export interface Constant {
  readonly value: Value;
  /** Leading bits of an address that count; undefined for all. */
  readonly bits: number | undefined;
}

/** What a literal is compared with. */
export interface LiteralTarget {
  readonly type: ValueType;
  readonly name: string;
  readonly fields: readonly Field[];
}

const HEXADECIMAL = /^0x[0-9a-f]+$/i;
const BINARY = /^0b[01]+$/i;
const OCTAL = /^0[0-7]+$/;
const DECIMAL = /^(?:0|[1-9][0-9]*)$/;
const FRACTION = /^[0-9]+\.[0-9]+$/;
const ONE_OCTET = /^0x[0-9a-f]{1,2}$/i;
/** No field holds more. */
const MOST = 2n ** 64n - 1n;
const BOOLEANS: Readonly<Record<string, number>> = { true: 1, set: 1, false: 0, 'not set': 0 };

/** The characters that octets stand for in UTF-8. */
function textOfOctets(octets: string): string {
  const { buffer } = Uint8Array.from(octets, (octet) => octet.charCodeAt(0));
  return utf8Text(new DataView(buffer), 0, octets.length);
}

/** A whole number in decimal, `0x`, `0b` or octal (leading 0) notation; undefined where the text is none or passes 64 bits. */
export function wholeNumber(text: string): number | bigint | undefined {
  let value: bigint | undefined;
  if (HEXADECIMAL.test(text) || BINARY.test(text) || DECIMAL.test(text)) value = BigInt(text.toLowerCase());
  else if (OCTAL.test(text)) value = BigInt(`0o${text.slice(1)}`);
  return value === undefined || value > MOST ? undefined : exactNumber(value);
}

/** The value a literal has beside `target`. Throws FilterError where it can't be one. */
export function constantOf(scope: Scope, node: Node, target: LiteralTarget): Constant {
  switch (node.kind) {
    case 'negative':
    case 'arithmetic':
      return { value: calculated(scope, node, target), bits: undefined };
    case 'character':
      if (target.type === 'number' || target.type === 'boolean') return { value: node.code, bits: undefined };
      if (target.type === 'bytes' || target.type === 'protocol' || target.type === 'text') {
        return { value: String.fromCharCode(node.code), bits: undefined };
      }
      return scope.fail(`a character is not ${TYPE_WORDS[target.type]}`, node);
    case 'text': {
      if (target.type === 'text') return { value: textOfOctets(node.octets), bits: undefined };
      if (target.type === 'bytes' || target.type === 'protocol') return { value: node.octets, bits: undefined };
      const word = textOfOctets(node.octets);
      return parse(word, target) ?? scope.fail(explain(scope, `"${word}"`, word, target), node);
    }
    case 'word': {
      if (target.type === 'text') return { value: node.text, bits: undefined };
      return parse(node.text, target) ?? scope.fail(explain(scope, `'${node.text}'`, node.text, target), node);
    }
    default:
      return scope.fail('a value is expected here', node);
  }
}

function calculated(scope: Scope, node: Node, target: LiteralTarget): Value {
  const { type } = target;
  if (type !== 'number' && type !== 'time' && type !== 'duration') {
    return scope.fail(`a calculated number is not ${TYPE_WORDS[type]}`, node);
  }
  if (node.kind === 'negative') {
    const value = calculated(scope, node.operand, target);
    return settle(type, calculate('-', typeof value === 'bigint' ? 0n : 0, value)) ?? 0;
  }
  if (node.kind !== 'arithmetic') return constantOf(scope, node, { ...target, fields: [] }).value;
  const left = calculated(scope, node.left, target);
  const right = calculated(scope, node.right, target);
  const result = settle(type, calculate(node.operator, left, right));
  return result === undefined ? scope.fail("a number can't be divided by 0", node) : result;
}

function parse(word: string, { type, fields }: LiteralTarget): Constant | undefined {
  const all = (value: Value | undefined): Constant | undefined =>
    value === undefined ? undefined : { value, bits: undefined };
  switch (type) {
    case 'number':
      return all(wholeNumber(word) ?? fraction(word, fields) ?? namedValue(word, fields));
    case 'boolean': {
      const number = wholeNumber(word);
      return all(
        number === undefined ? (BOOLEANS[word.toLowerCase()] ?? namedValue(word, fields)) : Number(number !== 0),
      );
    }
    case 'ipv4':
      return ipv4Literal(word);
    case 'ipv6':
      return ipv6Literal(word);
    case 'ether':
      return all(macLiteral(word));
    case 'time':
      return all(timeLiteral(word));
    case 'duration':
      return all(durationLiteral(word));
    case 'text':
      return all(word);
    default:
      return all(ONE_OCTET.test(word) ? String.fromCharCode(Number(word)) : octetsLiteral(word));
  }
}

function fraction(word: string, fields: readonly Field[]): number | undefined {
  const isFractional = fields.some(({ kind }) => kind === 'number');
  return isFractional && FRACTION.test(word) ? Number(word) : undefined;
}

/** The code point that a declared field shows as this word. */
function namedValue(word: string, fields: readonly Field[]): number | undefined {
  const wanted = word.toLowerCase();
  for (const { values } of fields) {
    for (const [code, name] of Object.entries(values ?? {})) if (name.toLowerCase() === wanted) return Number(code);
  }
  return undefined;
}

function explain(scope: Scope, shown: string, word: string, { type, name, fields }: LiteralTarget): string {
  const words = fields.flatMap(({ values }) => Object.values(values ?? {}));
  const near = didYouMean(word, words) || scope.near(word);
  const isAddress = ipv4Literal(word) !== undefined || ipv6Literal(word) !== undefined || isHost(word, type);
  if (isAddress && (type === 'ipv4' || type === 'ipv6')) {
    return `${shown} is not ${TYPE_WORDS[type]}, as ${name} is${isHost(word, type) ? '; names of hosts are not looked up' : ''}`;
  }
  const named = words.length > 0 ? ' or a word for one' : '';
  return `${shown} is not ${TYPE_WORDS[type]}${named}, as ${name} is${near}`;
}

function isHost(word: string, type: ValueType): boolean {
  return (type === 'ipv4' || type === 'ipv6') && /^[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*$/i.test(word);
}

/** Octets of a literal beside `contains`, for any operand of octets. */
export function octetsConstant(scope: Scope, node: Node, name: string): string {
  const { value } = constantOf(scope, node, { type: 'bytes', name, fields: [] });
  return typeof value === 'string' ? value : '';
}
