/** Ethernet II and IEEE 802.3 frames, IEEE Std 802.3-2022 §3.1.1 and §3.2. */
import { hex, instead, macAddress, named, octets, uint } from '../dissect/field.ts';
import { type Dispatch, defineProtocol } from '../dissect/protocol.ts';
import { macText } from '../dissect/value.ts';
import { ETHER_TYPES } from './registries.ts';

/** Values of the type/length field up to here are lengths, from 1536 on EtherTypes (IEEE 802.3 §3.2.6). */
export const MOST_LENGTH = 1500;

export const ethernet = defineProtocol('eth', {
  title: 'Ethernet',
  source: 'IEEE Std 802.3 §3.1.1',
  carriedBy: { linkType: [1], etherType: [0x6558], nshNextProtocol: [3] },
  role: 'link',
  fields: {
    dst: macAddress('Destination'),
    src: macAddress('Source'),
    type: uint(16, 'Type', hex, named(ETHER_TYPES)),
    len: instead('type', uint(16, 'Length', octets), (value) => value <= MOST_LENGTH),
  },
  extent: extentOfFrame,
  next: nextOfFrame,
  summary: (view, start) => `${macText(view, start + 6)} → ${macText(view, start)}`,
});

const { type } = ethernet.fields;

function extentOfFrame(view: DataView, start: number, header: number): number {
  const value = type.get(view, start);
  return value <= MOST_LENGTH ? header + value : 0;
}

function nextOfFrame(dispatch: Dispatch, view: DataView, start: number): number {
  const value = type.get(view, start);
  return value <= MOST_LENGTH ? dispatch.named('llc') : dispatch.lookup('etherType', value);
}
