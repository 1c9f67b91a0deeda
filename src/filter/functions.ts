/** The functions of the filter language. */
import { hexOctets, ipv6Text } from '../dissect/value.ts';
import type { CallNode, Node } from './ast.ts';
import type { LiteralTarget } from './literal.ts';
import { didYouMean } from './near-names.ts';
import { derived, type Each, type Operand } from './operand.ts';
import { utf8Octets } from './quoted.ts';
import type { Scope } from './scope.ts';
import { isOctets, TYPE_WORDS, type Value, type ValueType } from './value.ts';

type CompileOperand = (node: Node, beside?: LiteralTarget) => Operand;
type FilterFunction = (scope: Scope, call: CallNode, compile: CompileOperand) => Operand;

const NANOS_PER_SECOND = 1_000_000_000n;

/** Functions by name. Each gives no value where its argument has none. */
const FUNCTIONS: Readonly<Record<string, FilterFunction>> = {
  len: each('number', octetLength),
  upper: each(
    'text',
    caseChange((text) => text.toUpperCase()),
    ['text'],
  ),
  lower: each(
    'text',
    caseChange((text) => text.toLowerCase()),
    ['text'],
  ),
  string: each('text', textForm, ['number', 'boolean', 'ipv4', 'ipv6', 'ether', 'time', 'duration']),
  abs: each('same', () => magnitude, ['number', 'duration']),
  count,
  max: extreme((a, b) => a > b),
  min: extreme((a, b) => a < b),
};

/** Names of the functions. */
const FUNCTION_NAMES: readonly string[] = Object.keys(FUNCTIONS);

/** The operand a call stands for. */
export function callOperand(scope: Scope, call: CallNode, compile: CompileOperand): Operand {
  const known = Object.hasOwn(FUNCTIONS, call.name) ? FUNCTIONS[call.name] : undefined;
  if (known === undefined) {
    const end = call.at + call.name.length;
    return scope.fail(`no function is named '${call.name}'${didYouMean(call.name, FUNCTION_NAMES)}`, {
      at: call.at,
      end,
    });
  }
  return known(scope, call, compile);
}

function onlyArgument(scope: Scope, call: CallNode, compile: CompileOperand): Operand {
  const [argument] = call.operands;
  if (argument === undefined || call.operands.length > 1) return scope.fail(`${call.name}() takes one argument`, call);
  if (scope.isLiteral(argument) && argument.kind !== 'word') scope.fail(`${call.name}() takes a field`, argument);
  return compile(argument);
}

/** A function of each value; `types` are those it takes, where it does not take all. */
function each(
  result: ValueType | 'same',
  change: (operand: Operand) => (value: Value) => Value,
  types?: readonly ValueType[],
): FilterFunction {
  return (scope, call, compile) => {
    const operand = onlyArgument(scope, call, compile);
    if (types !== undefined && !types.includes(operand.type)) {
      scope.fail(`${call.name}() does not take ${TYPE_WORDS[operand.type]}, as ${operand.name} is`, call);
    }
    const changed = change(operand);
    const eachChanged: Each = (context, take) => operand.each(context, (value) => take(changed(value)));
    return derived(result === 'same' ? operand.type : result, `${call.name}(${operand.name})`, eachChanged);
  };
}

/** Octets of a value: of text and octets its own, of numbers those of the field. */
function octetLength({ type, fields }: Operand): (value: Value) => number {
  if (isOctets(type)) return (value) => String(value).length;
  if (type === 'text') return (value) => utf8Octets(String(value)).length;
  const width = type === 'ipv4' ? 4 : (fields[0]?.octetWidth ?? 8);
  return () => width;
}

function caseChange(change: (text: string) => string): () => (value: Value) => string {
  return () => (value) => change(String(value));
}

function magnitude(value: Value): Value {
  if (typeof value === 'string') return value;
  return value < 0 ? -value : value;
}

function textForm({ type }: Operand): (value: Value) => string {
  switch (type) {
    case 'boolean':
      return (value) => (value === 0 ? 'False' : 'True');
    case 'ipv4':
      return (value) => [24, 16, 8, 0].map((shift) => (Number(value) >>> shift) & 0xff).join('.');
    case 'ipv6':
      return (value) => ipv6Text(viewOf(String(value)), 0);
    case 'ether':
      return (value) => hexOctets(viewOf(String(value)), 0, 6);
    case 'time':
    case 'duration':
      return (value) => secondsText(BigInt(value));
    default:
      return String;
  }
}

/** Nanoseconds as seconds with nine decimals. */
export function secondsText(nanos: bigint): string {
  const whole = (nanos < 0 ? -nanos : nanos) / NANOS_PER_SECOND;
  const rest = (nanos < 0 ? -nanos : nanos) % NANOS_PER_SECOND;
  return `${nanos < 0 ? '-' : ''}${whole}.${rest.toString().padStart(9, '0')}`;
}

function viewOf(octets: string): DataView {
  return new DataView(Uint8Array.from(octets, (octet) => octet.charCodeAt(0)).buffer);
}

/** How often a field occurs; no value where it does not. */
function count(scope: Scope, call: CallNode, compile: CompileOperand): Operand {
  const operand = onlyArgument(scope, call, compile);
  const eachCount: Each = (context, take) => {
    let found = 0;
    operand.each(context, () => {
      found += 1;
      return false;
    });
    return found > 0 && take(found);
  };
  return derived('number', `count(${operand.name})`, eachCount);
}

/** The value of all arguments that goes before the others. */
function extreme(isBetter: (a: Value, b: Value) => boolean): FilterFunction {
  return (scope, call, compile) => {
    const { name, operands } = call;
    const model = operands.find((operand) => !scope.isLiteral(operand));
    if (model === undefined) return scope.fail(`${name}() takes at least one field`, call);
    const like = compile(model);
    const compiled = operands.map((operand) => (operand === model ? like : compile(operand, like)));
    const other = compiled.findIndex(({ type }) => type !== like.type);
    if (other >= 0) {
      scope.fail(
        `${name}() takes values of one type, not ${TYPE_WORDS[like.type]} and ${TYPE_WORDS[compiled[other]!.type]}`,
        operands[other]!,
      );
    }
    const eachBest: Each = (context, take) => {
      let best: Value | undefined;
      for (const operand of compiled) {
        let isFound = false;
        operand.each(context, (value) => {
          isFound = true;
          if (best === undefined || isBetter(value, best)) best = value;
          return false;
        });
        if (!isFound) return false;
      }
      return best !== undefined && take(best);
    };
    return derived(like.type, `${name}()`, eachBest);
  };
}
