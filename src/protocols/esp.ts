/** IP Encapsulating Security Payload, RFC 4303 §2. What follows the sequence number is encrypted. */
import { hex, uint } from '../dissect/field.ts';
import { defineProtocol } from '../dissect/protocol.ts';

export const esp = defineProtocol('esp', {
  title: 'Encapsulating Security Payload',
  source: 'RFC 4303 §2',
  carriedBy: { ipProtocol: [50] },
  fields: {
    spi: uint(32, 'Security Parameters Index', hex),
    sequence: uint(32, 'Sequence Number'),
  },
  summary: summarize,
});

function summarize(view: DataView, start: number): string {
  const spi = esp.fields.spi.get(view, start).toString(16).padStart(8, '0');
  return `spi=0x${spi} seq=${esp.fields.sequence.get(view, start)}`;
}
