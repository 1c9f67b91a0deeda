/** Ethernet II and IEEE 802.3 frames, IEEE Std 802.3-2022 §3.1.1 and §3.2. */
import { hex, instead, macAddress, named, octets, uint } from '../dissect/field.ts';
import { type Dispatch, defineProtocol } from '../dissect/protocol.ts';
import { macText } from '../dissect/value.ts';
import { ETHER_TYPES } from './registries.ts';

/** Values of the type/length field up to here are lengths, from 1536 on EtherTypes (IEEE 802.3 §3.2.6). */
export const MOST_LENGTH = 1500;
const NETWARE_RAW = 0xffff;

export const ethernet = defineProtocol('eth', {
  title: 'Ethernet',
  source: 'IEEE Std 802.3 §3.1.1',
  carriedBy: { linkType: [1], etherType: [0x6558], nshNextProtocol: [3], ipProtocol: [143] },
  role: 'link',
  fields: {
    dst: macAddress('Destination'),
    src: macAddress('Source'),
    type: uint(16, 'Type', hex, named(ETHER_TYPES)),
    len: instead('type', uint(16, 'Length', octets), (value) => value <= MOST_LENGTH),
  },
  extent: { field: 'type', includesHeader: false, zeroIsUnbounded: false, upTo: MOST_LENGTH },
  next: { table: 'etherType', field: 'type', from: MOST_LENGTH + 1, below: nextBehindLength },
  summary: (view, start) => `${macText(view, start + 6)} → ${macText(view, start)}`,
});

/** What stands behind a length: LLC, but for NetWare's "raw 802.3", which puts IPX, whose checksum is all ones, behind it at once. */
export function nextBehindLength(
  dispatch: Dispatch,
  view: DataView,
  _start: number,
  payload: number,
  end: number,
): number {
  const isRawIpx = payload + 2 <= end && view.getUint16(payload) === NETWARE_RAW;
  return isRawIpx ? 0 : dispatch.named('llc');
}
