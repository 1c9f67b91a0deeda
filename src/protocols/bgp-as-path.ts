/** AS paths, RFC 4271 §4.3 and RFC 6793 §3: segments of AS numbers of two or four octets. */
import { list, named, uint } from '../dissect/field.ts';
import { type FieldsByKey, fieldOf, type Part } from './body.ts';
import { flatNames } from './flat-names.ts';

const SEGMENT = 'bgp.update.path_attribute.as_path_segment';
const SEGMENT_TYPES = { 1: 'AS_SET', 2: 'AS_SEQUENCE', 3: 'AS_CONFED_SEQUENCE', 4: 'AS_CONFED_SET' };
const SEGMENT_HEADER = 2;

/** Whether [from, end) is whole segments of AS numbers of `width` octets. */
function fits(view: DataView, from: number, end: number, width: number): boolean {
  let at = from;
  while (at + SEGMENT_HEADER <= end) {
    const type = view.getUint8(at);
    if (type < 1 || type > 4) return false;
    const next = at + SEGMENT_HEADER + width * view.getUint8(at + 1);
    // AS 0 is never part of a path (RFC 7607), but the upper half of many an AS number of four octets.
    if (width === 2) {
      for (let as = at + SEGMENT_HEADER; as < Math.min(next, end - 1); as += width) {
        if (view.getUint16(as) === 0) return false;
      }
    }
    at = next;
  }
  return at === end;
}

/**
 * Octets of the AS numbers of a path. Peers agree on four in OPEN messages, which a capture need not hold: two it is where
 * the octets are a path of such numbers, none of them 0, and four else.
 */
function asNumberOctets(view: DataView, from: number, end: number): 2 | 4 {
  return fits(view, from, end, 2) ? 2 : 4;
}

const spec = list(
  'Segment',
  () =>
    flatNames(SEGMENT, {
      type: uint(8, 'Segment Type', named(SEGMENT_TYPES)),
      length: uint(8, 'Segment Length', { unit: 'AS numbers' }),
      numbers: list('AS Number', {
        as2: uint(16, 'AS Number'),
        as4: uint(32, 'AS Number'),
      }),
    }),
  { name: SEGMENT },
);

/** Segments of a path, whose AS numbers are as wide as `width` says. */
const segments = (width: (view: DataView, from: number, end: number) => 2 | 4): Part => ({
  spec,
  emit: (emit, list, from, end, { view }) => {
    const fields = list.of as FieldsByKey;
    const numbers = fieldOf(fields, 'numbers');
    const octets = width(view, from, end);
    const number = fieldOf(numbers.of as FieldsByKey, octets === 2 ? 'as2' : 'as4');
    let at = from;
    while (at + SEGMENT_HEADER <= end) {
      const count = view.getUint8(at + 1);
      if (at + SEGMENT_HEADER + count * octets > end) {
        emit.issue('segmentBeyondAttribute', SEGMENT_HEADER + count * octets, end - at, `${SEGMENT}.length`);
        return at;
      }
      emit.begin(list, at);
      emit.field(fieldOf(fields, 'type'), at);
      emit.field(fieldOf(fields, 'length'), at + 1);
      at += SEGMENT_HEADER;
      for (const next = at + count * octets; at < next; at += octets) {
        emit.begin(numbers, at);
        emit.field(number, at);
        emit.end(at + octets);
      }
      emit.end(at);
    }
    return at;
  },
});

/** The AS_PATH attribute. */
export const asPath = segments(asNumberOctets);
/** The AS4_PATH attribute. */
export const as4Path = segments(() => 4);
