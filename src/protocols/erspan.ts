/** Encapsulated Remote Switched Port Analyzer, types I to III: draft-foschiano-erspan-03 §4. */

import { once } from '../capture/once.ts';
import { bytes, type Field, flag, hex, named, packed, uint } from '../dissect/field.ts';
import { type Dispatch, defineProtocol } from '../dissect/protocol.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { byIpVersion } from './ip-version.ts';

/** Value of the version field in a header of type III; type II has 1. */
const TYPE_III = 2;
const TYPE_II_HEADER = 8;
const TYPE_III_HEADER = 12;
/** Platform-specific subheader, which the O bit announces. */
const SUBHEADER = 8;
const PLATFORM_ID_BITS = 6;
/** Frame types of a type III header. */
const ETHERNET = 0;
const IP = 2;

const ENCAPSULATIONS = {
  0: 'originally without VLAN tag',
  1: 'originally ISL encapsulated',
  2: 'originally 802.1Q encapsulated',
  3: 'VLAN tag preserved in frame',
};
const INTEGRITIES = { 0: 'good or unknown', 1: 'short frame', 2: 'oversized frame', 3: 'CRC or alignment error' };
const GRANULARITIES = { 0: '100 µs', 1: '100 ns', 2: 'IEEE 1588', 3: 'user configurable' };

/** Types II and III: the version tells them apart. */
export const erspan = defineProtocol('erspan', {
  title: 'Encapsulated Remote Switched Port Analyzer',
  source: 'draft-foschiano-erspan-03 §4.2 and §4.3',
  // Type II shares its EtherType with type I; GRE tells them apart.
  carriedBy: { etherType: [0x88be, 0x22eb] },
  role: 'tunnel',
  tunnel: 'erspan',
  fields: {
    version: uint(4, 'Version', named({ 1: 'type II', 2: 'type III' })),
    vlan: uint(12, 'Original VLAN'),
  },
  variable: () => ({
    ...packed({
      cos: uint(3, 'Original Class of Service'),
      encap: uint(2, 'Encapsulation', named(ENCAPSULATIONS)),
      truncated: flag('Truncated'),
      spanid: uint(10, 'Session ID'),
    }),
    ...packed({ bso: uint(2, 'Bad, Short or Oversized', named(INTEGRITIES)) }, 3),
    ...packed({ reserved: uint(12, 'Reserved'), index: uint(20, 'Source Port Index') }),
    timestamp: uint(32, 'Timestamp'),
    sgt: uint(16, 'Security Group Tag'),
    ...packed({
      p: flag('Payload is an Ethernet frame'),
      ft: uint(5, 'Frame Type', named({ 0: 'Ethernet', 2: 'IP' })),
      hw: uint(6, 'Hardware ID'),
      direction: flag('Egress'),
      gra: uint(2, 'Timestamp Granularity', named(GRANULARITIES)),
      o: flag('Platform-specific subheader follows'),
    }),
    ...packed({
      platid: uint(6, 'Platform ID'),
      platform_info: uint(26, 'Platform-specific Information', hex),
      platform_info_low: uint(32, 'Platform-specific Information (continued)', hex),
    }),
    ...packed(
      {
        pid1_rsvd1: uint(14, 'Reserved', { name: 'erspan.pid1.rsvd1' }),
        pid1_vsmid: uint(12, 'VSM Domain ID', { name: 'erspan.pid1.vsmid' }),
        pid1_port_index: uint(32, 'Port ID', { name: 'erspan.pid1.port_index' }),
      },
      PLATFORM_ID_BITS,
    ),
    ...packed(
      {
        pid3_rsvd1: uint(12, 'Reserved', { name: 'erspan.pid3.rsvd1' }),
        pid3_port_index: uint(14, 'Port ID', { name: 'erspan.pid3.port_index' }),
        pid3_timestamp: uint(32, 'Timestamp, upper 32 bits', { name: 'erspan.pid3.timestamp' }),
      },
      PLATFORM_ID_BITS,
    ),
    ...packed(
      {
        pid4_rsvd1: uint(12, 'Reserved', { name: 'erspan.pid4.rsvd1' }),
        pid4_rsvd2: uint(14, 'Reserved', { name: 'erspan.pid4.rsvd2' }),
        pid4_rsvd3: uint(32, 'Reserved', { name: 'erspan.pid4.rsvd3' }),
      },
      PLATFORM_ID_BITS,
    ),
    ...packed(
      {
        pid5_switchid: uint(10, 'Switch ID', { name: 'erspan.pid5.switchid' }),
        pid5_port_index: uint(16, 'Port ID', { name: 'erspan.pid5.port_index' }),
        pid5_timestamp: uint(32, 'Timestamp', { name: 'erspan.pid5.timestamp', unit: 's' }),
      },
      PLATFORM_ID_BITS,
    ),
    ...packed(
      {
        pid7_rsvd1: uint(6, 'Reserved', { name: 'erspan.pid7.rsvd1' }),
        pid7_source_index: uint(20, 'Source Index', { name: 'erspan.pid7.source_index' }),
        pid7_timestamp: uint(32, 'Timestamp, upper 32 bits', { name: 'erspan.pid7.timestamp' }),
      },
      PLATFORM_ID_BITS,
    ),
    unknown: bytes('Header of an unknown version'),
  }),
  minimum: TYPE_II_HEADER,
  headerLength,
  next: nextOfErspan,
  details,
  summary: summarize,
  issues: { unknownVersion: 'the version is neither that of type II (1) nor that of type III (2)' },
});

