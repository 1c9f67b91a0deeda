/** Compiles comparisons and memberships to predicates. */

import { prefixMask } from '../dissect/address-literal.ts';
import type { ComparisonNode, ComparisonOperator, MembershipNode, Node, Quantifier } from './ast.ts';
import { leadingBits } from './calculation.ts';
import type { FilterContext } from './context.ts';
import { collector, compileOperand, compilePair, MAX_PAIRS } from './expression.ts';
import type { FieldTarget } from './field-target.ts';
import { type Constant, constantOf, octetsConstant } from './literal.ts';
import { type Each, type EachSpan, type Operand, textOf } from './operand.ts';
import type { Scope } from './scope.ts';
import { isOctets, TYPE_WORDS, type Value, type ValueType } from './value.ts';

/** Whether a packet is selected. */
export type Predicate = (context: FilterContext) => boolean;
type Relation = (a: Value, b: Value) => boolean;
type Test = (value: Value) => boolean;

/** Declarations of a number that are compared without a search: both ends of a name such as `tcp.port`. */
const MOST_TARGETS = 2;

const EQUAL: Relation = (a, b) => a === b;

const RELATIONS: Readonly<Record<Exclude<ComparisonOperator, 'matches'>, Relation>> = {
  '==': EQUAL,
  '===': EQUAL,
  '!=': (a, b) => a !== b,
  '!==': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  contains: (a, b) => String(a).includes(String(b)),
};

/** Octets are ordered by their number first, as in Wireshark 4.0, then one by one. */
function octetOrder(relation: Relation): Relation {
  return (a, b) => {
    const left = String(a);
    const right = String(b);
    return left.length === right.length ? relation(left, right) : relation(left.length, right.length);
  };
}

/** The relation of an operator between values of a type. */
function relationOf(operator: keyof typeof RELATIONS, type: ValueType): Relation {
  const isOrder = operator === '<' || operator === '<=' || operator === '>' || operator === '>=';
  return isOrder && isOctets(type) ? octetOrder(RELATIONS[operator]) : RELATIONS[operator];
}

/** `!=` is the negation of `==` and so asks for all values to differ, `===` asks for all to be equal (Wireshark 4.0). */
function quantifierOf({ operator, quantifier }: ComparisonNode): Quantifier {
  return quantifier ?? (operator === '!=' || operator === '===' ? 'all' : 'any');
}

/** True where a value passes; 'all' asks for at least one value and for each to pass. */
function quantified(each: Each, test: Test, quantifier: Quantifier): Predicate {
  if (quantifier === 'any') return (context) => each(context, test);
  return (context) => {
    let isFound = false;
    const hasFailed = each(context, (value) => {
      isFound = true;
      return !test(value);
    });
    return isFound && !hasFailed;
  };
}

export function compileComparison(scope: Scope, node: ComparisonNode): Predicate {
  const { left, right, operator } = node;
  if (operator === 'matches') return compileMatches(scope, node);
  if (operator === 'contains') return compileContains(scope, node);
  if (scope.isLiteral(left) && scope.isLiteral(right)) failLiterals(scope, node);
  if (scope.isLiteral(right)) return withConstant(scope, node, compileOperand(scope, left), right, operator);
  if (scope.isLiteral(left)) {
    return withConstant(scope, node, compileOperand(scope, right), left, MIRRORED[operator]);
  }
  const [first, second] = compilePair(scope, left, right);
  const isComparable = first.type === second.type || (isOctets(first.type) && isOctets(second.type));
  if (!isComparable) {
    const words = `${first.name} is ${TYPE_WORDS[first.type]} and ${second.name} is ${TYPE_WORDS[second.type]}`;
    scope.fail(`${words}: they can't be compared`, node);
  }
  return pairs(first.each, second.each, relationOf(operator, first.type), quantifierOf(node));
}

