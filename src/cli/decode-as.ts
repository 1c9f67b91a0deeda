/** The `-d` option: which protocol stands behind a code point. */
import type { DecodeAs } from '../dissect/code-tables.ts';
import type { TableName } from '../dissect/protocol.ts';
import { UsageError } from './exit-codes.ts';

/** Tables by the name of the field that holds the code, as tshark's `-d` has them. */
const DECODE_TABLES: Readonly<Record<string, TableName>> = {
  'udp.port': 'udpPort',
  'tcp.port': 'tcpPort',
  'sctp.port': 'sctpPort',
  'ip.proto': 'ipProtocol',
  ethertype: 'etherType',
};

/** Most code points a table has. */
const CODE_POINTS = 65536;

/** Reads `udp.port==8473,vxlan`; a range `udp.port==8470-8475,vxlan` gives one override a code. Throws UsageError. */
export function parseDecodeAs(text: string): DecodeAs[] {
  const match = /^([a-z.]+)==(0x[0-9a-f]+|\d+)(?:-(0x[0-9a-f]+|\d+))?,([a-z0-9.-]+)$/i.exec(text);
  const [, field = '', from = '', to = from, protocol = ''] = match ?? [];
  const table = DECODE_TABLES[field];
  const first = Number(from);
  const last = Number(to === '' ? from : to);
  if (match === null || table === undefined || first > last || last >= CODE_POINTS) {
    const known = Object.keys(DECODE_TABLES).join(', ');
    throw new UsageError(`-d '${text}' is not of the form udp.port==8473,vxlan; fields are ${known}`);
  }
  return Array.from({ length: last - first + 1 }, (_, i) => ({ table, code: first + i, protocol }));
}
