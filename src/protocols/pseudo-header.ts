/** Checksums that cover a pseudo-header of the network layer: RFC 9293 §3.1, RFC 768, RFC 8200 §8.1. */
import type { Field } from '../dissect/field.ts';
import { type Layers, RowFlag } from '../dissect/layers.ts';
import { onesComplementSum } from './checksum.ts';
import { homeAddressAt } from './ipv6-options.ts';
import { finalDestination } from './ipv6-routing.ts';

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
  const network = layers.enclosing(row, 'network');
  if (network < 0 || !isWhole(layers, row)) return;
  const length = layers.end[row]! - layers.start[row]!;
  const pseudo = pseudoHeaderSum(layers, network, protocolNumber, length, row);
  const right = rightSum(layers, row, found, pseudo, layers.start[row]!, layers.end[row]!);
  if (right === found) return;
  if (found === pseudo) layers.issues.add(row, 'partialChecksum', 0, found, field.name);
  else layers.issues.add(row, 'badChecksum', right, found, field.name);
}

/** As `verifyTransport`, of a checksum over the message alone (ICMP, IGMP), or over [from, end) of it. */
export function verifyMessage(
  layers: Layers,
  row: number,
  found: number,
  field: Field,
  from = layers.start[row]!,
  end = layers.end[row]!,
): void {
  if (!isWhole(layers, row)) return;
  const right = rightSum(layers, row, found, 0, from, end);
  if (right !== found) layers.issues.add(row, 'badChecksum', right, found, field.name);
}

function isWhole(layers: Layers, row: number): boolean {
  const cannotTell = RowFlag.quoted | RowFlag.fragment;
  return layers.end[row]! >= layers.wireEnd[row]! && (layers.flags[row]! & cannotTell) === 0;
}

/** The checksum that should stand in place of `found` in [start, end) of the octets of `row`, on top of the sum `initial`. */
function rightSum(layers: Layers, row: number, found: number, initial: number, start: number, end: number): number {
  const view = layers.viewOf(row);
  if (onesComplementSum(view, start, end, initial) === 0xffff) return found;
  return onesComplementSum(view, start, end, onesComplementFold(initial + 0xffff - found)) ^ 0xffff;
}

function onesComplementFold(sum: number): number {
  return (sum & 0xffff) + (sum >>> 16);
}

/** Sum of the pseudo-header for `length` octets of the protocol in `row`, folded to 16 bits. */
function pseudoHeaderSum(layers: Layers, network: number, protocolNumber: number, length: number, row: number): number {
  const view = layers.viewOf(network);
  const at = layers.start[network]!;
  const lengthAndProtocol = onesComplementFold(length + protocolNumber);
  if (layers.protocolOf(network).name !== 'ipv6') return onesComplementSum(view, at + 12, at + 20, lengthAndProtocol);
  let source = at + 8;
  let destination = at + 24;
  for (let outer = layers.parent[row]!; outer > network; outer = layers.parent[outer]!) {
    if (layers.source[outer] !== layers.source[network]) continue;
    const { name } = layers.protocolOf(outer);
    const start = layers.start[outer]!;
    const end = layers.payload[outer]!;
    if (name === 'ipv6.routing') destination = firstFound(finalDestination(view, start, end), destination);
    else if (name === 'ipv6.dstopts') source = firstFound(homeAddressAt(view, start + 2, end), source);
  }
  const sourceSum = onesComplementSum(view, source, source + 16, lengthAndProtocol);
  return onesComplementSum(view, destination, destination + 16, sourceSum);
}

function firstFound(place: number, otherwise: number): number {
  return place < 0 ? otherwise : place;
}
