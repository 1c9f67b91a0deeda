/** User Datagram Protocol, RFC 768. */
import { hex, octets, uint } from '../dissect/field.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import { verifyTransport } from './pseudo-header.ts';

export const udp = defineProtocol('udp', {
  title: 'User Datagram Protocol',
  source: 'RFC 768',
  carriedBy: { ipProtocol: [17] },
  role: 'transport',
  fields: {
    srcport: uint(16, 'Source Port'),
    dstport: uint(16, 'Destination Port'),
    length: uint(16, 'Length', octets),
    checksum: uint(16, 'Checksum', hex),
  },
  // 0 is a jumbogram's length (RFC 2675 §4), or offload's.
  extent: { field: 'length', includesHeader: true, zeroIsUnbounded: true },
  next: { ports: 'udpPort' },
  summary: (_view, start, _end, layers, row) => `len=${layers.wireEnd[row]! - start - 8}`,
  verify: (layers, row, transport) => {
    if (!transport) return;
    const found = udp.fields.checksum.get(layers.viewOf(row), layers.start[row]!);
    // RFC 768: 0 says that the sender made none.
    if (found !== 0) verifyTransport(layers, row, 17, found, udp.fields.checksum);
  },
});
