/**
 * BSD loopback: an address family before the packet, in the byte order of the capturing machine (tcpdump.org LINKTYPE_NULL)
 * or in network order (LINKTYPE_LOOP, OpenBSD).
 */
import { hex, named, uint } from '../dissect/field.ts';
import { type Dispatch, defineProtocol } from '../dissect/protocol.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { ETHER_TYPES } from './registries.ts';

/** AF_INET is 2 everywhere; the others are those of the BSDs, of macOS and of Linux. */
const FAMILIES = {
  2: 'IPv4',
  7: 'OSI',
  10: 'IPv6 (Linux)',
  23: 'IPX',
  24: 'IPv6 (NetBSD, OpenBSD)',
  28: 'IPv6 (FreeBSD)',
  30: 'IPv6 (macOS)',
};
const IPV4 = 2;
const IPV6: readonly number[] = [10, 24, 28, 30];
/** No family is as large as this, so a number that is stands in the other byte order. */
const MOST_FAMILY = 0xffff;

export const nullLoopback = defineProtocol('null', {
  title: 'BSD loopback',
  source: 'tcpdump.org LINKTYPE_NULL (0) and LINKTYPE_LOOP (108)',
  carriedBy: { linkType: [0, 108] },
  role: 'link',
  minimum: 4,
  fields: {},
  variable: () => ({
    family: uint(32, 'Address Family', named(FAMILIES)),
    type: uint(32, 'EtherType', hex, named(ETHER_TYPES)),
  }),
  next: nextOf,
  details: emitFamily,
  summary: summarize,
});

/** The family in whichever byte order it is one; more than `MOST_FAMILY` where there is none. */
function familyAt(view: DataView, start: number): number {
  const found = view.getUint32(start);
  return found > MOST_FAMILY ? view.getUint32(start, true) : found;
}

/** What stands in the last two octets where the four hold no family: some capturing programs write an EtherType there. */
function etherTypeAt(view: DataView, start: number): number {
  return view.getUint16(start + 2);
}

function nextOf(dispatch: Dispatch, view: DataView, start: number): number {
  const found = familyAt(view, start);
  if (found > MOST_FAMILY) return dispatch.lookup('etherType', etherTypeAt(view, start));
  if (found === IPV4) return dispatch.named('ip');
  return IPV6.includes(found) ? dispatch.named('ipv6') : 0;
}

function emitFamily(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  const { family, type } = nullLoopback.variable;
  if (end - start < 4) return;
  const found = familyAt(view, start);
  if (found > MOST_FAMILY) emit.value(type, etherTypeAt(view, start), start, start + 4);
  else emit.value(family, found, start, start + 4);
}

function summarize(view: DataView, start: number): string {
  const found = familyAt(view, start);
  if (found > MOST_FAMILY) {
    const code = etherTypeAt(view, start);
    return ETHER_TYPES[code] ?? `EtherType 0x${code.toString(16).padStart(4, '0')}`;
  }
  return FAMILIES[found as 2] ?? `family ${found}`;
}
