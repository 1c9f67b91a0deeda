/** Prefixes as BGP carries them: RFC 4271 §4.3, with labels RFC 8277, in VPNs RFC 4364 §4.3, with path identifiers RFC 7911 §3. */
import { bytes, computed, type Field, type FieldSpec, list, text, uint } from '../dissect/field.ts';
import { ipv4Text, ipv6Text } from '../dissect/value.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { Safi } from './bgp-registries.ts';
import { type FieldsByKey, fieldOf } from './body.ts';
import { flatNames } from './flat-names.ts';

/** Octets of a route distinguisher (RFC 4364 §4.2). */
export const ROUTE_DISTINGUISHER = 8;
const LABEL = 3;
const PATH_ID = 4;
/** What stands for a label in a withdrawal (RFC 8277 §2.4), or is left over from RFC 3107. */
const WITHDRAWN_LABELS: readonly number[] = [0x800000, 0x000000];

/** How the prefixes of one address family look. */
export interface PrefixForm {
  /** Octets of a whole address. */
  readonly addressOctets: 4 | 16;
  readonly hasLabels: boolean;
  readonly hasDistinguisher: boolean;
  /** Key of the field that holds the address. */
  readonly addressKey: string;
}

/** Form of the prefixes of a family; undefined for one whose routes are no prefixes. */
export function prefixForm(afi: number, safi: number, keys: { ipv4: string; ipv6: string }): PrefixForm | undefined {
  const isIpv4 = afi === 1;
  if (!isIpv4 && afi !== 2) return undefined;
  const known = safi === Safi.unicast || safi === Safi.multicast || safi === Safi.labeled || safi === Safi.vpn;
  if (!known) return undefined;
  return {
    addressOctets: isIpv4 ? 4 : 16,
    hasLabels: safi === Safi.labeled || safi === Safi.vpn,
    hasDistinguisher: safi === Safi.vpn,
    addressKey: isIpv4 ? keys.ipv4 : keys.ipv6,
  };
}

/** A list of prefixes whose addresses are named by `addresses`, of IPv4 and, where there are two, of IPv6. */
export const prefixList = (title: string, name: string, addresses: readonly string[]): FieldSpec =>
  list(
    title,
    () =>
      flatNames('bgp', {
        nlri_path_id: uint(32, 'Path Identifier'),
        prefix_length: uint(8, 'Prefix Length', { unit: 'bits' }),
        label_stack: text('Label Stack'),
        rd: text('Route Distinguisher'),
        ...Object.fromEntries(
          addresses.map((key, index) => [key, computed(index === 0 ? 'ipv4' : 'ipv6', 'Prefix')] as const),
        ),
        nlri_data: bytes('Data'),
      }),
    { name },
  );

/** A route distinguisher as `administrator:number`. */
export function distinguisherText(view: DataView, at: number): string {
  switch (view.getUint16(at)) {
    case 0:
      return `${view.getUint16(at + 2)}:${view.getUint32(at + 4)}`;
    case 1:
      return `${ipv4Text(view, at + 2)}:${view.getUint16(at + 6)}`;
    case 2:
      return `${view.getUint32(at + 2)}:${view.getUint16(at + 6)}`;
    default:
      return `unknown type ${view.getUint16(at)}`;
  }
}

/** End of the label stack at `at`: behind the label with the bottom bit, or one that stands for "withdrawn". */
function labelStackEnd(view: DataView, at: number, end: number): number {
  let next = at;
  while (next + LABEL <= end) {
    const label = (view.getUint16(next) << 8) | view.getUint8(next + 2);
    next += LABEL;
    if ((label & 1) === 1 || WITHDRAWN_LABELS.includes(label)) break;
  }
  return next;
}

function labelStackText(view: DataView, at: number, end: number): string {
  const labels: string[] = [];
  let isBottom = false;
  for (let label = at; label < end; label += LABEL) {
    const value = (view.getUint16(label) << 8) | view.getUint8(label + 2);
    if (WITHDRAWN_LABELS.includes(value)) return [...labels, 'withdrawn'].join(',');
    labels.push(String(value >> 4));
    isBottom = (value & 1) === 1;
  }
  return labels.join(',') + (isBottom ? ' (bottom)' : '');
}

