/** Expressions of the subset that hot closures are written in. */
import type {
  AssignmentExpression,
  AssignmentTarget,
  CallExpression,
  Expression,
  LogicalExpression,
  MemberExpression,
  UpdateExpression,
} from 'oxc-parser';
import { heldAs, type Operand } from './arithmetic.ts';
import { split, staticCondition } from './constant-parts.ts';
import type { FunctionCompiler } from './function-compiler.ts';
import { math } from './math.ts';
import { load, type Place, readView, store, writeView } from './memory-access.ts';
import { type Scope, UNDEFINED, type Value, type View } from './values.ts';

/** What an expression yields: a number at run time, nothing, or what is known while compiling. */
export type Result = Operand | Value | { readonly ref: number; readonly type: 'none' };

/** Compiles an expression to a number. */
export function number(fn: FunctionCompiler, expression: Expression, scope: Scope): Operand {
  return toNumber(fn, evaluate(fn, expression, scope), expression);
}

/** The number that a result is at run time. */
export function toNumber(fn: FunctionCompiler, result: Result, at: { type: string; start: number }): Operand {
  const { arithmetic, binaryen: module } = fn.out;
  if ('ref' in result) {
    if (result.type === 'none') throw fn.error(at, 'a value is needed, and there is none');
    return result;
  }
  switch (result.kind) {
    case 'number':
      return arithmetic.constant(result.value);
    case 'boolean':
      return arithmetic.truth(result.value);
    case 'local':
      return { ref: module.local.get(result.index, heldAs(result.type)), type: result.type };
    case 'scalar':
      return fn.out.read(result);
    default:
      throw fn.error(at, `${result.kind} is no number`);
  }
}

/** Compiles an expression to a truth value. */
export function condition(fn: FunctionCompiler, expression: Expression, scope: Scope): Operand | boolean {
  const result = evaluate(fn, expression, scope);
  if ('kind' in result) {
    if (result.kind === 'undefined') return false;
    if (result.kind === 'boolean') return result.value;
  }
  const operand = toNumber(fn, result, expression);
  if (operand.type === 'f64') throw fn.error(expression, 'a double is no condition');
  return operand;
}

/** Compiles an expression. */
export function evaluate(fn: FunctionCompiler, expression: Expression, scope: Scope): Result {
  const { arithmetic } = fn.out;
  switch (expression.type) {
    case 'ParenthesizedExpression':
      return evaluate(fn, expression.expression, scope);
    case 'Literal':
      if (typeof expression.value === 'number') return { kind: 'number', value: expression.value };
      if (typeof expression.value === 'boolean') return { kind: 'boolean', value: expression.value };
      if (typeof expression.value === 'string') return { kind: 'string', value: expression.value };
      break;
    case 'Identifier':
      return named(fn, expression, scope);
    case 'ThisExpression':
      return fn.closure.self ?? fail(fn, expression, 'this is not known');
    case 'MemberExpression':
      return member(fn, expression, scope);
    case 'UnaryExpression':
      if (expression.operator === 'void') return UNDEFINED;
      if (expression.operator === '!') {
        const truth = condition(fn, expression.argument, scope);
        return typeof truth === 'boolean' ? { kind: 'boolean', value: !truth } : arithmetic.unary('!', truth);
      }
      if (!['-', '+', '~'].includes(expression.operator))
        return fail(fn, expression, `no operator ${expression.operator}`);
      return arithmetic.unary(expression.operator, number(fn, expression.argument, scope));
    case 'BinaryExpression':
      return binary(fn, expression, scope);
    case 'LogicalExpression':
      return logical(fn, expression, scope);
    case 'ConditionalExpression':
      return conditional(fn, expression, scope);
    case 'AssignmentExpression':
      return assignment(fn, expression, scope);
    case 'UpdateExpression':
      return update(fn, expression, scope);
    case 'CallExpression':
      return call(fn, expression, scope);
    default:
  }
  return fail(fn, expression, 'not in the subset');
}

function fail(fn: FunctionCompiler, at: { type: string; start: number }, message: string): never {
  throw fn.error(at, message);
}

function named(fn: FunctionCompiler, identifier: Expression & { type: 'Identifier' }, scope: Scope): Value {
  const { name } = identifier;
  if (name === 'undefined') return UNDEFINED;
  return scope.find(name) ?? fail(fn, identifier, `nothing is known of ${name}`);
}

function member(fn: FunctionCompiler, expression: MemberExpression, scope: Scope): Result {
  const object = evaluate(fn, expression.object as Expression, scope);
  if ('ref' in object) return fail(fn, expression, 'a member of a number');
  if (expression.computed) {
    if (object.kind !== 'column') return fail(fn, expression, `an element of ${object.kind}`);
    return load(fn, object, placeOf(fn, expression.property as Expression, scope));
  }
  const name = (expression.property as { name: string }).name;
  if (object.kind === 'column' && name === 'length') {
    return typeof object.length === 'number' ? { kind: 'number', value: object.length } : object.length;
  }
  const value = object.kind === 'object' ? object.member(name) : undefined;
  return value ?? fail(fn, expression, `nothing is known of ${name}`);
}

