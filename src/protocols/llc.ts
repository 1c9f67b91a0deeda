/** Logical link control, IEEE Std 802.2 (ISO/IEC 8802-2) §3 and §5, with the Subnetwork Access Protocol of IEEE Std 802 §9.5. */

import { once } from '../capture/once.ts';
import { bits, computed, type Field, flag, hex, named, uint, type ValueNames } from '../dissect/field.ts';
import { type Dispatch, defineProtocol } from '../dissect/protocol.ts';
import type { FieldEmitter } from '../dissect/walk.ts';

/** Both service access points, before the control field. */
const ADDRESSES = 2;
/** Organization and protocol identifier of SNAP. */
const SNAP_HEADER = 5;
const SNAP_SAP = 0xaa;

/** Low bits of the first control octet. */
const UNNUMBERED = 3;
const SUPERVISORY = 1;
/** Unnumbered information, without the poll bit. */
const UNNUMBERED_INFORMATION = 0x03;
const POLL_FINAL = 0x10;

const OUI_ETHERTYPE = 0x000000;
/** RFC 1042 frames bridged to a medium without EtherTypes (IEEE Std 802.1H). */
const OUI_BRIDGE_TUNNEL = 0x0000f8;
const OUI_CISCO = 0x00000c;
const OUI_NORTEL = 0x000081;
const OUI_EXTREME = 0x00e02b;
const OUI_APPLE = 0x080007;
const OUI_802_1 = 0x0080c2;
/** Protocol identifiers of spanning tree: Cisco's per-VLAN kind, and IEEE's bridged one (RFC 2684 §5.1). */
const CISCO_PVST = 0x010b;
const BRIDGED_BPDU = 0x000e;

/** IEEE Registration Authority, "LLC Addresses", by the whole octet. */
const SAPS: ValueNames = {
  0: 'Null LSAP',
  2: 'LLC Sublayer Management',
  6: 'IP',
  14: 'PROWAY Network Management',
  66: 'Spanning Tree',
  78: 'EIA RS-511',
  126: 'ISO 8208 (X.25)',
  128: 'XNS',
  142: 'PROWAY Active Station List',
  152: 'ARP',
  170: 'SNAP',
  188: 'Banyan VINES',
  224: 'NetWare',
  240: 'NetBIOS',
  244: 'IBM Network Management',
  254: 'ISO Network Layer',
  255: 'Global DSAP',
};
const OUIS: ValueNames = {
  [OUI_ETHERTYPE]: 'EtherType follows',
  [OUI_CISCO]: 'Cisco',
  [OUI_BRIDGE_TUNNEL]: '802.1H bridge tunnel',
  [OUI_802_1]: 'IEEE 802.1',
  57387: 'Extreme Networks',
  524295: 'Apple',
};
const CISCO_PIDS: ValueNames = {
  260: 'PAgP',
  [CISCO_PVST]: 'PVST+',
  268: 'VLAN Bridge',
  273: 'UDLD',
  8192: 'CDP',
  8193: 'CGMP',
  8195: 'VTP',
  8196: 'DTP',
};
const MODIFIERS: ValueNames = {
  0: 'Unnumbered Information',
  3: 'Disconnected Mode or Set Asynchronous Response Mode',
  16: 'Disconnect',
  24: 'Unnumbered Acknowledgment',
  27: 'Set Asynchronous Balanced Mode Extended',
  33: 'Frame Reject',
  43: 'Exchange Identification',
  56: 'Test',
};
const SUPERVISORY_TYPES: ValueNames = { 0: 'Receiver Ready', 1: 'Receiver Not Ready', 2: 'Reject' };

export const llc = defineProtocol('llc', {
  title: 'Logical Link Control',
  source: 'IEEE Std 802.2 §3.2 and §5.4, IEEE Std 802 §9.5',
  // LINKTYPE_ATM_RFC1483: PDUs over ATM begin with this header.
  carriedBy: { linkType: [100] },
  fields: {
    dsap: bits(8, 'Destination Service Access Point', { sap: uint(7, 'Address'), ig: flag('Group') }, hex, named(SAPS)),
    ssap: bits(8, 'Source Service Access Point', { sap: uint(7, 'Address'), cr: flag('Response') }, hex, named(SAPS)),
  },
  variable: () => ({
    control: bits(
      8,
      'Control, unnumbered format',
      {
        modifier_high: uint(3, 'Modifier, high bits'),
        poll_final: flag('Poll or Final'),
        modifier_low: uint(2, 'Modifier, low bits'),
        ftype: uint(2, 'Frame Type'),
      },
      hex,
    ),
    control_i: bits(
      16,
      'Control, information format',
      {
        n_s: uint(7, 'Send Sequence Number', { name: 'llc.control.n_s' }),
        ftype: uint(1, 'Frame Type', { name: 'llc.control.ftype' }),
        n_r: uint(7, 'Receive Sequence Number', { name: 'llc.control.n_r' }),
        poll_final: flag('Poll or Final', { name: 'llc.control.poll_final' }),
      },
      hex,
      { name: 'llc.control', littleEndian: true },
    ),
    control_s: bits(
      16,
      'Control, supervisory format',
      {
        reserved: uint(4, 'Reserved', { name: 'llc.control.reserved' }),
        s_ftype: uint(2, 'Supervisory Function', named(SUPERVISORY_TYPES), { name: 'llc.control.s_ftype' }),
        ftype: uint(2, 'Frame Type', { name: 'llc.control.ftype' }),
        n_r: uint(7, 'Receive Sequence Number', { name: 'llc.control.n_r' }),
        poll_final: flag('Poll or Final', { name: 'llc.control.poll_final' }),
      },
      hex,
      { name: 'llc.control', littleEndian: true },
    ),
    control_u_modifier_cmd: computed('number', 'Command', named(MODIFIERS), { name: 'llc.control.u_modifier_cmd' }),
    control_u_modifier_resp: computed('number', 'Response', named(MODIFIERS), { name: 'llc.control.u_modifier_resp' }),
    control_p: computed('bool', 'Poll', { name: 'llc.control.p' }),
    control_f: computed('bool', 'Final', { name: 'llc.control.f' }),
    oui: uint(24, 'Organization Code', hex, named(OUIS)),
    type: uint(16, 'Type', hex),
    cisco_pid: uint(16, 'Protocol ID', hex, named(CISCO_PIDS)),
    nortel_pid: uint(16, 'Protocol ID', hex, named({ 417: 'Segment Hello', 418: 'Flatnet Hello' })),
    extreme_pid: uint(16, 'Protocol ID', hex, named({ 187: 'EDP' })),
    apple_atalk_pid: uint(16, 'Protocol ID', hex, named({ 32923: 'AppleTalk' })),
    pid: uint(16, 'Protocol ID', hex),
  }),
  minimum: ADDRESSES + 1,
  headerLength,
  next: nextOfLlc,
  details,
  summary: summarize,
});

