/** Arithmetic on values: exact for whole numbers of any size. */
import type { ArithmeticOperator } from './ast.ts';
import { exactNumber, type Value, type ValueType } from './value.ts';

/** Values above pass 32 bits, where JavaScript's `&` would cut them. */
const LAST_UINT32 = 0xffffffff;

/** The result of a calculation as values of its type are kept. */
export function settle(type: ValueType, result: Value | undefined): Value | undefined {
  return type === 'number' && typeof result === 'bigint' ? exactNumber(result) : result;
}

/**
 * `left operator right`. Two bigints stay one. Whole numbers stay whole: division drops the remainder. Octets are masked octet by octet.
 * Undefined for a division by 0, and for octets of different number.
 */
export function calculate(operator: ArithmeticOperator, left: Value, right: Value): Value | undefined {
  if (typeof left === 'string' || typeof right === 'string') {
    return operator === '&' ? maskOctets(String(left), String(right)) : undefined;
  }
  if ((operator === '/' || operator === '%') && Number(right) === 0) return undefined;
  if (typeof left === 'number' && typeof right === 'number') {
    if (operator === '&' && inUint32(left) && inUint32(right)) return (left & right) >>> 0;
    if (!Number.isInteger(left) || !Number.isInteger(right)) return onNumbers(operator, left, right);
    const result = onNumbers(operator, left, right);
    if (operator !== '&' && Number.isSafeInteger(result)) return result;
    if (operator === '/') return Math.trunc(result) + 0;
    return exactNumber(onIntegers(operator, BigInt(left), BigInt(right)));
  }
  const isDuration = typeof left === 'bigint' && typeof right === 'bigint';
  const isWhole = Number.isInteger(Number(left)) && Number.isInteger(Number(right));
  if (!isWhole) return onNumbers(operator, Number(left), Number(right));
  const result = onIntegers(operator, BigInt(left), BigInt(right));
  return isDuration ? result : exactNumber(result);
}

function inUint32(value: number): boolean {
  return value >= 0 && value <= LAST_UINT32;
}

function onNumbers(operator: ArithmeticOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '&':
      return Math.trunc(left) & Math.trunc(right);
  }
}

function onIntegers(operator: ArithmeticOperator, left: bigint, right: bigint): bigint {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '&':
      return left & right;
  }
}

function maskOctets(left: string, right: string): string | undefined {
  if (left.length !== right.length) return undefined;
  let masked = '';
  for (let i = 0; i < left.length; i++) masked += String.fromCharCode(left.charCodeAt(i) & right.charCodeAt(i));
  return masked;
}

/** The octets with all but the leading `bits` cleared. */
export function leadingBits(octets: string, bits: number): string {
  let kept = '';
  for (let i = 0; i < octets.length; i++) {
    const count = Math.max(0, Math.min(8, bits - i * 8));
    kept += String.fromCharCode(octets.charCodeAt(i) & (0xff00 >> count) & 0xff);
  }
  return kept;
}