function binary(fn: FunctionCompiler, expression: Expression & { type: 'BinaryExpression' }, scope: Scope): Result {
  const { operator } = expression;
  if (!BINARY.includes(operator)) return fail(fn, expression, `no operator ${operator}`);
  const quotient = wholeQuotient(fn, expression, scope);
  if (quotient !== undefined) return quotient;
  const left = evaluate(fn, expression.left as Expression, scope);
  const right = evaluate(fn, expression.right, scope);
  if ((operator === '===' || operator === '!==') && (isUndefined(left) || isUndefined(right))) {
    return { kind: 'boolean', value: (isUndefined(left) && isUndefined(right)) === (operator === '===') };
  }
  return fn.out.arithmetic.binary(operator, toNumber(fn, left, expression.left), toNumber(fn, right, expression.right));
}

/** A quotient of 32 bits that is cut to them at once, such as `(a / 10) | 0`: a division of integers. */
function wholeQuotient(
  fn: FunctionCompiler,
  { operator, left, right }: Expression & { type: 'BinaryExpression' },
  scope: Scope,
): Operand | undefined {
  if ((operator !== '|' && operator !== '>>>') || right.type !== 'Literal' || right.value !== 0) return undefined;
  const quotient = left.type === 'ParenthesizedExpression' ? left.expression : left;
  if (quotient.type !== 'BinaryExpression' || quotient.operator !== '/') return undefined;
  const divisor = number(fn, quotient.right, scope);
  if (divisor.type !== 'i32' || (divisor.constant ?? 0) <= 0) return undefined;
  const dividend = number(fn, quotient.left as Expression, scope);
  if (dividend.type === 'f64') return undefined;
  const { i32 } = fn.out.binaryen;
  const divide = dividend.type === 'u32' ? i32.div_u : i32.div_s;
  return { ref: divide(dividend.ref, divisor.ref), type: operator === '|' ? 'i32' : 'u32' };
}

/** Operators of two numbers, as `Arithmetic` has them. */
const BINARY = ['+', '-', '*', '/', '&', '|', '^', '<<', '>>', '>>>', '===', '!==', '<', '<=', '>', '>='];

function isUndefined(result: Result): boolean {
  return 'kind' in result && result.kind === 'undefined';
}

function logical(fn: FunctionCompiler, expression: LogicalExpression, scope: Scope): Result {
  const { binaryen: module } = fn.out;
  const isAnd = expression.operator === '&&';
  if (!isAnd && expression.operator !== '||') return fail(fn, expression, 'not in the subset');
  const left = condition(fn, expression.left, scope);
  if (typeof left === 'boolean') {
    if (left !== isAnd) return { kind: 'boolean', value: left };
    return evaluate(fn, expression.right, scope);
  }
  const right = toNumber(fn, evaluate(fn, expression.right, scope), expression.right);
  if (left.type !== 'bool' || right.type !== 'bool') return fail(fn, expression, 'a condition of numbers');
  const ref = isAnd
    ? module.if(left.ref, right.ref, module.i32.const(0))
    : module.if(left.ref, module.i32.const(1), right.ref);
  return { ref, type: 'bool' };
}

function conditional(
  fn: FunctionCompiler,
  expression: Expression & { type: 'ConditionalExpression' },
  scope: Scope,
): Result {
  const { arithmetic, binaryen: module } = fn.out;
  const test = condition(fn, expression.test, scope);
  if (typeof test === 'boolean') return evaluate(fn, test ? expression.consequent : expression.alternate, scope);
  const yes = number(fn, expression.consequent, scope);
  const no = number(fn, expression.alternate, scope);
  const isDouble = yes.type === 'f64' || no.type === 'f64';
  const type = isDouble ? 'f64' : arithmetic.fits(no, yes.type) ? yes.type : no.type;
  if (!arithmetic.fits(yes, type)) return fail(fn, expression, `numbers of ${yes.type} and of ${no.type}`);
  return { ref: module.if(test.ref, arithmetic.as(yes, type), arithmetic.as(no, type)), type };
}

function assignment(fn: FunctionCompiler, expression: AssignmentExpression, scope: Scope): Result {
  const { operator, left } = expression;
  let value = number(fn, expression.right, scope);
  if (operator !== '=') {
    if (!BINARY.includes(operator.slice(0, -1))) return fail(fn, expression, `no operator ${operator}`);
    value = fn.out.arithmetic.binary(operator.slice(0, -1), number(fn, left as Expression, scope), value);
  }
  return { ref: assign(fn, left, value, scope), type: 'none' };
}

