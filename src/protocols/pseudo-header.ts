/** Checksums that cover a pseudo-header of the network layer: RFC 9293 §3.1, RFC 768, RFC 8200 §8.1. */
import type { Field } from '../dissect/field.ts';
import { type Layers, RowFlag } from '../dissect/layers.ts';
import { onesComplementSum } from './checksum.ts';

/**
 * Verifies a transport checksum and records `badChecksum`, or `partialChecksum` where only the pseudo-header was summed (what a sender's kernel
 * leaves for its network card). Nothing is recorded where octets are missing: a fragment, a cut packet, a quoted one.
 */
export function verifyTransport(
  layers: Layers,
  row: number,
  protocolNumber: number,
  found: number,
  field: Field,
): void {
  const start = layers.start[row]!;
  const end = layers.end[row]!;
  const network = layers.enclosing(row, 'network');
  const cannotTell = RowFlag.quoted | RowFlag.fragment;
  if (network < 0 || end < layers.wireEnd[row]! || (layers.flags[row]! & cannotTell) !== 0) return;
  const view = layers.viewOf(row);
  const pseudo = pseudoHeaderSum(layers, network, protocolNumber, end - start);
  const sum = onesComplementSum(view, start, end, pseudo);
  if (sum === 0xffff) return;
  if (found === pseudo) layers.issues.add(row, 'partialChecksum', 0, found, field.name);
  else {
    const right = onesComplementSum(view, start, end, onesComplementFold(pseudo + 0xffff - found)) ^ 0xffff;
    layers.issues.add(row, 'badChecksum', right, found, field.name);
  }
}

function onesComplementFold(sum: number): number {
  return (sum & 0xffff) + (sum >>> 16);
}

/** Sum of the pseudo-header for `length` octets of the protocol, folded to 16 bits. */
export function pseudoHeaderSum(layers: Layers, network: number, protocolNumber: number, length: number): number {
  const view = layers.viewOf(network);
  const at = layers.start[network]!;
  const isIpv6 = layers.protocolOf(network).name === 'ipv6';
  const lengthAndProtocol = onesComplementFold(length + protocolNumber);
  return isIpv6
    ? onesComplementSum(view, at + 8, at + 40, lengthAndProtocol)
    : onesComplementSum(view, at + 12, at + 20, lengthAndProtocol);
}