/** Type I: the mirrored frame follows GRE's header at once. */
export const erspanTypeI = defineProtocol('erspan-i', {
  title: 'Encapsulated Remote Switched Port Analyzer, type I',
  source: 'draft-foschiano-erspan-03 §4.1',
  role: 'tunnel',
  tunnel: 'erspan',
  fields: {},
  next: { protocol: 'eth' },
  summary: () => 'type I',
});

const { version, vlan } = erspan.fields;

/** What stands behind the platform ID, by that ID (draft-foschiano-erspan-03 §4.3). */
const platformFields = once(
  (): Readonly<Record<number, readonly Field[]>> => ({
    1: [erspan.variable.pid1_rsvd1, erspan.variable.pid1_vsmid, erspan.variable.pid1_port_index],
    3: [erspan.variable.pid3_rsvd1, erspan.variable.pid3_port_index, erspan.variable.pid3_timestamp],
    4: [erspan.variable.pid4_rsvd1, erspan.variable.pid4_rsvd2, erspan.variable.pid4_rsvd3],
    5: [erspan.variable.pid5_switchid, erspan.variable.pid5_port_index, erspan.variable.pid5_timestamp],
    6: [erspan.variable.pid5_switchid, erspan.variable.pid5_port_index, erspan.variable.pid5_timestamp],
    7: [erspan.variable.pid7_rsvd1, erspan.variable.pid7_source_index, erspan.variable.pid7_timestamp],
  }),
);

function headerLength(view: DataView, start: number, end: number): number {
  if (version.get(view, start) !== TYPE_III) return TYPE_II_HEADER;
  if (start + TYPE_III_HEADER > end) return 0;
  return TYPE_III_HEADER + (erspan.variable.o.get(view, start + 10) === 0 ? 0 : SUBHEADER);
}

function nextOfErspan(dispatch: Dispatch, view: DataView, start: number, payload: number, end: number): number {
  const type = version.get(view, start);
  if (type === 1) return dispatch.named('eth');
  if (type !== TYPE_III) return 0;
  const frame = erspan.variable.ft.get(view, start + 10);
  return frame === ETHERNET ? dispatch.named('eth') : frame === IP ? byIpVersion(dispatch, view, payload, end) : 0;
}

function details(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  const type = version.get(view, start);
  if (type !== 1 && type !== TYPE_III) {
    emit.issue('unknownVersion', TYPE_III, type, version.name);
    emit.octets(erspan.variable.unknown, start + 2, end);
    return;
  }
  emit.field(erspan.variable.cos, start + 2);
  emit.field(type === TYPE_III ? erspan.variable.bso : erspan.variable.encap, start + 2);
  emit.field(erspan.variable.truncated, start + 2);
  emit.field(erspan.variable.spanid, start + 2);
  if (type === 1) {
    emit.field(erspan.variable.reserved, start + 4);
    emit.field(erspan.variable.index, start + 4);
    return;
  }
  emit.field(erspan.variable.timestamp, start + 4);
  emit.field(erspan.variable.sgt, start + 8);
  const { p, ft, hw, direction, gra, o } = erspan.variable;
  for (const field of [p, ft, hw, direction, gra, o]) emit.field(field, start + 10);
  const subheader = start + TYPE_III_HEADER;
  if (!emit.field(erspan.variable.platid, subheader)) return;
  const platform = platformFields()[erspan.variable.platid.get(view, subheader)];
  for (const field of platform ?? [erspan.variable.platform_info, erspan.variable.platform_info_low])
    emit.field(field, subheader);
}

function summarize(view: DataView, start: number, end: number): string {
  const type = version.get(view, start);
  if (end - start < TYPE_II_HEADER || (type !== 1 && type !== TYPE_III)) return `version ${type}`;
  const session = erspan.variable.spanid.get(view, start + 2);
  return `type ${type === 1 ? 'II' : 'III'} session ${session} vlan ${vlan.get(view, start)}`;
}
