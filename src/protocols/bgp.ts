/** Border Gateway Protocol 4, RFC 4271. */
import { bytes, named, octets, uint } from '../dissect/field.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { emitPathAttributes, pathAttributes } from './bgp-attributes.ts';
import { emitPrefixes, type PrefixForm, prefixList } from './bgp-nlri.ts';
import { notification, routeRefresh } from './bgp-notification.ts';
import { openMessage } from './bgp-open.ts';
import { BGP_MESSAGES } from './bgp-registries.ts';
import { summarizeBgp } from './bgp-summary.ts';
import { type Body, emitBody, type FieldsByKey, specsOf } from './body.ts';
import { flatNames } from './flat-names.ts';

const MARKER = 16;
const HEADER = 19;
/** Octets of the longest message, unless the peers agreed on more (RFC 8654). */
const USUAL_OCTETS = 4096;
const UPDATE = 2;

const updateFields = () =>
  flatNames('bgp', {
    'update.withdrawn_routes.length': uint(16, 'Withdrawn Routes Length', octets),
    withdrawn_routes: prefixList('Withdrawn Route', 'bgp.update.withdrawn_routes', ['withdrawn_prefix']),
    'update.path_attributes.length': uint(16, 'Total Path Attribute Length', octets),
    path_attributes: pathAttributes,
    nlri: prefixList('Route', 'bgp.update.nlri', ['nlri_prefix']),
    data: bytes('Data'),
  });

export const bgp = defineProtocol('bgp', {
  title: 'Border Gateway Protocol',
  source: 'RFC 4271 §4',
  carriedBy: { tcpPort: [179] },
  guess: { in: ['tcpPort'], first: (octet) => octet === 0xff, when: isBgp },
  fields: {},
  variable: () => ({
    marker: bytes('Marker', MARKER),
    length: uint(16, 'Length', octets),
    type: uint(8, 'Type', named(BGP_MESSAGES)),
    // The end of a message whose beginning was not captured.
    continuation: bytes('Continuation'),
    ...specsOf([openMessage, notification, routeRefresh]),
    ...updateFields(),
  }),
  minimum: 1,
  messages: { prefix: MARKER + 2, length: messageLength },
  details: showMessage,
  summary: (view, start, end) => (isMessage(view, start, end) ? summarizeBgp(view, start, end) : 'continuation'),
  issues: {
    marker: 'the marker is not all ones',
    messageLength: 'the length field is smaller than the header',
    parameterBeyondMessage: 'an optional parameter reaches beyond the message',
    capabilityBeyondParameter: 'a capability reaches beyond its parameter',
    routesBeyondMessage: 'the withdrawn routes or path attributes reach beyond the message',
    attributeBeyondMessage: 'a path attribute reaches beyond the path attributes',
    attributeLength: 'a path attribute is not of the length its type asks for',
    elementBeyondAttribute: 'a part of a path attribute reaches beyond it',
    segmentBeyondAttribute: 'a segment of an AS path reaches beyond it',
    prefixBeyondMessage: 'a route reaches beyond the routes',
    prefixTooLong: 'a prefix is longer than an address',
  },
});

const ipv4Form = (addressKey: string): PrefixForm => ({
  addressOctets: 4,
  hasLabels: false,
  hasDistinguisher: false,
  addressKey,
});
const withdrawnForm = ipv4Form('withdrawn_prefix');
const nlriForm = ipv4Form('nlri_prefix');

/** Bodies by message type, but for UPDATE. */
const BODIES: Readonly<Record<number, Body>> = { 1: openMessage, 3: notification, 5: routeRefresh };

/** Whether the octets at `start` are a marker: all ones (RFC 4271 §4.1). */
function hasMarker(view: DataView, start: number): boolean {
  for (let at = start; at < start + MARKER; at += 4) if (view.getUint32(at) !== 0xffffffff) return false;
  return true;
}

/** Whether a header without a marker can be a message's all the same: by its length and type. */
function isPlausible(view: DataView, start: number, end: number): boolean {
  if (start + HEADER > end) return false;
  const length = view.getUint16(start + MARKER);
  return length >= HEADER && length <= USUAL_OCTETS && hasKnownType(view, start);
}

