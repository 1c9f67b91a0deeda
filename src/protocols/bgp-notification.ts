/** NOTIFICATION messages, RFC 4271 §4.5 and RFC 9003; ROUTE-REFRESH messages, RFC 2918 §3 and RFC 5291 §4. */
import { named, number, octets, text, uint } from '../dissect/field.ts';
import { utf8Text } from '../dissect/value.ts';
import { ADDRESS_FAMILIES, ERROR_CODES, ERROR_SUBCODES, SUBSEQUENT_FAMILIES } from './bgp-registries.ts';
import { body, countedBytes, each, type Part, type Parts, restBytes } from './body.ts';

const OPEN_ERROR = 2;
const BAD_PEER_AS = 2;
const CEASE = 6;
/** Administrative Shutdown and Administrative Reset: those a text may go with (RFC 9003 §2). */
const WITH_COMMUNICATION: readonly number[] = [2, 4];

/** Keys of the subcode by error code. */
const SUBCODE_KEYS: Readonly<Record<number, string>> = {
  1: 'minor_error',
  2: 'minor_error_open',
  3: 'minor_error_update',
  4: 'minor_error_expired',
  5: 'minor_error_state',
  6: 'minor_error_cease',
  7: 'minor_error_capability',
};
const UNKNOWN_SUBCODE = 'minor_error_unknown';

const subcode = (isIts: (major: number) => boolean, values: Readonly<Record<number, string>>): Part => ({
  spec: uint(8, 'Error Subcode', named({ 0: 'Unspecific', ...values })),
  emit: (emit, field, at, end, { view, start }) => {
    if (at !== start + 1 || at >= end || !isIts(view.getUint8(start))) return at;
    emit.field(field, at);
    return at + 1;
  },
});

const subcodes: Parts = {
  ...Object.fromEntries(
    Object.entries(SUBCODE_KEYS).map(
      ([code, key]) => [key, subcode((major) => major === Number(code), ERROR_SUBCODES[Number(code)] ?? {})] as const,
    ),
  ),
  [UNKNOWN_SUBCODE]: subcode((major) => SUBCODE_KEYS[major] === undefined, {}),
};

/** Whether the message whose error code is at `start` has a shutdown communication; its length stands at `start + 2`. */
function hasCommunication(view: DataView, start: number, end: number): boolean {
  return start + 3 <= end && view.getUint8(start) === CEASE && WITH_COMMUNICATION.includes(view.getUint8(start + 1));
}

/** What a NOTIFICATION says: from the error code on. */
export const notification = body('bgp', 'notify', {
  major_error: uint(8, 'Error Code', named(ERROR_CODES)),
  ...subcodes,
  'error_open.bad_peer_as': {
    spec: number('Bad Peer AS'),
    emit: (emit, field, at, end, { view, start }) => {
      const isAs = start + 4 <= end && view.getUint8(start) === OPEN_ERROR && view.getUint8(start + 1) === BAD_PEER_AS;
      if (!isAs || (end - at !== 2 && end - at !== 4)) return at;
      emit.value(field, end - at === 2 ? view.getUint16(at) : view.getUint32(at), at, end);
      return end;
    },
  },
  communication_length: {
    spec: uint(8, 'Shutdown Communication Length', octets),
    emit: (emit, field, at, end, { view, start }) => {
      if (at !== start + 2 || !hasCommunication(view, start, end)) return at;
      emit.field(field, at);
      return at + 1;
    },
  },
  communication: {
    spec: text('Shutdown Communication'),
    emit: (emit, field, at, end, { view, start }) => {
      if (at !== start + 3) return at;
      const next = Math.min(at + view.getUint8(start + 2), end);
      emit.octets(field, at, next);
      return next;
    },
  },
  minor_data: restBytes('Data'),
});

/** Error and reason in words: `Cease: Administrative Shutdown "maintenance"`; `start` is the error code. */
export function notificationText(view: DataView, start: number, end: number): string {
  if (start + 2 > end) return '';
  const major = view.getUint8(start);
  const minor = view.getUint8(start + 1);
  let words = ERROR_CODES[major] ?? `error ${major}`;
  if (minor !== 0) words += `: ${ERROR_SUBCODES[major]?.[minor] ?? `subcode ${minor}`}`;
  if (hasCommunication(view, start, end)) {
    const reason = utf8Text(view, start + 3, Math.min(start + 3 + view.getUint8(start + 2), end));
    if (reason !== '') words += ` "${reason}"`;
  }
  return words;
}

/** What a ROUTE-REFRESH says: from the address family on. */
export const routeRefresh = body('bgp', 'route_refresh', {
  afi: uint(16, 'Address Family', named(ADDRESS_FAMILIES)),
  subtype: uint(8, 'Subtype', named({ 0: 'request', 1: 'begin', 2: 'end' })),
  safi: uint(8, 'Subsequent Address Family', named(SUBSEQUENT_FAMILIES)),
  'orf.flag': uint(8, 'When to Refresh', named({ 1: 'immediate', 2: 'defer' })),
  orfs: each(
    'Outbound Route Filter',
    body('bgp.route_refresh', '', {
      'orf.type': uint(8, 'Type', named({ 64: 'Address Prefix' })),
      'orf.length': uint(16, 'Length', octets),
      'orf.entries': countedBytes('Entries'),
    }),
    { name: 'bgp.route_refresh.orf' },
  ),
  rest: restBytes('Rest'),
});
