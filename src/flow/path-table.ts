/** Paths of several tunnels, or with numbers too long for a flow's key, as small numbers. */

/** One tunnel of a path: outermost first. */
export interface PathHop {
  /** Index into the dissector's kinds of tunnel. */
  readonly kind: number;
  /** Virtual network, or undefined where the tunnel tells none. */
  readonly id: number | undefined;
  /** UDP destination port, 0 for none. */
  readonly port: number;
  readonly ipv6: boolean;
  /** Outer addresses on the side of the key's first and second endpoint: IPv4, or a number of the `AddressTable`. */
  readonly first: number;
  readonly second: number;
}

/** Paths kept, some 30 MB of them; a flood of made-up ones finds no more place, and its packets belong to no flow. */
export const MOST_PATHS = 1 << 16;

/** Numbers paths from 1 on in order of appearance. */
export class PathTable {
  /** Packets whose path found no place. */
  left = 0;
  private readonly numbers = new Map<string, number>();
  private readonly paths: (readonly PathHop[])[] = [[]];

  /** A table to look numbers up in, of paths that another thread has numbered. */
  static of(paths: readonly (readonly PathHop[])[]): PathTable {
    const table = new PathTable();
    for (const path of paths) table.paths.push(path);
    return table;
  }

  /** Paths held. */
  get count(): number {
    return this.paths.length - 1;
  }

  /** The paths for another thread. */
  share(): readonly (readonly PathHop[])[] {
    return this.paths.slice(1);
  }

  /** Number of the path, whose ports are those of its first packet; 0 when there are too many. */
  numberOf(path: readonly PathHop[]): number {
    const key = path.map((hop) => `${hop.kind}/${hop.id}/${hop.ipv6}/${hop.first}/${hop.second}`).join(' ');
    let number = this.numbers.get(key);
    if (number === undefined) {
      if (this.numbers.size === MOST_PATHS) {
        this.left++;
        return 0;
      }
      number = this.paths.length;
      this.numbers.set(key, number);
      this.paths.push(path);
    }
    return number;
  }

  /** The path of a number. */
  at(number: number): readonly PathHop[] {
    return this.paths[number] ?? [];
  }
}
