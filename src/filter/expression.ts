/** Compiles operands: fields, slices, arithmetic and functions. */
import { MAX_LAYERS } from '../dissect/layers.ts';
import type { ArithmeticNode, IndexRange, NegativeNode, Node, SliceNode } from './ast.ts';
import { calculate, settle } from './calculation.ts';
import type { FilterContext } from './context.ts';
import { callOperand } from './functions.ts';
import { constantOf, type LiteralTarget } from './literal.ts';
import { derived, type Each, nameOperand, type Operand } from './operand.ts';
import { utf8Octets } from './quoted.ts';
import type { Scope } from './scope.ts';
import { isOctets, TYPE_WORDS, type Value, type ValueType } from './value.ts';

/**
 * Pairs that an operator looks at where both sides have several values: each layer of a packet with each other. A packet with thousands of
 * values on each side must not stop a listing.
 */
export const MAX_PAIRS = MAX_LAYERS * MAX_LAYERS;

/** The operand a node stands for. Literals take the type of `beside`; alone they are numbers or text. */
export function compileOperand(scope: Scope, node: Node, beside?: LiteralTarget): Operand {
  if (scope.isLiteral(node) && (beside !== undefined || node.kind !== 'word')) {
    return literalOperand(scope, node, beside);
  }
  switch (node.kind) {
    case 'word':
      return nameOperand(scope, node);
    case 'slice':
      return sliceOperand(scope, node);
    case 'call':
      return callOperand(scope, node, (operand, like) => compileOperand(scope, operand, like));
    case 'negative':
      return negativeOperand(scope, node);
    case 'arithmetic':
      return arithmeticOperand(scope, node);
    default:
      return scope.fail('a field or a value is expected here, not a test', node);
  }
}

function literalOperand(scope: Scope, node: Node, beside: LiteralTarget | undefined): Operand {
  const type: ValueType = node.kind === 'text' ? 'text' : 'number';
  const target = beside ?? { type, name: 'a value alone', fields: [] };
  const { value } = constantOf(scope, node, target);
  return derived(target.type, 'the value', (_context, take) => take(value));
}

/** Both sides of an operator, each literal with the type of the other side. */
export function compilePair(scope: Scope, left: Node, right: Node): [Operand, Operand] {
  if (scope.isLiteral(left)) {
    const second = compileOperand(scope, right);
    return [compileOperand(scope, left, second), second];
  }
  const first = compileOperand(scope, left);
  return [first, compileOperand(scope, right, first)];
}

/** Collects an operand's values, into the same array each time. */
export function collector(each: Each): (context: FilterContext) => readonly Value[] {
  const values: Value[] = [];
  const keep = (value: Value): boolean => {
    values.push(value);
    return false;
  };
  return (context) => {
    values.length = 0;
    each(context, keep);
    return values;
  };
}

function sliceOperand(scope: Scope, node: SliceNode): Operand {
  const operand = compileOperand(scope, node.operand);
  const { type, name } = operand;
  let octets: (value: Value) => string;
  if (isOctets(type)) octets = String;
  else if (type === 'text') octets = (value) => utf8Octets(String(value));
  else if (type === 'ipv4') octets = ipv4Octets;
  else return scope.fail(`${name} is ${TYPE_WORDS[type]}, of which no slice can be taken`, node);
  const { parts } = node;
  const each: Each = (context, take) =>
    operand.each(context, (value) => {
      const slice = cut(octets(value), parts);
      return slice !== undefined && take(slice);
    });
  return derived('bytes', `a slice of ${name}`, each);
}

function ipv4Octets(value: Value): string {
  const address = Number(value);
  return String.fromCharCode(address >>> 24, (address >>> 16) & 0xff, (address >>> 8) & 0xff, address & 0xff);
}

/** The parts put together; undefined where one of them reaches beyond the octets. */
function cut(octets: string, parts: readonly IndexRange[]): string | undefined {
  let all = '';
  for (const { start, length, last } of parts) {
    const from = start < 0 ? octets.length + start : start;
    let to = length === undefined ? octets.length : from + length;
    if (last !== undefined) to = (last < 0 ? octets.length + last : last) + 1;
    if (from < 0 || from >= to || to > octets.length) return undefined;
    all += octets.slice(from, to);
  }
  return all;
}

function negativeOperand(scope: Scope, node: NegativeNode): Operand {
  const operand = compileOperand(scope, node.operand);
  const { type, name } = operand;
  if (type !== 'number' && type !== 'duration')
    scope.fail(`${name} is ${TYPE_WORDS[type]}, which has no negative`, node);
  const each: Each = (context, take) =>
    operand.each(context, (value) => {
      const result = settle(type, calculate('-', typeof value === 'bigint' ? 0n : 0, value));
      return result !== undefined && take(result);
    });
  return derived(type, `-${name}`, each);
}

function arithmeticOperand(scope: Scope, node: ArithmeticNode): Operand {
  const { operator } = node;
  const isLeftLiteral = scope.isLiteral(node.left);
  const first = compileOperand(scope, isLeftLiteral ? node.right : node.left);
  const other = isLeftLiteral ? node.left : node.right;
  const second = compileOperand(scope, other, scope.isLiteral(other) ? besideOperator(node, first) : undefined);
  const [left, right] = isLeftLiteral ? [second, first] : [first, second];
  const type = resultType(scope, node, left, right);
  const collectLeft = collector(left.each);
  const collectRight = collector(right.each);
  const each: Each = (context, take) => {
    const lefts = collectLeft(context);
    const rights = collectRight(context);
    let pairs = 0;
    for (const a of lefts) {
      for (const b of rights) {
        if (++pairs > MAX_PAIRS) return false;
        const result = settle(type, calculate(operator, a, b));
        if (result !== undefined && take(result)) return true;
      }
    }
    return false;
  };
  return derived(type, `the result of ${operator}`, each);
}

/** What a literal on one side of an arithmetic operator is like: the other side, but for its words and its greatest value. */
function besideOperator({ operator }: ArithmeticNode, { type, name, fields }: Operand): LiteralTarget {
  if (operator === '&' && isOctets(type)) return { type: 'bytes', name, fields: [] };
  const fractional = fields.filter(({ kind }) => kind === 'number');
  return { type: type === 'time' ? 'duration' : type, name, fields: fractional };
}

function resultType(scope: Scope, node: ArithmeticNode, left: Operand, right: Operand): ValueType {
  const { operator } = node;
  const both = left.type === right.type;
  if (operator === '&') {
    if (both && (left.type === 'number' || left.type === 'ipv4' || left.type === 'boolean')) return left.type;
    if (isOctets(left.type) && isOctets(right.type)) return 'bytes';
  } else {
    if (both && left.type === 'number') return 'number';
    if (operator === '+' || operator === '-') {
      if (both && left.type === 'duration') return 'duration';
      if (both && left.type === 'time' && operator === '-') return 'duration';
      if (left.type === 'time' && right.type === 'duration') return 'time';
    }
  }
  const words = both ? TYPE_WORDS[left.type] : `${TYPE_WORDS[left.type]} and ${TYPE_WORDS[right.type]}`;
  return scope.fail(`${operator} does not work on ${words}`, node);
}
