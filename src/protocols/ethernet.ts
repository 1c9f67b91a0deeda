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
  extent: (view, start, header): number => extentOfLength(type.get(view, start), header),
  next: (dispatch, view, start, payload, end): number =>
    nextOfTypeOrLength(dispatch, type.get(view, start), view, payload, end),
  summary: (view, start) => `${macText(view, start + 6)} → ${macText(view, start)}`,
});

const { type } = ethernet.fields;

/** Octets from the start of a header of `header` octets that ends in a type or length of `value`; 0 for "to the end", as with a type. */
export function extentOfLength(value: number, header: number): number {
  return value <= MOST_LENGTH ? header + value : 0;
}

/** Protocol behind a type or length of `value`: by EtherType, or LLC behind a length. */
export function nextOfTypeOrLength(
  dispatch: Dispatch,
  value: number,
  view: DataView,
  payload: number,
  end: number,
): number {
  if (value > MOST_LENGTH) return dispatch.lookup('etherType', value);
  // NetWare's "raw 802.3" puts IPX, whose checksum is all ones, behind the length at once.
  const isRawIpx = payload + 2 <= end && view.getUint16(payload) === NETWARE_RAW;
  return isRawIpx ? 0 : dispatch.named('llc');
}
