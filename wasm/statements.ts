/** Statements of the subset that hot closures are written in. */
import type {
  BreakStatement,
  ContinueStatement,
  Expression,
  ForStatement,
  IfStatement,
  Statement,
  SwitchStatement,
  VariableDeclaration,
} from 'oxc-parser';
import { staticCondition } from './constant-parts.ts';
import { condition, evaluate, isKnown, number, toNumber } from './expressions.ts';
import type { FunctionCompiler, Jump } from './function-compiler.ts';
import { Scope } from './values.ts';

/** Compiles the body of a function. */
export function compileBody(fn: FunctionCompiler): number[] {
  const { body } = fn.closure.node;
  if (body?.type !== 'BlockStatement') {
    if (body === null || body === undefined) throw new Error('a function without a body');
    return [returned(fn, body as unknown as Expression, fn.scope)];
  }
  return compileAll(fn, body.body as Statement[], fn.scope);
}

function compileAll(fn: FunctionCompiler, statements: readonly Statement[], scope: Scope): number[] {
  return statements.flatMap((statement) => compile(fn, statement, scope));
}

function block(fn: FunctionCompiler, statements: readonly Statement[], outer: Scope): number {
  return fn.out.binaryen.block(null, compileAll(fn, statements, new Scope(outer)));
}

function compile(fn: FunctionCompiler, statement: Statement, scope: Scope, label?: string): number[] {
  const { binaryen: module } = fn.out;
  switch (statement.type) {
    case 'BlockStatement':
      return [block(fn, statement.body, scope)];
    case 'ExpressionStatement':
      return expressionStatement(fn, statement.expression, scope);
    case 'VariableDeclaration':
      return declare(fn, statement, scope);
    case 'IfStatement':
      return choice(fn, statement, scope);
    case 'ForStatement':
      return [loop(fn, statement, scope, label)];
    case 'WhileStatement':
      return [loop(fn, { init: null, update: null, test: statement.test, body: statement.body }, scope, label)];
    case 'SwitchStatement':
      return [choose(fn, statement, scope, label)];
    case 'LabeledStatement':
      return compile(fn, statement.body, scope, statement.label.name);
    case 'BreakStatement':
    case 'ContinueStatement':
      return [module.br(targetOf(fn, statement))];
    case 'ThrowStatement':
      return [module.unreachable()];
    case 'ReturnStatement':
      return [statement.argument === null ? module.return() : returned(fn, statement.argument, scope)];
    default:
      throw fn.error(statement, 'not in the subset');
  }
}

/** An `if`: branches around what is not to be done, for a truth value that is worked out first takes the processor five instructions more. */
function choice(fn: FunctionCompiler, { test, consequent, alternate }: IfStatement, scope: Scope): number[] {
  const { binaryen: module } = fn.out;
  const known = staticCondition(test, scope);
  if (known !== undefined) {
    const taken = known ? consequent : alternate;
    return taken === null ? [] : compile(fn, taken, scope);
  }
  if (alternate === null && (consequent.type === 'BreakStatement' || consequent.type === 'ContinueStatement')) {
    return branch(fn, test, scope, targetOf(fn, consequent), true);
  }
  const [otherwise, end] = [fn.block(), fn.block()];
  const yes = [...branch(fn, test, scope, otherwise, false), block(fn, [consequent], scope)];
  if (alternate === null) return [module.block(otherwise, yes)];
  const no = block(fn, [alternate], scope);
  return [module.block(end, [module.block(otherwise, [...yes, module.br(end)]), no])];
}

/** Goes to a block where a condition comes out as wanted. */
function branch(fn: FunctionCompiler, test: Expression, scope: Scope, target: string, wanted: boolean): number[] {
  const { binaryen: module } = fn.out;
  if (test.type === 'ParenthesizedExpression') return branch(fn, test.expression, scope, target, wanted);
  if (test.type === 'UnaryExpression' && test.operator === '!')
    return branch(fn, test.argument, scope, target, !wanted);
  const known = staticCondition(test, scope);
  if (known !== undefined) return known === wanted ? [module.br(target)] : [];
  if (test.type === 'LogicalExpression') {
    const { left, right } = test;
    if (test.operator === '??') throw fn.error(test, 'not in the subset');
    // Either side decides an `||` that is to be true, and an `&&` that is to be false.
    if ((test.operator === '||') === wanted) {
      return [...branch(fn, left, scope, target, wanted), ...branch(fn, right, scope, target, wanted)];
    }
    const end = fn.block();
    const steps = [...branch(fn, left, scope, end, !wanted), ...branch(fn, right, scope, target, wanted)];
    return [module.block(end, steps)];
  }
  const truth = condition(fn, test, scope);
  if (typeof truth === 'boolean') return truth === wanted ? [module.br(target)] : [];
  return [module.br_if(target, wanted ? truth.ref : module.i32.eqz(truth.ref))];
}

function returned(fn: FunctionCompiler, argument: Expression, scope: Scope): number {
  const value = number(fn, argument, scope);
  if (fn.result === 'none') fn.result = value.type;
  else if (!fn.out.arithmetic.fits(value, fn.result)) {
    throw fn.error(argument, `a number of ${value.type} returned after one of ${fn.result}`);
  }
  return fn.out.binaryen.return(fn.out.arithmetic.as(value, fn.result));
}

