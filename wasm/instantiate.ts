/** Functions that make closures: what they are called with while the module is compiled, and what they return. */
import type { Expression, Statement } from 'oxc-parser';
import { type Closure, Scope, type Value } from './values.ts';

/**
 * What a function that only binds names and makes closures returns.
 *
 * @param others what names mean that it gives to objects which stay JavaScript's
 * @param reserve gives the octets of arrays that it makes
 */
export function instantiate(
  maker: Closure,
  args: readonly Value[],
  others: Readonly<Record<string, Value>>,
  reserve: (octets: number) => number,
): Closure {
  const scope = new Scope(maker.scope);
  for (const [name, value] of Object.entries(others)) scope.bind(name, value);
  for (const [i, param] of maker.node.params.entries()) {
    if (param.type === 'Identifier' && args[i] !== undefined) scope.bind(param.name, args[i]);
  }
  const body = maker.node.body;
  if (body?.type !== 'BlockStatement') throw new Error('a maker of closures has a body');
  for (const statement of body.body as Statement[]) {
    const made = take(statement, scope, reserve);
    if (made !== undefined) return made;
  }
  throw new Error(`${maker.node.id?.name} returns no closure`);
}

function take(statement: Statement, scope: Scope, reserve: (octets: number) => number): Closure | undefined {
  if (statement.type === 'FunctionDeclaration' && statement.id !== null) {
    scope.bind(statement.id.name, { kind: 'function', node: statement, scope });
  } else if (statement.type === 'VariableDeclaration') {
    for (const { id, init } of statement.declarations) {
      if (init === null) continue;
      if (id.type === 'Identifier') {
        const value = meaningOf(init, scope, reserve);
        if (value !== undefined) scope.bind(id.name, value);
      } else if (id.type === 'ObjectPattern') {
        const object = meaningOf(init, scope, reserve);
        for (const property of id.properties) {
          if (
            property.type !== 'Property' ||
            property.key.type !== 'Identifier' ||
            property.value.type !== 'Identifier'
          )
            continue;
          const member = object?.kind === 'object' ? object.member(property.key.name) : undefined;
          if (member === undefined) throw new Error(`nothing is known of ${property.key.name}`);
          scope.bind(property.value.name, member);
        }
      }
    }
  } else if (statement.type === 'ReturnStatement' && statement.argument !== null) {
    const value = meaningOf(statement.argument, scope, reserve);
    if (value?.kind !== 'function') throw new Error('a maker of closures returns one');
    return value;
  } else throw new Error(`${statement.type} in a maker of closures`);
  return undefined;
}

function meaningOf(expression: Expression, scope: Scope, reserve: (octets: number) => number): Value | undefined {
  switch (expression.type) {
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return { kind: 'function', node: expression, scope };
    case 'Identifier':
      return scope.find(expression.name);
    case 'Literal':
      return typeof expression.value === 'number' ? { kind: 'number', value: expression.value } : undefined;
    case 'NewExpression': {
      const [length] = expression.arguments;
      if (expression.callee.type !== 'Identifier' || expression.callee.name !== 'Int32Array') return undefined;
      if (length?.type !== 'Literal' || typeof length.value !== 'number') return undefined;
      return { kind: 'column', elements: 'i32', base: reserve(4 * length.value), length: length.value };
    }
    default:
      return undefined;
  }
}
