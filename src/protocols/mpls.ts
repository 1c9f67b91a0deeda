/** MPLS label stack, RFC 3032 §2.1 with the traffic class of RFC 5462; what it carries is told as BCP 128 (RFC 4928 §3) and RFC 4385 say. */
import { flag, list, named, packed, uint, type ValueNames } from '../dissect/field.ts';
import { type Dispatch, defineProtocol } from '../dissect/protocol.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { MOST_LENGTH } from './ethernet.ts';

/** Octets of one label stack entry. */
const ENTRY = 4;
const ETHERNET_HEADER = 14;
/** Entries of the stack, beside the first, that the summary shows. */
const SHOWN_LABELS = 7;
/** Octets of a pseudowire control word. */
const CONTROL_WORD = 4;

const IPV4_EXPLICIT_NULL = 0;
const IPV6_EXPLICIT_NULL = 2;
const OAM_ALERT = 14;
const GAL = 13;

/** IANA "Special-Purpose MPLS Label Values". */
const SPECIAL_LABELS: ValueNames = {
  0: 'IPv4 Explicit NULL',
  1: 'Router Alert',
  2: 'IPv6 Explicit NULL',
  3: 'Implicit NULL',
  7: 'Entropy Label Indicator',
  13: 'Generic Associated Channel Label',
  14: 'OAM Alert',
  15: 'Extension',
};

export const mpls = defineProtocol('mpls', {
  title: 'Multiprotocol Label Switching',
  source: 'RFC 3032 §2.1',
  // RFC 7510 §3: MPLS in UDP.
  carriedBy: {
    etherType: [0x8847, 0x8848],
    ipProtocol: [137],
    udpPort: [6635],
    pppProtocol: [0x0281, 0x0283],
    nshNextProtocol: [5],
  },
  fields: {},
  variable: () => ({
    stack: list(
      'Label Stack Entry',
      packed({
        label: uint(20, 'Label', named(SPECIAL_LABELS), { name: 'mpls.label' }),
        exp: uint(3, 'Traffic Class', { name: 'mpls.exp' }),
        bottom: flag('Bottom of Stack', { name: 'mpls.bottom' }),
        ttl: uint(8, 'Time to Live', { name: 'mpls.ttl' }),
      }),
    ),
  }),
  minimum: ENTRY,
  headerLength: stackLength,
  next: nextOfStack,
  details,
  summary: labelsText,
});

/** Label and bottom of stack of the entry at `at`. */
const labelAt = (view: DataView, at: number): number => mpls.variable.stack.of.label.get(view, at);
const isBottom = (view: DataView, at: number): boolean => mpls.variable.stack.of.bottom.get(view, at) !== 0;

/** Octets down to the bottom of the stack; 0 where that is not there. */
function stackLength(view: DataView, start: number, end: number): number {
  for (let at = start; at + ENTRY <= end; at += ENTRY) if (isBottom(view, at)) return at + ENTRY - start;
  return 0;
}

function nextOfStack(dispatch: Dispatch, view: DataView, _start: number, payload: number, end: number): number {
  const last = labelAt(view, payload - ENTRY);
  if (last === IPV4_EXPLICIT_NULL) return dispatch.named('ip');
  if (last === IPV6_EXPLICIT_NULL) return dispatch.named('ipv6');
  if (last === GAL) return dispatch.named('pwach');
  if (last === OAM_ALERT || payload >= end) return 0;
  // Only the label's owner knows what it stands for: the rest goes by the looks of the payload.
  return -dispatch.named(payloadName(dispatch, view, payload, end));
}

/** Name of the protocol the payload looks like, '' for none. */
function payloadName(dispatch: Dispatch, view: DataView, payload: number, end: number): string {
  const nibble = view.getUint8(payload) >> 4;
  if (nibble === 4) return 'ip';
  if (nibble === 6) return 'ipv6';
  if (nibble === 1) return 'pwach';
  if (nibble === 0 && looksLikeEthernet(dispatch, view, payload + CONTROL_WORD, end)) return 'pwethcw';
  return looksLikeEthernet(dispatch, view, payload, end) ? 'eth' : '';
}

/** Whether an Ethernet header stands at `at`: a unicast source, and a known EtherType or a length that fits. */
function looksLikeEthernet(dispatch: Dispatch, view: DataView, at: number, end: number): boolean {
  const payload = at + ETHERNET_HEADER;
  if (payload > end || (view.getUint8(at + 6) & 1) !== 0) return false;
  const type = view.getUint16(at + 12);
  return type <= MOST_LENGTH ? type > 0 && type <= end - payload : dispatch.lookup('etherType', type) !== 0;
}

function details(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  const { stack } = mpls.variable;
  const { label, exp, bottom, ttl } = stack.of;
  for (let at = start; at + ENTRY <= end; at += ENTRY) {
    emit.begin(stack, at);
    for (const field of [label, exp, bottom, ttl]) emit.field(field, at);
    emit.end(at + ENTRY);
    if (isBottom(view, at)) return;
  }
}

/** The labels from the top, as far as a line can take them. */
function labelsText(view: DataView, start: number, end: number): string {
  let text = `label ${labelAt(view, start)}`;
  for (let at = start; !isBottom(view, at) && at + 2 * ENTRY <= end; at += ENTRY) {
    if (at === start + SHOWN_LABELS * ENTRY) return `${text}/…`;
    text += `/${labelAt(view, at + ENTRY)}`;
  }
  return text;
}
