/** Linux cooked capture, tcpdump.org LINKTYPE_LINUX_SLL: what `tcpdump -i any` wrote before version 2 of the header. */
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

const HEADER = 16;
const ADDRESS_AT = 6;
const PROTOCOL_AT = 14;

export const sll = defineProtocol('sll', {
  title: 'Linux cooked capture',
  source: 'tcpdump.org LINKTYPE_LINUX_SLL (113)',
  carriedBy: { linkType: [113] },
  role: 'link',
  minimum: HEADER,
  fields: { pkttype: packetType(16), hatype: hardwareType, halen: addressLength(16) },
  variable: () => ({ ...addressFields, ...protocolFields }),
  next: nextOf,
  details: emitRest,
  summary: summarize,
});

const { pkttype, hatype, halen } = sll.fields;

function nextOf(dispatch: Dispatch, view: DataView, start: number): number {
  return nextOfCooked(dispatch, hatype.get(view, start), view.getUint16(start + PROTOCOL_AT));
}

function emitRest(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  emitAddress(emit, sll.variable, halen.get(view, start), start + ADDRESS_AT);
  if (end - start < HEADER) return;
  const protocol = view.getUint16(start + PROTOCOL_AT);
  emitProtocol(emit, sll.variable, hatype.get(view, start), protocol, start + PROTOCOL_AT);
}

function summarize(view: DataView, start: number): string {
  return cookedSummary(view, pkttype.get(view, start), halen.get(view, start), start + ADDRESS_AT);
}
