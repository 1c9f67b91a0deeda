/** What of expressions is known while compiling, without compiling them. */
import type { Expression, ObjectExpression } from 'oxc-parser';
import type { Known, Scope, Value } from './values.ts';

/** What is known of a condition while compiling: whether a function is given, or a flag set. */
export function staticCondition(test: Expression, scope: Scope): boolean | undefined {
  switch (test.type) {
    case 'Literal':
      return typeof test.value === 'boolean' ? test.value : undefined;
    case 'Identifier': {
      const value = scope.find(test.name);
      if (value?.kind === 'boolean') return value.value;
      return value?.kind === 'undefined' ? false : undefined;
    }
    case 'BinaryExpression': {
      const { operator, right } = test;
      if ((operator !== '===' && operator !== '!==') || test.left.type !== 'Identifier' || !isVoid(right))
        return undefined;
      const value = scope.find(test.left.name);
      return (value?.kind === 'undefined') === (operator === '===');
    }
    case 'LogicalExpression': {
      const left = staticCondition(test.left, scope);
      if (left === undefined) return undefined;
      return left === (test.operator === '&&') ? staticCondition(test.right, scope) : left;
    }
    default:
      return undefined;
  }
}

function isVoid(expression: Expression): boolean {
  return expression.type === 'UnaryExpression' && expression.operator === 'void';
}

/** A sum as the numbers in it, which are added while compiling, and what is left. */
export function split(expression: Expression): { readonly constant: number; readonly rest: Expression | undefined } {
  if (expression.type === 'Literal' && typeof expression.value === 'number') {
    return { constant: expression.value, rest: undefined };
  }
  if (expression.type === 'BinaryExpression' && expression.operator === '+') {
    const left = split(expression.left as Expression);
    const right = split(expression.right);
    const constant = left.constant + right.constant;
    if (left.rest === undefined || right.rest === undefined) return { constant, rest: left.rest ?? right.rest };
    if (constant !== 0) return { constant, rest: { ...expression, left: left.rest, right: right.rest } };
  }
  return { constant: 0, rest: expression };
}

/** An object literal as its members, each found by its name and known by what its expression means. */
export function membersOf({ properties }: ObjectExpression, meaning: (value: Expression) => Value | undefined): Known {
  const member = (name: string): Value | undefined => {
    for (const property of properties) {
      if (property.type !== 'Property' || property.key.type !== 'Identifier' || property.key.name !== name) continue;
      return meaning(property.value);
    }
    return undefined;
  };
  return { kind: 'object', member };
}
