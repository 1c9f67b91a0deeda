/** What the generated batch function is given beside packets. */
import type { PacketBatch, RowCutter } from '../capture/packet.ts';
import type { Dissector } from '../dissect/dissector.ts';
import type { Protocol } from '../dissect/protocol.ts';
import type { AddressTable } from './address-table.ts';

/** Tables of one dissector, and the facts of the packets in hand. */
export interface KeyBatchContext {
  readonly dispatch: Dissector;
  readonly addresses: AddressTable;
  readonly seed: number;
  readonly etherType: Readonly<Uint16Array>;
  readonly ipProtocol: Readonly<Uint16Array>;
  readonly udpPort: Readonly<Uint16Array>;
  /** 1 for protocols that look at the octets before they take a port's word for it. */
  readonly guarded: Readonly<Uint8Array>;
  /** 1 for protocols that never carry a packet. */
  readonly terminal: Readonly<Uint8Array>;
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

/** Makes the context of one pass. */
export function createKeyBatchContext(dissector: Dissector, addresses: AddressTable, seed: number): KeyBatchContext {
  const { protocols } = dissector;
  return {
    dispatch: dissector,
    addresses,
    seed,
    etherType: dissector.codePoints('etherType'),
    ipProtocol: dissector.codePoints('ipProtocol'),
    udpPort: dissector.codePoints('udpPort'),
    guarded: Uint8Array.from(protocols, ({ looksLike }) => (looksLike === undefined ? 0 : 1)),
    terminal: Uint8Array.from(protocols, (protocol, id) => (id === 0 || isTerminal(protocol) ? 1 : 0)),
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
