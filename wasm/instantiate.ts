/** Functions that make closures: what they are called with while the module is compiled, and what they return. */
import type { Expression, Statement } from 'oxc-parser';
import { membersOf } from './constant-parts.ts';
import { type Closure, type Known, Scope, type Value } from './values.ts';

/** Gives the octets of arrays that a maker makes by itself, which the module has for its own. */
export type Reserve = (octets: number) => number;

/**
 * What a function that binds names and makes closures returns: a closure, or an object of them. What it does beside that JavaScript does: loops and
 * calls in it fill columns which both share, and a name of anything else means nothing to what is compiled.
 *
 * @param others what names mean that it gives to objects which stay JavaScript's
 */
export function instantiate(
  maker: Closure,
  args: readonly Value[],
  others: Readonly<Record<string, Value>>,
  reserve: Reserve,
): Closure | Known {
  const scope = new Scope(maker.scope);
  for (const [name, value] of Object.entries(others)) scope.bind(name, value);
  for (const [i, each] of maker.node.params.entries()) {
    const value = args[i];
    if (value === undefined) continue;
    const param = each.type === 'AssignmentPattern' ? each.left : each;
    if (param.type === 'Identifier') scope.bind(param.name, value);
    else bindAll(param, value, scope);
  }
  const body = maker.node.body;
  if (body?.type !== 'BlockStatement') throw new Error('a maker of closures has a body');
  for (const statement of body.body as Statement[]) {
    const made = take(statement, scope, reserve);
    if (made !== undefined) return made;
  }
  throw new Error(`${maker.node.id?.name} returns no closure`);
}

/** The closure that a maker of one returns. */
export function closureFrom(...maker: Parameters<typeof instantiate>): Closure {
  const made = instantiate(...maker);
  if (made.kind !== 'function') throw new Error(`${maker[0].node.id?.name} returns more than one closure`);
  return made;
}

/** The object of closures that a maker of several returns. */
export function objectFrom(...maker: Parameters<typeof instantiate>): Known {
  const made = instantiate(...maker);
  if (made.kind !== 'object') throw new Error(`${maker[0].node.id?.name} returns no object`);
  return made;
}

/** A closure among an object's members. */
export function closureOf(object: Known, name: string): Closure {
  const member = object.member(name);
  if (member?.kind !== 'function') throw new Error(`there is no function ${name}`);
  return member;
}

/** For makers that make no arrays. */
export function noArrays(): never {
  throw new Error('no arrays are made here');
}

/** Binds the names of a pattern such as `{ a, b: c }` to members of an object. */
function bindAll(pattern: { readonly type: string }, object: Value | undefined, scope: Scope): void {
  if (pattern.type !== 'ObjectPattern') return;
  const { properties } = pattern as Extract<Closure['node']['params'][number], { type: 'ObjectPattern' }>;
  for (const property of properties) {
    if (property.type !== 'Property' || property.key.type !== 'Identifier' || property.value.type !== 'Identifier')
      continue;
    const member = object?.kind === 'object' ? object.member(property.key.name) : undefined;
    if (member === undefined) throw new Error(`nothing is known of ${property.key.name}`);
    scope.bind(property.value.name, member);
  }
}

function take(statement: Statement, scope: Scope, reserve: Reserve): Closure | Known | undefined {
  if (statement.type === 'FunctionDeclaration' && statement.id !== null) {
    scope.bind(statement.id.name, { kind: 'function', node: statement, scope });
  } else if (statement.type === 'VariableDeclaration') {
    for (const { id, init } of statement.declarations) {
      if (init === null) continue;
      const value = meaningOf(init, scope, reserve);
      if (id.type !== 'Identifier') bindAll(id, value, scope);
      else if (value !== undefined) scope.bind(id.name, value);
    }
  } else if (statement.type === 'ReturnStatement' && statement.argument !== null) {
    const value = meaningOf(statement.argument, scope, reserve);
    if (value?.kind !== 'function' && value?.kind !== 'object') throw new Error('a maker of closures returns some');
    return value;
  } else if (statement.type !== 'ForStatement' && statement.type !== 'ExpressionStatement')
    throw new Error(`${statement.type} in a maker of closures`);
  return undefined;
}

function meaningOf(expression: Expression, scope: Scope, reserve: Reserve): Value | undefined {
  switch (expression.type) {
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return { kind: 'function', node: expression, scope };
    case 'Identifier':
      return scope.find(expression.name);
    case 'Literal':
      return typeof expression.value === 'number' ? { kind: 'number', value: expression.value } : undefined;
    case 'ObjectExpression':
      return membersOf(expression, (value) => meaningOf(value, scope, reserve));
    case 'MemberExpression': {
      const object = meaningOf(expression.object as Expression, scope, reserve);
      const { property } = expression;
      return object?.kind === 'object' && property.type === 'Identifier' ? object.member(property.name) : undefined;
    }
    case 'CallExpression': {
      const callee = meaningOf(expression.callee as Expression, scope, reserve);
      if (callee?.kind !== 'evaluated') return undefined;
      return callee.call(expression.arguments.map((argument) => meaningOf(argument as Expression, scope, reserve)));
    }
    case 'BinaryExpression': {
      const [left, right] = [expression.left, expression.right].map((each) =>
        meaningOf(each as Expression, scope, reserve),
      );
      if (left?.kind !== 'number' || right?.kind !== 'number') return undefined;
      if (expression.operator === '+') return { kind: 'number', value: left.value + right.value };
      return expression.operator === '*' ? { kind: 'number', value: left.value * right.value } : undefined;
    }
    case 'NewExpression':
      return made(expression, scope, reserve);
    default:
      return undefined;
  }
}

/** An array of the module's own, or a view over a column. */
function made(
  { callee, arguments: args }: Expression & { type: 'NewExpression' },
  scope: Scope,
  reserve: Reserve,
): Value | undefined {
  const [first] = args;
  if (callee.type !== 'Identifier' || first === undefined) return undefined;
  if (callee.name === 'DataView' && first.type === 'MemberExpression') {
    const column = meaningOf(first.object as Expression, scope, reserve);
    return column?.kind === 'column' ? { kind: 'view', base: column.base } : undefined;
  }
  if (callee.name !== 'Int32Array' || first.type !== 'Literal' || typeof first.value !== 'number') return undefined;
  return { kind: 'column', elements: 'i32', base: reserve(4 * first.value), length: first.value };
}
