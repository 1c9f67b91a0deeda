/** Link Layer Discovery Protocol, IEEE Std 802.1AB-2016 §8. */
import { bytes, hex, list, named, octets, packed, uint } from '../dissect/field.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import { utf8Text } from '../dissect/value.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { emitBody, type FieldsByKey, fieldOf, specsOf } from './body.ts';
import { ORGANIZATIONS, organizations } from './lldp-organizations.ts';
import { tlvBodies } from './lldp-tlvs.ts';

/** Type and length of a TLV. */
const TLV_HEADER = 2;
const OUI_OCTETS = 3;

const TLV = { end: 0, systemName: 5, organization: 127 } as const;
const TLV_NAMES = {
  0: 'End of LLDPDU',
  1: 'Chassis ID',
  2: 'Port ID',
  3: 'Time to Live',
  4: 'Port Description',
  5: 'System Name',
  6: 'System Description',
  7: 'System Capabilities',
  8: 'Management Address',
  127: 'Organizationally Specific',
};

export const lldp = defineProtocol('lldp', {
  title: 'Link Layer Discovery Protocol',
  source: 'IEEE Std 802.1AB-2016 §8',
  carriedBy: { etherType: [0x88cc] },
  fields: {},
  variable: () => ({
    tlv: list('TLV', {
      ...packed({ type: uint(7, 'Type', named(TLV_NAMES)), len: uint(9, 'Length', octets) }),
      orgtlv_oui: uint(24, 'Organization', hex, named(ORGANIZATIONS), { name: 'lldp.orgtlv.oui' }),
      ...specsOf(Object.values(tlvBodies())),
      ...specsOf(Object.values(organizations()).flatMap(({ header, bodies }) => [header, ...Object.values(bodies)])),
      unknown_subtype: uint(8, 'Subtype', { name: 'lldp.unknown_subtype' }),
      unknown_subtype_content: bytes('Data', 0, { name: 'lldp.unknown_subtype.content' }),
    }),
  }),
  minimum: TLV_HEADER,
  headerLength,
  details,
  summary: summarize,
  issues: { tlvBeyondFrame: 'a TLV reaches beyond the frame' },
});

/** Type and length in the first two octets of a TLV. */
const kindOf = (view: DataView, at: number): number => lldp.variable.tlv.of.type.get(view, at);
const lengthOf = (view: DataView, at: number): number => lldp.variable.tlv.of.len.get(view, at);

/** Octets up to the end TLV, or of all there are without one; 0 where a TLV is cut. */
function headerLength(view: DataView, start: number, end: number): number {
  let at = start;
  while (at < end) {
    if (at + TLV_HEADER > end) return 0;
    const next = at + TLV_HEADER + lengthOf(view, at);
    if (next > end) return 0;
    const isEnd = kindOf(view, at) === TLV.end;
    at = next;
    if (isEnd) break;
  }
  return at - start;
}

function details(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  const { tlv } = lldp.variable;
  const { type, len, unknown_subtype_content } = tlv.of;
  for (let at = start; at + TLV_HEADER <= end; ) {
    const kind = kindOf(view, at);
    const length = lengthOf(view, at);
    const value = at + TLV_HEADER;
    const next = Math.min(value + length, end);
    if (value + length > end) emit.issue('tlvBeyondFrame', length, end - value, len.name);
    emit.begin(tlv, at);
    emit.field(type, at);
    emit.field(len, at);
    const known = emitValue(emit, view, kind, value, next);
    if (known < next) emit.octets(unknown_subtype_content, known, next);
    emit.end(next);
    at = next;
    if (kind === TLV.end) return;
  }
}

/** Emits what is known of a TLV's value and answers the first octet behind that. */
function emitValue(emit: FieldEmitter, view: DataView, kind: number, value: number, end: number): number {
  const { of } = lldp.variable.tlv;
  const byKey: FieldsByKey = of;
  const known = tlvBodies()[kind];
  if (known !== undefined) return emitBody(emit, byKey, known, view, value, end, value);
  const at = value + OUI_OCTETS;
  if (kind !== TLV.organization || at > end) return value;
  emit.field(of.orgtlv_oui, value);
  if (at === end) return end;
  const organization = organizations()[of.orgtlv_oui.get(view, value)];
  emit.field(organization === undefined ? of.unknown_subtype : fieldOf(byKey, organization.subtype), at);
  const body = organization?.bodies[view.getUint8(at)];
  return body === undefined ? at + 1 : emitBody(emit, byKey, body, view, at + 1, end, at + 1);
}

function summarize(view: DataView, start: number, end: number): string {
  const name = textOf(view, start, end, TLV.systemName);
  return name === '' ? `${end - start} octets` : name;
}

/** Text of the first TLV of a kind, '' where there is none. */
function textOf(view: DataView, start: number, end: number, kind: number): string {
  for (let at = start; at + TLV_HEADER <= end; at += TLV_HEADER + lengthOf(view, at)) {
    const value = at + TLV_HEADER;
    if (kindOf(view, at) === kind) return utf8Text(view, value, Math.min(value + lengthOf(view, at), end));
    if (kindOf(view, at) === TLV.end) return '';
  }
  return '';
}
