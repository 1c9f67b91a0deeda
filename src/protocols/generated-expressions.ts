/** Expressions of generated code that read declared fields of the header at `at` of `view`. */
import type { Field } from '../dissect/field.ts';
import type { Protocol } from '../dissect/protocol.ts';

/** Expression for the number in a field of the header at `header`. Throws for a field of more than 32 bits. */
export function readExpression(field: Field, header = 'at'): string {
  const { name, octetOffset, octetWidth, bitOffset, bitWidth, scale } = field;
  const at = octetOffset === 0 ? header : `${header} + ${octetOffset}`;
  const shift = (octetOffset + octetWidth) * 8 - bitOffset - bitWidth;
  if (octetWidth > 4) throw new Error(`${name} is wider than 32 bits`);
  const octets =
    octetWidth === 3
      ? `((view.getUint16(${at}) << 8) | view.getUint8(${header} + ${octetOffset + 2}))`
      : `view.getUint${octetWidth * 8}(${at})`;
  const shifted = shift === 0 ? octets : `(${octets} >>> ${shift})`;
  const bits = octetWidth * 8 === bitWidth ? octets : `(${shifted} & ${2 ** bitWidth - 1})`;
  return scale === 1 ? bits : `${bits} * ${scale}`;
}

/** Expression that is true for a fragment; undefined where the protocol has none. Throws unless one word of 16 bits tells. */
export function fragmentTest({ name, fragmentFields }: Protocol): string | undefined {
  if (fragmentFields.length === 0) return undefined;
  const first = Math.min(...fragmentFields.map(({ octetOffset }) => octetOffset));
  const end = Math.max(...fragmentFields.map(({ octetOffset, octetWidth }) => octetOffset + octetWidth));
  if (end - first !== 2) throw new Error(`${name}: what tells fragments is not one word of 16 bits`);
  const mask = fragmentFields.reduce(
    (bits, { bitOffset, bitWidth }) => bits | ((2 ** bitWidth - 1) << (8 * end - bitOffset - bitWidth)),
    0,
  );
  return `(view.getUint16(at + ${first}) & ${mask}) !== 0`;
}

/** Gives octets that a case reads more than once a name, behind its first line, which has seen to it that they are there. */
export function readOnce(lines: readonly string[]): readonly string[] {
  const reads: readonly string[] = lines.join('\n').match(/view\.getUint\d+\(at(?: \+ \d+)?\)/g) ?? [];
  const repeated = [...new Set(reads)].filter((read) => reads.indexOf(read) !== reads.lastIndexOf(read));
  let named = lines;
  const names: string[] = [];
  for (const read of repeated) {
    const [, bits, octet = '0'] = /getUint(\d+)\(at(?: \+ (\d+))?\)/.exec(read) ?? [];
    const name = `uint${bits}At${octet}`;
    names.push(`const ${name} = ${read};`);
    named = named.map((line) => line.replaceAll(read, name));
  }
  return [...named.slice(0, 1), ...names, ...named.slice(1)];
}
