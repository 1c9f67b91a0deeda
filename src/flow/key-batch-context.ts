/** What the generated batch function is given beside packets. */
import type { Columns } from '../capture/columns.ts';
import type { PacketBatch, RowCutter } from '../capture/packet.ts';
import { CODE_POINTS } from '../dissect/code-tables.ts';
import type { Dissector } from '../dissect/dissector.ts';
import type { Protocol } from '../dissect/protocol.ts';
import type { AddressTable } from './address-table.ts';

/** Ids of protocols, 0 included, are at most so many. */
const MOST_PROTOCOLS = 256;

/** What tells the next protocol of a common chain. */
export interface LookupTables {
  readonly etherType: Uint16Array;
  readonly ipProtocol: Uint16Array;
  readonly udpPort: Uint16Array;
  /** 1 for protocols that look at the octets before they take a port's word for it. */
  readonly guarded: Uint8Array;
  /** 1 for protocols that never carry a packet. */
  readonly terminal: Uint8Array;
}

/** Tables of one dissector, and the facts of the packets in hand. */
export interface KeyBatchContext extends LookupTables {
  readonly dispatch: Dissector;
  readonly addresses: AddressTable;
  readonly seed: number;
  /** Second that times count from. */
  baseSeconds: number;
  /** Id of the protocol that frames begin with. */
  firstProtocol: number;
  /** The point, in its place in the key's fourth word. */
  key3: number;
  /** Number of packets before row 0 of the batch. */
  packetsBefore: number;
}

/** The generated function. */
export type KeyBatch = (view: DataView, batch: PacketBatch, from: number, to: number, cut?: RowCutter) => number;

const TABLES = ['etherType', 'ipProtocol', 'udpPort', 'guarded', 'terminal'] as const;

/** Empty tables out of a reserve. */
export function lookupTables(columns: Columns): LookupTables {
  return {
    etherType: columns.uint16(CODE_POINTS),
    ipProtocol: columns.uint16(CODE_POINTS),
    udpPort: columns.uint16(CODE_POINTS),
    guarded: columns.octets(MOST_PROTOCOLS),
    terminal: columns.octets(MOST_PROTOCOLS),
  };
}

/** Makes the context of one pass; the dissector's tables are copied into `tables` where they are given. */
export function createKeyBatchContext(
  dissector: Dissector,
  addresses: AddressTable,
  seed: number,
  tables?: LookupTables,
): KeyBatchContext {
  const { protocols } = dissector;
  const own: LookupTables = {
    etherType: dissector.codePoints('etherType'),
    ipProtocol: dissector.codePoints('ipProtocol'),
    udpPort: dissector.codePoints('udpPort'),
    guarded: Uint8Array.from(protocols, ({ looksLike }) => (looksLike === undefined ? 0 : 1)),
    terminal: Uint8Array.from(protocols, (protocol, id) => (id === 0 || isTerminal(protocol) ? 1 : 0)),
  };
  if (tables !== undefined) for (const name of TABLES) tables[name].set(own[name]);
  return {
    ...(tables ?? own),
    dispatch: dissector,
    addresses,
    seed,
    baseSeconds: 0,
    firstProtocol: 0,
    key3: 0,
    packetsBefore: 0,
  };
}

function isTerminal({ role, bare, next, nextName, nextPorts, nextTable, tunnel, trailer }: Protocol): boolean {
  const carries = next ?? nextName ?? nextPorts ?? nextTable ?? tunnel ?? trailer;
  return role === undefined && !bare && carries === undefined;
}