/** Address of a prefix, the octets that were not sent being zero. */
export function prefixText(view: DataView, at: number, end: number, addressOctets: 4 | 16): string {
  const padded = new DataView(new ArrayBuffer(addressOctets));
  for (let i = at; i < end; i++) padded.setUint8(i - at, view.getUint8(i));
  return addressOctets === 4 ? ipv4Text(padded, 0) : ipv6Text(padded, 0);
}

/** Whether bits behind the prefix that begins at `at` are set, which senders leave zero (RFC 4271 §4.3). */
function hasHostBits(view: DataView, at: number, bits: number): boolean {
  const used = bits & 7;
  return used !== 0 && (view.getUint8(at + (bits >> 3)) & (0xff >> used)) !== 0;
}

/** Whether [from, end) is well-formed prefixes with nothing left over; behind path identifiers where `isAddPath`. */
function arePrefixes(view: DataView, from: number, end: number, form: PrefixForm, isAddPath: boolean): boolean {
  const most = form.hasLabels ? 255 : form.addressOctets * 8;
  let defaultRoutes = 0;
  let at = from;
  while (at < end) {
    if (isAddPath) at += PATH_ID;
    if (at >= end) return false;
    const bits = view.getUint8(at);
    const next = at + 1 + ((bits + 7) >> 3);
    if (bits > most || next > end || hasHostBits(view, at + 1, bits)) return false;
    if (bits === 0) defaultRoutes++;
    at = next;
  }
  // Two default routes are rather upper octets of an identifier.
  return isAddPath || defaultRoutes < 2;
}

/**
 * Whether path identifiers stand before the prefixes. Peers agree on that in OPEN messages, which a capture need not hold:
 * it is taken as so where the octets are prefixes with identifiers and hardly prefixes without.
 */
export function hasPathIdentifiers(view: DataView, from: number, end: number, form: PrefixForm): boolean {
  return !arePrefixes(view, from, end, form, false) && arePrefixes(view, from, end, form, true);
}

/** Emits the prefixes of [from, end); the rest, should they not fit, as data. */
export function emitPrefixes(
  emit: FieldEmitter,
  prefixes: Field,
  view: DataView,
  from: number,
  end: number,
  form: PrefixForm,
): void {
  const fields = prefixes.of as FieldsByKey;
  const isAddPath = hasPathIdentifiers(view, from, end, form);
  let at = from;
  while (at < end) {
    const lengthAt = isAddPath ? at + PATH_ID : at;
    const bits = lengthAt < end ? view.getUint8(lengthAt) : 0;
    const next = lengthAt + 1 + ((bits + 7) >> 3);
    emit.begin(prefixes, at);
    if (lengthAt >= end || next > end) {
      emit.issue('prefixBeyondMessage', next - at, end - at, 'bgp.prefix_length');
      emit.octets(fieldOf(fields, 'nlri_data'), at, end);
      emit.end(end);
      return;
    }
    if (isAddPath) emit.field(fieldOf(fields, 'nlri_path_id'), at);
    emit.field(fieldOf(fields, 'prefix_length'), lengthAt);
    emitPrefix(emit, fields, view, lengthAt + 1, next, form);
    emit.end(next);
    at = next;
  }
}

function emitPrefix(
  emit: FieldEmitter,
  fields: FieldsByKey,
  view: DataView,
  from: number,
  next: number,
  form: PrefixForm,
): void {
  let at = from;
  if (form.hasLabels) {
    const behind = labelStackEnd(view, at, next);
    if (behind > at) emit.value(fieldOf(fields, 'label_stack'), labelStackText(view, at, behind), at, behind);
    at = behind;
  }
  if (form.hasDistinguisher && at + ROUTE_DISTINGUISHER <= next) {
    emit.value(fieldOf(fields, 'rd'), distinguisherText(view, at), at, at + ROUTE_DISTINGUISHER);
    at += ROUTE_DISTINGUISHER;
  }
  if (next - at > form.addressOctets) {
    emit.issue('prefixTooLong', form.addressOctets, next - at, 'bgp.prefix_length');
    emit.octets(fieldOf(fields, 'nlri_data'), at, next);
  } else emit.value(fieldOf(fields, form.addressKey), prefixText(view, at, next, form.addressOctets), at, next);
}