/** The operator that says the same with the sides exchanged. */
const MIRRORED: Readonly<Record<Exclude<ComparisonOperator, 'matches' | 'contains'>, keyof typeof RELATIONS>> = {
  '==': '==',
  '===': '===',
  '!=': '!=',
  '!==': '!==',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

function failLiterals(scope: Scope, { left, right }: { readonly left: Node; readonly right: Node }): never {
  for (const node of [left, right]) {
    if (node.kind === 'word' && /^[a-z_]/i.test(node.text) && !node.text.includes(':')) scope.failUnknown(node);
  }
  return scope.fail('one side of a comparison is a field', left);
}

function withConstant(
  scope: Scope,
  node: ComparisonNode,
  operand: Operand,
  literal: Node,
  operator: keyof typeof RELATIONS,
): Predicate {
  const constant = constantOf(scope, literal, operand);
  checkRange(scope, operand, constant, literal);
  const relation = relationOf(operator, operand.type);
  const { value, bits } = constant;
  const quantifier = quantifierOf(node);
  const isWhole = bits === undefined || bits >= (operand.type === 'ipv4' ? 32 : 128);
  if (!isWhole) return quantified(operand.each, maskedTest(operand, constant, relation), quantifier);
  if (
    operand.numbers !== undefined &&
    operand.numbers.length <= MOST_TARGETS &&
    quantifier === 'any' &&
    typeof value === 'number'
  ) {
    return anyNumber(operand.numbers, operand.type === 'boolean', relation, value);
  }
  return quantified(operand.each, (found) => relation(found, value), quantifier);
}

/** Compares the leading bits alone, as a prefix length asks for. */
function maskedTest({ type }: Operand, { value, bits = 0 }: Constant, relation: Relation): Test {
  if (type === 'ipv4') {
    const mask = prefixMask(bits);
    const network = (Number(value) & mask) >>> 0;
    return (found) => relation((Number(found) & mask) >>> 0, network);
  }
  const network = leadingBits(String(value), bits);
  return (found) => relation(leadingBits(String(found), bits), network);
}

/** Numbers at fixed places are compared where they stand. */
function anyNumber(targets: readonly FieldTarget[], isBoolean: boolean, relation: Relation, value: number): Predicate {
  const [first, second] = targets.map(({ protocolId, field, fixed }) => {
    const needs = fixed?.needs ?? 0;
    const { get } = field;
    const test = isBoolean
      ? (view: DataView, at: number): boolean => relation(get(view, at) === 0 ? 0 : 1, value)
      : relation === EQUAL
        ? (view: DataView, at: number): boolean => get(view, at) === value
        : (view: DataView, at: number): boolean => relation(get(view, at), value);
    return ({ layers }: FilterContext): boolean => {
      const { count, protocol, start, payload } = layers;
      for (let row = 0; row < count; row++) {
        if (protocol[row] !== protocolId) continue;
        const at = start[row]!;
        if (at + needs <= payload[row]! && test(layers.viewOf(row), at)) return true;
      }
      return false;
    };
  });
  if (first === undefined) return () => false;
  return second === undefined ? first : (context) => first(context) || second(context);
}

/** A number that the field can't hold is a mistake: the comparison would be the same for each packet. */
function checkRange(scope: Scope, { type, name, fields }: Operand, { value }: Constant, literal: Node): void {
  if (type !== 'number' || fields.length === 0 || typeof value === 'string') return;
  if (!fields.every(({ kind }) => kind === 'uint' || kind === 'uint64')) return;
  const most = Math.max(
    ...fields.map(({ bitWidth, scale }) => (bitWidth === 0 ? Infinity : (2 ** bitWidth - 1) * scale)),
  );
  if (value > most) scope.fail(`${value} is more than ${name} can hold, at most ${most}`, literal);
  if (value < 0) scope.fail(`${value} is less than ${name} can hold, at least 0`, literal);
}

/** All values of one side with all of the other. */
function pairs(left: Each, right: Each, relation: Relation, quantifier: Quantifier): Predicate {
  const collectLeft = collector(left);
  const collectRight = collector(right);
  const isAny = quantifier === 'any';
  return (context) => {
    const lefts = collectLeft(context);
    const rights = lefts.length === 0 ? lefts : collectRight(context);
    if (rights.length === 0) return false;
    let tried = 0;
    for (const a of lefts) {
      for (const b of rights) {
        if (relation(a, b) === isAny) return isAny;
        if (++tried > MAX_PAIRS) return !isAny;
      }
    }
    return !isAny;
  };
}

function compileContains(scope: Scope, node: ComparisonNode): Predicate {
  const operand = compileOperand(scope, node.left);
  const { type, name } = operand;
  const isSearchable = type === 'text' || (isOctets(type) && type !== 'ipv6');
  if (!isSearchable) {
    const help = type === 'protocol' ? '' : `; string(${name}) makes text of it`;
    scope.fail(`${name} is ${TYPE_WORDS[type]}, in which nothing can be searched${help}`, node.left);
  }
  const { reach } = operand;
  const each = reach === undefined ? operand.each : textOf(reach);
  const quantifier = quantifierOf(node);
  if (scope.isLiteral(node.right)) {
    if (type === 'text') {
      const searched = String(constantOf(scope, node.right, operand).value);
      return quantified(each, (value) => String(value).includes(searched), quantifier);
    }
    const searched = octetsConstant(scope, node.right, name);
    if (reach !== undefined && quantifier === 'any') return anySpan(reach, searched);
    return quantified(each, (value) => String(value).includes(searched), quantifier);
  }
  const right = compileOperand(scope, node.right);
  if ((type === 'text') !== (right.type === 'text') || (type !== 'text' && !isOctets(right.type))) {
    scope.fail(`${name} is ${TYPE_WORDS[type]} and can't contain ${TYPE_WORDS[right.type]}`, node);
  }
  return pairs(each, right.each, RELATIONS.contains, quantifier);
}

/** Octets are searched where they stand. */
function anySpan(each: EachSpan, searched: string): Predicate {
  const octets = Uint8Array.from(searched, (octet) => octet.charCodeAt(0));
  return (context) => each(context, (view, start, end) => includesOctets(view, start, end, octets));
}

function includesOctets(view: DataView, start: number, end: number, searched: Uint8Array): boolean {
  const octets = new Uint8Array(view.buffer, view.byteOffset + start, end - start);
  const [first] = searched;
  if (first === undefined) return true;
  for (let at = octets.indexOf(first); at >= 0; at = octets.indexOf(first, at + 1)) {
    let length = 1;
    while (length < searched.length && octets[at + length] === searched[length]) length += 1;
    if (length === searched.length) return true;
  }
  return false;
}

function compileMatches(scope: Scope, node: ComparisonNode): Predicate {
  const operand = compileOperand(scope, node.left);
  const { type, name } = operand;
  if (type !== 'text' && (!isOctets(type) || type === 'ipv6')) {
    scope.fail(`${name} is ${TYPE_WORDS[type]}; string(${name}) makes the text that 'matches' needs`, node.left);
  }
  if (node.right.kind !== 'text') scope.fail("behind 'matches' stands a regular expression in quotes", node.right);
  const { value } = constantOf(scope, node.right, { type: type === 'text' ? 'text' : 'bytes', name, fields: [] });
  if (scope.regex === undefined) throw new Error("a filter with 'matches' needs options.regex, or loadFilter");
  let test: Test;
  try {
    const regex = scope.regex.compile(String(value));
    test = (found) => regex.test(String(found));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    scope.fail(`not a regular expression: ${reason}`, node.right);
  }
  const { reach } = operand;
  return quantified(reach === undefined ? operand.each : textOf(reach), test, quantifierOf(node));
}

/** `in {…}`: whether a value is one of the members, or between two of them. */
export function compileMembership(scope: Scope, node: MembershipNode): Predicate {
  const { members } = node;
  if (scope.isLiteral(node.operand)) failLiterals(scope, { left: node.operand, right: node.operand });
  const operand = compileOperand(scope, node.operand);
  const quantifier = node.quantifier ?? 'any';
  const tests: Test[] = [];
  const plain = new Set<Value>();
  const fields: Predicate[] = [];
  for (const { from, to } of members) {
    if (!scope.isLiteral(from)) {
      if (to !== undefined) scope.fail('a range of a set is between two values', from);
      const { at, end, depth } = node;
      const left = node.operand;
      const comparison = { kind: 'comparison', operator: '==', quantifier, left, right: from, at, end, depth } as const;
      fields.push(compileComparison(scope, comparison));
      continue;
    }
    const first = constantOf(scope, from, operand);
    checkRange(scope, operand, first, from);
    if (to !== undefined) {
      const last = constantOf(scope, to, operand);
      checkRange(scope, operand, last, to);
      const isAtLeast = relationOf('>=', operand.type);
      const isAtMost = relationOf('<=', operand.type);
      tests.push((value) => isAtLeast(value, first.value) && isAtMost(value, last.value));
    } else if (first.bits === undefined) plain.add(first.value);
    else tests.push(maskedTest(operand, first, RELATIONS['==']));
  }
  if (plain.size > 0) tests.push((value) => plain.has(value));
  const test: Test = tests.length === 1 ? tests[0]! : (value) => tests.some((one) => one(value));
  const isMember = tests.length === 0 ? undefined : quantified(operand.each, test, quantifier);
  if (fields.length === 0 && isMember !== undefined) return isMember;
  return (context) => (isMember?.(context) ?? false) || fields.some((field) => field(context));
}