const { dsap, ssap } = llc.fields;

/** What the protocol identifier of an organization is called. */
const protocolIds = once(
  (): Readonly<Record<number, Field>> => ({
    [OUI_ETHERTYPE]: llc.variable.type,
    [OUI_BRIDGE_TUNNEL]: llc.variable.type,
    [OUI_CISCO]: llc.variable.cisco_pid,
    [OUI_NORTEL]: llc.variable.nortel_pid,
    [OUI_EXTREME]: llc.variable.extreme_pid,
    [OUI_APPLE]: llc.variable.apple_atalk_pid,
  }),
);

/** Octets of the control field that begins with `first`. */
function controlLength(first: number): number {
  return (first & UNNUMBERED) === UNNUMBERED ? 1 : 2;
}

/** Whether unnumbered information follows from and to the service access point of SNAP. */
function isSnap(view: DataView, start: number): boolean {
  const control = view.getUint8(start + ADDRESSES);
  return (
    dsap.get(view, start) === SNAP_SAP &&
    (ssap.get(view, start) & 0xfe) === SNAP_SAP &&
    isUnnumberedInformation(control)
  );
}

function isUnnumberedInformation(control: number): boolean {
  return (control & ~POLL_FINAL) === UNNUMBERED_INFORMATION;
}

function headerLength(view: DataView, start: number): number {
  const control = controlLength(view.getUint8(start + ADDRESSES));
  return ADDRESSES + control + (isSnap(view, start) ? SNAP_HEADER : 0);
}

function nextOfLlc(dispatch: Dispatch, view: DataView, start: number): number {
  if (isSnap(view, start)) {
    const snap = start + ADDRESSES + 1;
    const oui = llc.variable.oui.get(view, snap);
    const pid = llc.variable.pid.get(view, snap + 3);
    if (oui === OUI_ETHERTYPE || oui === OUI_BRIDGE_TUNNEL) return dispatch.lookup('etherType', pid);
    const isSpanningTree = (oui === OUI_CISCO && pid === CISCO_PVST) || (oui === OUI_802_1 && pid === BRIDGED_BPDU);
    return isSpanningTree ? dispatch.named('stp') : 0;
  }
  const control = view.getUint8(start + ADDRESSES);
  const isInformation = (control & 1) === 0 || isUnnumberedInformation(control);
  return isInformation ? dispatch.lookup('llcSap', dsap.get(view, start)) : 0;
}

function details(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  const at = start + ADDRESSES;
  if (at >= end) return;
  const first = view.getUint8(at);
  const length = controlLength(first);
  const { control, control_i, control_s } = llc.variable;
  if (!emit.field(length === 1 ? control : (first & UNNUMBERED) === SUPERVISORY ? control_s : control_i, at)) return;
  const isResponse = ssap.of.cr.get(view, start) !== 0;
  if (length === 1) {
    const modifier = (first >> 2) & 0x3b;
    emit.value(isResponse ? llc.variable.control_u_modifier_resp : llc.variable.control_u_modifier_cmd, modifier);
  }
  const isPolling = length === 1 ? (first & POLL_FINAL) !== 0 : (view.getUint8(at + 1) & 1) !== 0;
  if (isPolling) emit.value(isResponse ? llc.variable.control_f : llc.variable.control_p, true);
  if (!isSnap(view, start) || !emit.field(llc.variable.oui, at + 1)) return;
  emit.field(protocolIds()[llc.variable.oui.get(view, at + 1)] ?? llc.variable.pid, at + 4);
}

const hexText = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;

function summarize(view: DataView, start: number, end: number): string {
  if (isSnap(view, start) && end - start >= ADDRESSES + 1 + SNAP_HEADER) {
    const oui = llc.variable.oui.get(view, start + 3);
    const pid = llc.variable.pid.get(view, start + 6);
    const name = oui === OUI_CISCO ? CISCO_PIDS[pid] : undefined;
    return `SNAP ${OUIS[oui] ?? hexText(oui, 6)} ${name ?? hexText(pid, 4)}`;
  }
  const sap = dsap.get(view, start);
  return SAPS[sap & 0xfe] ?? `SAP ${hexText(sap, 2)}`;
}
