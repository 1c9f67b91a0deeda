/** `pod`, `node` and `service`: names of a packet's addresses as fields of filters. */
import { addressText } from '../cluster/address.ts';
import type { AddressName, Names } from '../cluster/names.ts';
import { addressAt } from '../cluster/traffic/packet-rows.ts';
import { type Layers, Status } from '../dissect/layers.ts';
import { ipv4 } from '../protocols/ipv4.ts';
import { ipv6 } from '../protocols/ipv6.ts';
import type { ComputedField } from './computed-fields.ts';
import type { FilterContext } from './context.ts';

const SOURCE = '--context, or what follows from the traffic';

/** The fields, for a cluster's names. Of a packet in a tunnel they have the nodes of the tunnel as well as those of the pods. */
export function nameFields(names: Names): readonly ComputedField[] {
  const field = (name: 'pod' | 'node' | 'service', title: string): ComputedField => ({
    name,
    title,
    type: 'text',
    source: SOURCE,
    protocol: '',
    value: ({ layers }: FilterContext) => {
      const found = new Set<string>();
      for (const each of packetNames(layers, names)) if (each[name] !== undefined) found.add(each[name]);
      return [...found];
    },
  });
  return [
    field('pod', 'Namespace and name of the pod that sends or receives: default/web'),
    field('node', 'Node that sends or receives, or has the pod that does'),
    field('service', 'Namespace and name of the service that is addressed, or answers'),
  ];
}

function packetNames(layers: Layers, names: Names): AddressName[] {
  const found: AddressName[] = [];
  for (let row = 0; row < layers.count; row++) {
    const protocol = layers.protocolOf(row);
    if (layers.status[row] !== Status.complete || (protocol !== ipv4 && protocol !== ipv6)) continue;
    for (const side of ['src', 'dst'] as const) {
      const name = names.nameOf(addressText(addressAt(layers, row, side)), portOf(layers, row, side));
      if (name !== undefined) found.push(name);
    }
  }
  return found;
}

/** Port of the transport layer that a network layer carries; undefined where there is none. */
function portOf(layers: Layers, network: number, side: 'src' | 'dst'): number | undefined {
  for (let row = network + 1; row < layers.count; row++) {
    const { role, fixed } = layers.protocolOf(row);
    if (role === 'network') return undefined;
    if (role !== 'transport' || layers.status[row] !== Status.complete) continue;
    return fixed.find(({ key }) => key === `${side}port`)?.get(layers.viewOf(row), layers.start[row]!);
  }
  return undefined;
}
