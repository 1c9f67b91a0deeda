/** VLAN tags, IEEE Std 802.1Q-2022 §9.6; the service tag of 802.1ad has the same form. */
import { flag, hex, instead, named, octets, uint } from '../dissect/field.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import { MOST_LENGTH, nextBehindLength } from './ethernet.ts';
import { ETHER_TYPES } from './registries.ts';

/** Traffic types of the priority code point, IEEE 802.1Q table I-2. */
const PRIORITIES = {
  0: 'Best Effort',
  1: 'Background',
  2: 'Excellent Effort',
  3: 'Critical Applications',
  4: 'Video',
  5: 'Voice',
  6: 'Internetwork Control',
  7: 'Network Control',
};

const tag = {
  priority: uint(3, 'Priority', named(PRIORITIES)),
  dei: flag('Drop Eligible Indicator'),
  id: uint(12, 'ID'),
};
const typeOrLength = {
  etype: uint(16, 'Type', hex, named(ETHER_TYPES)),
  len: instead('etype', uint(16, 'Length', octets), (value) => value <= MOST_LENGTH),
};

/** Either way to read the last two octets. */
const length = { includesHeader: false, zeroIsUnbounded: false, upTo: MOST_LENGTH };
const code = { table: 'etherType', from: MOST_LENGTH + 1, below: nextBehindLength } as const;

/** Customer tag. */
export const vlan = defineProtocol('vlan', {
  title: '802.1Q Virtual LAN',
  source: 'IEEE Std 802.1Q §9.6',
  carriedBy: { etherType: [0x8100, 0x9100] },
  role: 'link',
  fields: { ...tag, ...typeOrLength },
  extent: { ...length, field: 'etype' },
  next: { ...code, field: 'etype' },
  summary: tagId,
});

/** Service tag of a provider bridge. */
export const ieee8021ad = defineProtocol('ieee8021ad', {
  title: '802.1ad Provider Bridge',
  source: 'IEEE Std 802.1Q §9.6 (service tag)',
  carriedBy: { etherType: [0x88a8] },
  role: 'link',
  fields: { ...tag, ...typeOrLength },
  extent: { ...length, field: 'etype' },
  next: { ...code, field: 'etype' },
  summary: tagId,
});

const { id } = vlan.fields;

function tagId(view: DataView, start: number): string {
  return `id ${id.get(view, start)}`;
}
