/** The fields that protocols declare, by Wireshark's name. */
import type { Field } from '../../src/dissect/field.ts';
import type { Protocol } from '../../src/dissect/protocol.ts';

/** A declared field and the protocol whose file declares it. */
export interface DeclaredField {
  readonly field: Field;
  readonly protocol: string;
}

/** All fields with a value of their own; lists have none. */
export function declaredFields(protocols: readonly Protocol[]): Map<string, DeclaredField> {
  const found = new Map<string, DeclaredField>();
  const visit = (protocol: string, field: Field): void => {
    if (field.kind !== 'list' && !found.has(field.name)) found.set(field.name, { field, protocol });
    if (field.alternative !== undefined) visit(protocol, field.alternative);
    for (const child of field.children) visit(protocol, child);
  };
  for (const protocol of protocols) {
    for (const field of [...protocol.fixed, ...protocol.loose]) visit(protocol.name, field);
  }
  return found;
}