/** Whether a message begins at `start`, of which even the marker may be cut short. */
function isMessage(view: DataView, start: number, end: number): boolean {
  if (start + MARKER <= end) return hasMarker(view, start) || isPlausible(view, start, end);
  for (let at = start; at < end; at++) if (view.getUint8(at) !== 0xff) return false;
  return true;
}

/**
 * Octets of the message at `start`. Without a marker, it is one only if its length and type can be; else what stands before
 * the next marker is the end of a message that began before the capture.
 */
function messageLength(view: DataView, start: number, end: number): number {
  const length = view.getUint16(start + MARKER);
  if (hasMarker(view, start)) return length < HEADER ? Number.POSITIVE_INFINITY : length;
  if (isPlausible(view, start, end)) return length;
  let ones = 0;
  for (let at = start; at < end; at++) {
    ones = view.getUint8(at) === 0xff ? ones + 1 : 0;
    if (ones === MARKER) return at + 1 - MARKER - start;
  }
  return 0;
}

function hasKnownType(view: DataView, start: number): boolean {
  return BGP_MESSAGES[view.getUint8(start + 18) as 1] !== undefined;
}

/** A marker, a length that a message can have, and a type in use. */
function isBgp(view: DataView, start: number, end: number): boolean {
  if (start + HEADER > end || !hasMarker(view, start)) return false;
  return view.getUint16(start + MARKER) >= HEADER && hasKnownType(view, start);
}

function showMessage(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  const { marker, length, type, continuation, data } = bgp.variable;
  if (!isMessage(view, start, end)) {
    emit.octets(continuation, start, end);
    return;
  }
  if (!emit.field(marker, start)) return;
  if (!hasMarker(view, start)) emit.issue('marker', 0xff, view.getUint8(start), marker.name);
  emit.field(length, start + MARKER);
  if (!emit.field(type, start + MARKER + 2)) return;
  const octetsTold = length.get(view, start + MARKER);
  if (octetsTold < HEADER) emit.issue('messageLength', HEADER, octetsTold, length.name);
  const fields: FieldsByKey = bgp.variable;
  const code = type.get(view, start + MARKER + 2);
  const at = start + HEADER;
  const known = BODIES[code];
  let taken = at;
  if (code === UPDATE) taken = showUpdate(emit, view, at, end);
  else if (known !== undefined) taken = emitBody(emit, fields, known, view, at, end, start);
  if (taken < end) emit.octets(data, taken, end);
}

/** Emits an UPDATE's fields from the length of the withdrawn routes on, and answers the first octet that is none of them. */
function showUpdate(emit: FieldEmitter, view: DataView, start: number, end: number): number {
  const { update_withdrawn_routes_length, withdrawn_routes, update_path_attributes_length, path_attributes, nlri } =
    bgp.variable;
  if (!emit.field(update_withdrawn_routes_length, start)) return start;
  const withdrawnLength = view.getUint16(start);
  const withdrawnEnd = start + 2 + withdrawnLength;
  if (withdrawnEnd > end) emit.issue('routesBeyondMessage', withdrawnLength, end - start - 2, 'bgp.length');
  emitPrefixes(emit, withdrawn_routes, view, start + 2, Math.min(withdrawnEnd, end), withdrawnForm);
  if (withdrawnEnd >= end || !emit.field(update_path_attributes_length, withdrawnEnd))
    return Math.min(withdrawnEnd, end);
  const attributesLength = view.getUint16(withdrawnEnd);
  const attributes = withdrawnEnd + 2;
  const attributesEnd = attributes + attributesLength;
  if (attributesEnd > end) emit.issue('routesBeyondMessage', attributesLength, end - attributes, 'bgp.length');
  emitPathAttributes(emit, path_attributes, view, attributes, Math.min(attributesEnd, end), true);
  emitPrefixes(emit, nlri, view, Math.min(attributesEnd, end), end, nlriForm);
  return end;
}
