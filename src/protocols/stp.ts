/**
 * Spanning tree BPDUs, IEEE Std 802.1Q-2022 §14 (STP: IEEE Std 802.1D-1998 §9, shortest path trees: version 4), and the VLAN that Cisco's
 * PVST+ appends.
 */
import { hex, named, uint } from '../dissect/field.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import { macText } from '../dissect/value.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { bpduFields } from './stp-fields.ts';
import { emitMultipleTrees, emitShortestPath } from './stp-trees.ts';

/** Protocol, version and type: all there is of a topology change notification. */
const LEAST = 4;
const CONFIGURATION_LENGTH = 35;
const RAPID_LENGTH = 36;
/** Octets of the fields that say how long the parts of versions 3 and 4 are. */
const LENGTH_FIELD = 2;
/** Type and length of PVST+'s appended VLAN, and the whole of it. */
const PVST_VLAN_HEADER = 0x00000002;
const PVST_TLV = 6;

const TYPE = { configuration: 0, rapid: 2, topologyChange: 0x80 } as const;
const VERSIONS = { 0: 'STP', 2: 'RSTP', 3: 'MSTP', 4: 'SPT' };
const TYPES = { 0: 'Configuration', 2: 'Rapid or Multiple Spanning Tree', 128: 'Topology Change Notification' };

export const stp = defineProtocol('stp', {
  title: 'Spanning Tree Protocol',
  source: 'IEEE Std 802.1Q §14.4',
  carriedBy: { llcSap: [0x42] },
  fields: {
    protocol: uint(16, 'Protocol Identifier', hex, named({ 0: 'Spanning Tree' })),
    version: uint(8, 'Version', named(VERSIONS)),
    type: uint(8, 'BPDU Type', hex, named(TYPES)),
  },
  variable: bpduFields,
  headerLength,
  details,
  summary: summarize,
});

const { protocol, version, type } = stp.fields;

/** Octets of the BPDU as its type, its version and the lengths in it say; 0 where these are not there. */
function headerLength(view: DataView, start: number, end: number): number {
  if (protocol.get(view, start) !== 0) return LEAST;
  const kind = type.get(view, start);
  if (kind !== TYPE.configuration && kind !== TYPE.rapid) return LEAST;
  let length = kind === TYPE.configuration ? CONFIGURATION_LENGTH : RAPID_LENGTH;
  if (hasPvstVlan(view, start, end)) return RAPID_LENGTH + PVST_TLV;
  if (kind === TYPE.configuration) return length;
  for (let part = 3; part <= Math.min(version.get(view, start), 4); part++) {
    // Bridges that send no part of a version leave its length out, too.
    if (start + length + LENGTH_FIELD > end) return length;
    length += LENGTH_FIELD + view.getUint16(start + length);
  }
  return length;
}

/** PVST+ puts it behind a BPDU of 36 octets, the last of which is padding in one that is not rapid. */
function hasPvstVlan(view: DataView, start: number, end: number): boolean {
  const at = start + RAPID_LENGTH;
  return version.get(view, start) < 3 && at + PVST_TLV <= end && view.getUint32(at) === PVST_VLAN_HEADER;
}

function details(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  const kind = type.get(view, start);
  if (protocol.get(view, start) !== 0 || (kind !== TYPE.configuration && kind !== TYPE.rapid)) return;
  emit.field(stp.variable.flags, start + 4);
  emit.field(stp.variable.root_prio, start + 5);
  emit.field(stp.variable.root_ext, start + 5);
  emit.field(stp.variable.root_hw, start + 7);
  emit.field(stp.variable.root_cost, start + 13);
  emit.field(stp.variable.bridge_prio, start + 17);
  emit.field(stp.variable.bridge_ext, start + 17);
  emit.field(stp.variable.bridge_hw, start + 19);
  emit.field(stp.variable.port, start + 25);
  emit.field(stp.variable.msg_age, start + 27);
  emit.field(stp.variable.max_age, start + 29);
  emit.field(stp.variable.hello, start + 31);
  emit.field(stp.variable.forward, start + 33);
  if (kind === TYPE.rapid) emit.field(stp.variable.version_1_length, start + 35);
  const at = start + RAPID_LENGTH;
  if (hasPvstVlan(view, start, end)) {
    if (kind === TYPE.configuration) emit.field(stp.variable.pvst_padding, start + 35);
    emit.field(stp.variable.pvst_tlvtype, at);
    emit.field(stp.variable.pvst_tlvlen, at + 2);
    emit.field(stp.variable.pvst_origvlan, at + 4);
    return;
  }
  if (kind === TYPE.configuration || at >= end) return;
  const next = emitMultipleTrees(emit, stp.variable, view, at, end);
  emitShortestPath(emit, stp.variable, view, next, end);
}

function summarize(view: DataView, start: number, end: number): string {
  const kind = type.get(view, start);
  if (protocol.get(view, start) !== 0) return `protocol ${protocol.get(view, start)}`;
  if (kind === TYPE.topologyChange) return 'topology change';
  if (end - start < CONFIGURATION_LENGTH) return `type ${kind}`;
  const name = VERSIONS[version.get(view, start) as 0] ?? 'STP';
  const root = `${stp.variable.root_prio.get(view, start + 5) + stp.variable.root_ext.get(view, start + 5)}/${macText(view, start + 7)}`;
  const port = stp.variable.port
    .get(view, start + 25)
    .toString(16)
    .padStart(4, '0');
  return `${name} root ${root} cost ${stp.variable.root_cost.get(view, start + 13)} port 0x${port}`;
}
