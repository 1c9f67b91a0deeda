/** The protocol hierarchy: how many packets and octets went through each stack of layers. */
import type { Layers } from '../dissect/layers.ts';

/** A protocol within the stack above it. */
export interface HierarchyNode {
  readonly name: string;
  /** Packets whose stack passes through here. */
  packets: number;
  /** Octets on the wire of these packets' frames. */
  octets: number;
  readonly children: Map<string, HierarchyNode>;
}

/** Nodes kept at most; a capture made to have ever new stacks stops growing there. */
const MAX_NODES = 10_000;

/** Counts stacks of layers. */
export class Hierarchy {
  readonly root: HierarchyNode = { name: 'frame', packets: 0, octets: 0, children: new Map() };
  private nodes = 1;

  /** Counts a packet of `octets` on the wire. Messages of one protocol side by side count once. */
  add(layers: Layers, octets: number): void {
    let node = this.root;
    node.packets++;
    node.octets += octets;
    for (let row = 0; row < layers.count; row++) {
      const parent = layers.parent[row]!;
      if (row > 0 && parent === layers.parent[row - 1]) continue;
      const { name } = layers.protocolOf(row);
      let child = node.children.get(name);
      if (child === undefined) {
        if (this.nodes === MAX_NODES) return;
        this.nodes++;
        child = { name, packets: 0, octets: 0, children: new Map() };
        node.children.set(name, child);
      }
      child.packets++;
      child.octets += octets;
      node = child;
    }
  }
}

/** A node with its depth. */
export interface HierarchyRow {
  readonly name: string;
  readonly depth: number;
  /** The stack joined by colons. */
  readonly path: string;
  readonly packets: number;
  readonly octets: number;
}

/** The nodes, each above its children, the busiest first. */
export function hierarchyRows(hierarchy: Hierarchy): HierarchyRow[] {
  const rows: HierarchyRow[] = [];
  const add = (node: HierarchyNode, depth: number, above: string): void => {
    const sorted = [...node.children.values()].sort((a, b) => b.packets - a.packets || (a.name < b.name ? -1 : 1));
    for (const child of sorted) {
      const path = above === '' ? child.name : `${above}:${child.name}`;
      rows.push({ name: child.name, depth, path, packets: child.packets, octets: child.octets });
      add(child, depth + 1, path);
    }
  };
  add(hierarchy.root, 0, '');
  return rows;
}
