/**
 * Linux cooked capture version 2, tcpdump.org LINKTYPE_LINUX_SLL2: what `tcpdump -i any` writes, with the interface.
 * Its fields have the names of version 1, as in Wireshark; the layer's name tells the versions apart.
 */
import { bytes, uint } from '../dissect/field.ts';
import { type Dispatch, defineProtocol } from '../dissect/protocol.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import {
  addressFields,
  addressLength,
  cookedSummary,
  emitAddress,
  emitProtocol,
  hardwareType,
  nextOfCooked,
  packetType,
  protocolFields,
} from './linux-cooked.ts';

const HEADER = 20;
const HARDWARE_TYPE_AT = 8;
const PACKET_TYPE_AT = 10;
const ADDRESS_LENGTH_AT = 11;
const ADDRESS_AT = 12;

export const sll2 = defineProtocol('sll2', {
  title: 'Linux cooked capture v2',
  source: 'tcpdump.org LINKTYPE_LINUX_SLL2 (276)',
  carriedBy: { linkType: [276] },
  role: 'link',
  minimum: HEADER,
  fields: {},
  variable: () => ({
    ...protocolFields,
    reserved: bytes('Reserved', 2),
    ifindex: uint(32, 'Interface Index', { name: 'sll.ifindex' }),
    hatype: hardwareType,
    pkttype: packetType(8),
    halen: addressLength(8),
    ...addressFields,
  }),
  next: nextOf,
  details: emitHeader,
  summary: summarize,
});

function nextOf(dispatch: Dispatch, view: DataView, start: number): number {
  return nextOfCooked(dispatch, view.getUint16(start + HARDWARE_TYPE_AT), view.getUint16(start));
}

function emitHeader(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  // What the protocol field holds can't be told without the hardware type behind it.
  if (end - start < ADDRESS_AT) return;
  emitProtocol(emit, sll2.variable, view.getUint16(start + HARDWARE_TYPE_AT), view.getUint16(start), start);
  emit.field(sll2.variable.reserved, start + 2);
  emit.field(sll2.variable.ifindex, start + 4);
  emit.field(sll2.variable.hatype, start + HARDWARE_TYPE_AT);
  emit.field(sll2.variable.pkttype, start + PACKET_TYPE_AT);
  emit.field(sll2.variable.halen, start + ADDRESS_LENGTH_AT);
  emitAddress(emit, sll2.variable, view.getUint8(start + ADDRESS_LENGTH_AT), start + ADDRESS_AT);
}

function summarize(view: DataView, start: number): string {
  const words = cookedSummary(
    view,
    view.getUint8(start + PACKET_TYPE_AT),
    view.getUint8(start + ADDRESS_LENGTH_AT),
    start + ADDRESS_AT,
  );
  return `${words}, interface ${view.getUint32(start + 4)}`;
}