/** Name of the block that a `break` or `continue` goes to. */
function targetOf(fn: FunctionCompiler, { type, label }: BreakStatement | ContinueStatement): string {
  const target = ({ breaks, continues }: Jump): string | undefined => (type === 'BreakStatement' ? breaks : continues);
  const found = fn.jumps.findLast(
    (each) => (label === null || each.label === label.name) && target(each) !== undefined,
  );
  const name = found && target(found);
  if (name === undefined) throw fn.error(fn.closure.node, `nowhere to go to from ${label?.name ?? 'here'}`);
  return name;
}

function declare(fn: FunctionCompiler, { declarations }: VariableDeclaration, scope: Scope): number[] {
  return declarations.flatMap(({ id, init }) => {
    if (init === null) throw fn.error(id, 'a variable without a value');
    const value = evaluate(fn, init, scope);
    if (id.type === 'ObjectPattern') {
      return id.properties.flatMap((property) => {
        if (
          property.type !== 'Property' ||
          property.key.type !== 'Identifier' ||
          property.value.type !== 'Identifier'
        ) {
          throw fn.error(property, 'not in the subset');
        }
        const member = 'kind' in value && value.kind === 'object' ? value.member(property.key.name) : undefined;
        if (member === undefined) throw fn.error(property, `nothing is known of ${property.key.name}`);
        return bind(fn, property.value.name, member, property, scope);
      });
    }
    if (id.type !== 'Identifier') throw fn.error(id, 'not in the subset');
    return bind(fn, id.name, value, init, scope);
  });
}

/** Numbers become local variables; what is known while compiling is known by another name. */
function bind(
  fn: FunctionCompiler,
  name: string,
  value: ReturnType<typeof evaluate>,
  at: { type: string; start: number },
  scope: Scope,
): number[] {
  if ('kind' in value && isKnown(value)) {
    scope.bind(name, value);
    return [];
  }
  const { ref, type } = toNumber(fn, value, at);
  const local = fn.local(type);
  scope.bind(name, local);
  return [fn.out.binaryen.local.set(local.index, ref)];
}

type Loop = Pick<ForStatement, 'init' | 'test' | 'update' | 'body'>;

function loop(fn: FunctionCompiler, { init, test, update, body }: Loop, outer: Scope, label?: string): number {
  const { binaryen: module } = fn.out;
  const scope = new Scope(outer);
  const start: number[] = [];
  if (init?.type === 'VariableDeclaration') start.push(...declare(fn, init, scope));
  else if (init !== null) throw fn.error(init, 'not in the subset');
  const [breaks, again, continues] = [fn.block(), fn.block(), fn.block()];
  const ends = test === null ? [] : branch(fn, test, scope, breaks, false);
  fn.jumps.push({ label, breaks, continues });
  const inner = module.block(continues, compile(fn, body, scope));
  fn.jumps.pop();
  const next = update === null ? [] : expressionStatement(fn, update, scope);
  const steps = [...ends, inner, ...next, module.br(again)];
  return module.block(null, [...start, module.block(breaks, [module.loop(again, module.block(null, steps))])]);
}

function expressionStatement(fn: FunctionCompiler, expression: Expression, scope: Scope): number[] {
  if (expression.type === 'SequenceExpression') {
    return expression.expressions.flatMap((each) => expressionStatement(fn, each, scope));
  }
  const result = evaluate(fn, expression, scope);
  if (!('ref' in result)) return [];
  return [result.type === 'none' ? result.ref : fn.out.binaryen.drop(result.ref)];
}

/** Most places between the least and the greatest number of a switch. */
const MOST_CASES = 256;

function choose(fn: FunctionCompiler, { discriminant, cases }: SwitchStatement, outer: Scope, label?: string): number {
  const { arithmetic, binaryen: module } = fn.out;
  const scope = new Scope(outer);
  const value = number(fn, discriminant, scope);
  if (value.type === 'f64') throw fn.error(discriminant, 'a switch of a double');
  const breaks = fn.block();
  const numbers = cases.map(({ test }) => {
    if (test === null) return undefined;
    if (test.type !== 'Literal' || typeof test.value !== 'number') throw fn.error(test, 'a case that is no number');
    return test.value;
  });
  const known = numbers.filter((each) => each !== undefined);
  const least = Math.min(...known);
  const most = Math.max(...known);
  if (most - least > MOST_CASES) throw fn.error(discriminant, 'cases too far apart');
  const places = cases.map(() => fn.block());
  const otherwise = places[numbers.indexOf(undefined)] ?? breaks;
  const table = Array.from({ length: most - least + 1 }, (_, i) => places[numbers.indexOf(least + i)] ?? otherwise);
  const index = module.i32.sub(arithmetic.as(value, 'i32'), module.i32.const(least));
  fn.jumps.push({ label, breaks, continues: undefined });
  let inner = [module.switch(table, otherwise, index)];
  for (const [i, { consequent }] of cases.entries()) {
    inner = [module.block(places[i]!, inner), ...compileAll(fn, consequent, scope)];
  }
  fn.jumps.pop();
  return module.block(breaks, inner);
}
