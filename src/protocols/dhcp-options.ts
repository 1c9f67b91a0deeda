/** Lists of DHCP options, RFC 2132 §2. */
import { bytes, type Field, list, named, octets, uint } from '../dissect/field.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { emitBody, type FieldsByKey, fieldOf, specsOf } from './body.ts';
import { dhcpOptionBodies } from './dhcp-option-bodies.ts';
import { PREFIX } from './dhcp-option-values.ts';
import { DHCP_OPTIONS } from './dhcp-registries.ts';

const Option = { pad: 0, overload: 52, messageType: 53, end: 255 } as const;

/** A list of options. */
export const dhcpOptions = (title: string, name: string) =>
  list(
    title,
    () => ({
      type: uint(8, 'Option', named(DHCP_OPTIONS), { name: `${PREFIX}.type` }),
      length: uint(8, 'Length', octets, { name: `${PREFIX}.length` }),
      ...specsOf(Object.values(dhcpOptionBodies())),
      value: bytes('Value', 0, { name: `${PREFIX}.value` }),
      padding: bytes('Padding', 0, { name: `${PREFIX}.padding` }),
    }),
    { name },
  );

/** Emits the options of [from, end). A run of pad options is one element, and what follows the end option is padding. */
export function emitDhcpOptions(emit: FieldEmitter, options: Field, view: DataView, from: number, end: number): void {
  const fields = options.of as FieldsByKey;
  const type = fieldOf(fields, 'type');
  const value = fieldOf(fields, 'value');
  for (let at = from; at < end; ) {
    const code = view.getUint8(at);
    let next = at + 1;
    emit.begin(options, at);
    emit.field(type, at);
    if (code === Option.pad) while (next < end && view.getUint8(next) === Option.pad) next++;
    if (code === Option.end) next = end;
    if (code === Option.pad || code === Option.end) {
      if (next > at + 1) emit.octets(fieldOf(fields, 'padding'), at + 1, next);
      emit.end(next);
      at = next;
      continue;
    }
    const body = at + 2;
    const length = body <= end ? view.getUint8(at + 1) : 0;
    next = Math.min(body + length, end);
    if (body + length > end) emit.issue('optionBeyondMessage', 2 + length, end - at, `${PREFIX}.length`);
    if (body <= end) {
      emit.field(fieldOf(fields, 'length'), at + 1);
      const known = dhcpOptionBodies()[code];
      const taken = known === undefined ? body : emitBody(emit, fields, known, view, body, next, body);
      if (taken < next) {
        if (known !== undefined && body + length <= end)
          emit.issue('optionLength', taken - body, length, `${PREFIX}.length`);
        emit.octets(value, taken, next);
      }
    }
    emit.end(next);
    at = next;
  }
}

/** First octet of the value of the first option `code` within [from, end) of at least `least` octets; -1 where there is none. */
function findDhcpOption(view: DataView, from: number, end: number, code: number, least: number): number {
  for (let at = from; at < end; ) {
    const found = view.getUint8(at);
    if (found === Option.end) return -1;
    if (found === Option.pad) {
      at += 1;
      continue;
    }
    if (at + 2 > end) return -1;
    const length = view.getUint8(at + 1);
    if (found === code && length >= least && at + 2 + least <= end) return at + 2;
    at += 2 + length;
  }
  return -1;
}

/** Value of the message type option within [from, end); -1 where there is none. */
export function dhcpMessageType(view: DataView, from: number, end: number): number {
  const at = findDhcpOption(view, from, end, Option.messageType, 1);
  return at < 0 ? -1 : view.getUint8(at);
}

/** Fields of the header that hold options instead: 1 the boot file's, 2 the server's name, 3 both (RFC 2132 §9.3). */
export function overloadedFields(view: DataView, from: number, end: number): number {
  const at = findDhcpOption(view, from, end, Option.overload, 1);
  return at < 0 ? 0 : view.getUint8(at) & 3;
}
