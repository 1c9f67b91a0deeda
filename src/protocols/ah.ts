/** IP Authentication Header, RFC 4302 §2. */
import { bytes, hex, named, uint } from '../dissect/field.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { IP_PROTOCOLS } from './registries.ts';

/** Octets before the integrity check value. */
const FIXED = 12;

export const ah = defineProtocol('ah', {
  title: 'Authentication Header',
  source: 'RFC 4302 §2',
  carriedBy: { ipProtocol: [51] },
  role: 'extension',
  fields: {
    next_header: uint(8, 'Next Header', named(IP_PROTOCOLS)),
    length: uint(8, 'Length in 4 octets beyond the first 8'),
    reserved: bytes('Reserved', 2),
    spi: uint(32, 'Security Parameters Index', hex),
    sequence: uint(32, 'Sequence Number'),
  },
  variable: () => ({ icv: bytes('Integrity Check Value') }),
  checks: [{ field: 'length', atLeast: 1, issue: 'headerTooShort' }],
  headerLength: (view: DataView, start: number): number => 4 * (view.getUint8(start + 1) + 2),
  next: { table: 'ipProtocol', field: 'next_header' },
  details: emitIntegrityCheck,
  summary: summarize,
  issues: { headerTooShort: 'the length leaves no room for the sequence number' },
});

function emitIntegrityCheck(emit: FieldEmitter, _view: DataView, start: number, end: number): void {
  if (start + FIXED < end) emit.octets(ah.variable.icv, start + FIXED, end);
}

function summarize(view: DataView, start: number): string {
  const spi = ah.fields.spi.get(view, start).toString(16).padStart(8, '0');
  return `spi=0x${spi} seq=${ah.fields.sequence.get(view, start)}`;
}
