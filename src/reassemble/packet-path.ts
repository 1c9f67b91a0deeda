/** What names the conversation a packet belongs to: its addresses, and the tunnels around it. */
import type { Field } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';

/**
 * Key of the network conversation of `row` with everything around it: the same inner addresses within two virtual networks, or between two
 * pairs of nodes, are two keys. Outer transport ports are left out, for tunnels choose them anew. `withPorts` adds the ports of `row` itself.
 * `isAnswer` makes the key of the packets that answer this one.
 */
export function pathKey(layers: Layers, row: number, withPorts: boolean, isAnswer = false): string {
  let key = '';
  for (let at = row; at >= 0; at = layers.parent[at]!) {
    const { role, fixed } = layers.protocolOf(at);
    const isOwn = at === row && withPorts;
    if (role !== 'network' && role !== 'tunnel' && !isOwn) continue;
    const view = layers.viewOf(at);
    const start = layers.start[at]!;
    for (const field of isAnswer ? answered(fixed) : fixed) {
      const isWanted =
        (role === 'network' && (field.key === 'src' || field.key === 'dst')) ||
        (role === 'tunnel' && (field.key === 'vni' || field.key === 'key')) ||
        (isOwn && (field.key === 'srcport' || field.key === 'dstport'));
      if (!isWanted || start + field.octetOffset + field.octetWidth > layers.end[at]!) continue;
      for (let octet = start + field.octetOffset; octet < start + field.octetOffset + field.octetWidth; octet++) {
        key += String.fromCharCode(view.getUint8(octet));
      }
    }
    key += '/';
  }
  return key;
}

/** Keys of fields that change places in an answer. */
const OPPOSITES: Readonly<Record<string, string>> = { src: 'dst', dst: 'src', srcport: 'dstport', dstport: 'srcport' };

function answered(fixed: readonly Field[]): readonly Field[] {
  return fixed.map((field) => fixed.find(({ key }) => key === OPPOSITES[field.key]) ?? field);
}