function update(fn: FunctionCompiler, expression: UpdateExpression, scope: Scope): Result {
  const { arithmetic } = fn.out;
  const { operator, argument } = expression;
  const target = evaluate(fn, argument as Expression, scope);
  const sum = arithmetic.binary(operator[0]!, toNumber(fn, target, expression), arithmetic.constant(1));
  return { ref: assign(fn, argument, sum, scope), type: 'none' };
}

/** Compiles an assignment, which yields nothing. */
function assign(fn: FunctionCompiler, target: AssignmentTarget, value: Operand, scope: Scope): number {
  const { arithmetic, binaryen: module } = fn.out;
  if (target.type === 'MemberExpression' && target.computed) {
    const object = evaluate(fn, target.object as Expression, scope);
    if ('ref' in object || object.kind !== 'column') return fail(fn, target, 'no column');
    return store(fn, object, placeOf(fn, target.property as Expression, scope), value);
  }
  const place = evaluate(fn, target as Expression, scope);
  if ('kind' in place) {
    if (place.kind === 'local') {
      if (!arithmetic.fits(value, place.type))
        return fail(fn, target, `a number of ${value.type} for one of ${place.type}`);
      return module.local.set(place.index, arithmetic.as(value, place.type));
    }
    if (place.kind === 'scalar') return fn.out.write(place, value);
  }
  return fail(fn, target, 'nothing that can be assigned to');
}

function call(fn: FunctionCompiler, expression: CallExpression, scope: Scope): Result {
  const { callee } = expression;
  if (callee.type === 'MemberExpression' && !callee.computed) {
    const name = (callee.property as { name: string }).name;
    if (callee.object.type === 'Identifier' && callee.object.name === 'Math') {
      const operands = expression.arguments.map((argument) => number(fn, argument as Expression, scope));
      return math(fn, name, operands) ?? fail(fn, expression, `Math.${name} of these numbers is not in the subset`);
    }
    const object = evaluate(fn, callee.object as Expression, scope);
    if ('kind' in object && object.kind === 'view') return octetsOf(fn, object, name, expression, scope);
  }
  const target = evaluate(fn, callee as Expression, scope);
  if ('ref' in target) return fail(fn, expression, 'a call of a number');
  const args = expression.arguments.map((argument) => evaluate(fn, argument as Expression, scope));
  if (target.kind === 'evaluated') return target.call(args.map((arg) => ('kind' in arg ? arg : undefined)));
  const operands = args.map((arg, i) =>
    'kind' in arg && isKnown(arg) ? arg : toNumber(fn, arg, expression.arguments[i]!),
  );
  const numbers = operands.filter((operand): operand is Operand => 'ref' in operand);
  const { arithmetic, binaryen: module } = fn.out;
  if (target.kind === 'import') {
    const name = fn.out.import(target, numbers.length);
    const refs = numbers.map((operand, i) => arithmetic.as(operand, target.params?.[i] ?? 'i32'));
    const type = target.result;
    return { ref: module.call(name, refs, type === 'none' ? 0 : heldAs(type)), type } as Result;
  }
  if (target.kind !== 'function') return fail(fn, expression, `a call of ${target.kind}`);
  const { name, result } = fn.out.function(target, operands);
  return {
    ref: module.call(
      name,
      numbers.map(({ ref }) => ref),
      result === 'none' ? 0 : heldAs(result),
    ),
    type: result,
  } as Result;
}

/** A call of a DataView's method, which reads or writes octets. */
function octetsOf(fn: FunctionCompiler, view: View, method: string, call: CallExpression, scope: Scope): Result {
  const args = call.arguments as Expression[];
  const at = args[0] ?? fail(fn, call, 'an argument is missing');
  const writes = method.startsWith('set');
  const order = args[writes ? 2 : 1];
  const isLittle = order !== undefined && staticCondition(order, scope);
  if (isLittle === undefined) return fail(fn, call, 'an order of octets that is not known');
  const place = placeOf(fn, at, scope);
  const done = writes
    ? writeView(
        fn,
        view,
        method,
        place,
        number(fn, args[1] ?? fail(fn, call, 'an argument is missing'), scope),
        isLittle,
      )
    : readView(fn, view, method, place, isLittle);
  return done ?? fail(fn, call, `${method} is not in the subset`);
}

/** A sum with its numbers apart: they become a part of the instruction. */
function placeOf(fn: FunctionCompiler, expression: Expression, scope: Scope): Place {
  const { constant, rest } = split(expression);
  return { constant, index: rest && number(fn, rest, scope) };
}

/** What is known while compiling is no number at run time. */
export function isKnown(value: Value): boolean {
  return value.kind !== 'number' && value.kind !== 'local' && value.kind !== 'scalar' && value.kind !== 'boolean';
}
