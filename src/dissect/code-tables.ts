/** Code points → protocols: EtherTypes, IP protocols, ports and the like. */
import { type Protocol, TABLE_NAMES, type TableName } from './protocol.ts';

/** An override of a table: `udp.port==8473,vxlan` is `{ table: 'udpPort', code: 8473, protocol: 'vxlan' }`. */
export interface DecodeAs {
  readonly table: TableName;
  readonly code: number;
  readonly protocol: string;
}

/** Ids of protocols by code, for each table; 0 where a code is nobody's. */
export type CodeTables = Readonly<Record<TableName, Uint16Array>>;

/** Codes of a table. */
export const CODE_POINTS = 65536;

/**
 * Fills the tables with the protocols' claims; a protocol's id is its place in the list, from 1. Overrides come last.
 * Throws when two protocols claim one code point, or an override names an unknown protocol.
 */
export function codeTables(protocols: readonly Protocol[], decodeAs: readonly DecodeAs[]): CodeTables {
  // One object with all keys from the start: a look-up by a constant name is one load, by a Map it was 15 ns.
  const codes = new Uint16Array(TABLE_NAMES.length * CODE_POINTS);
  const tables = Object.fromEntries(
    TABLE_NAMES.map((name, index) => [name, codes.subarray(index * CODE_POINTS, (index + 1) * CODE_POINTS)]),
  ) as CodeTables;
  for (const [index, protocol] of protocols.entries()) {
    for (const name in protocol.carriedBy) claim(tables, name as TableName, protocol, index + 1, protocols);
  }
  for (const { table, code, protocol } of decodeAs) {
    const index = protocols.findIndex(({ name }) => name === protocol);
    if (index < 0) throw new Error(`no protocol is named '${protocol}'`);
    tables[table][code] = index + 1;
  }
  return tables;
}

function claim(
  tables: CodeTables,
  name: TableName,
  protocol: Protocol,
  id: number,
  protocols: readonly Protocol[],
): void {
  const table = tables[name];
  for (const code of protocol.carriedBy[name] ?? []) {
    const other = table[code]!;
    if (other !== 0)
      throw new Error(`${name} ${code} is claimed by ${protocols[other - 1]?.name} and ${protocol.name}`);
    table[code] = id;
  }
}
