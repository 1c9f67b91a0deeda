/** The layers of one packet, as rows of a table that is reused for every packet. */
import { Issues } from './issue.ts';
import type { Protocol } from './protocol.ts';

/** Rows a packet may have; what would nest deeper ends as the issue `tooManyLayers`. Real overlays need about ten, a coalesced segment full of BGP messages dozens. */
export const MAX_LAYERS = 128;

/** How far a layer could be dissected. */
export const Status = {
  complete: 0,
  /** The capture ends within the header. */
  truncated: 1,
  /** The header contradicts itself or the lengths around it. */
  malformed: 2,
} as const;

/** Flags of a row. */
export const RowFlag = {
  /** Part of a packet that an ICMP error quotes. */
  quoted: 1,
  /** Recognised by its content, not by a registered code point. */
  guessed: 2,
  /** Part of a fragment, so lengths may pass the end of what is here. */
  fragment: 4,
} as const;

/** Octets reassembled from several packets; a source of rows beside the frame itself. */
export interface Source {
  readonly view: DataView;
  /** Numbers of the frames the octets came from, in order of appearance. */
  readonly frames: readonly number[];
}

/**
 * Columns, one row a layer in order of dissection. Octet positions are in the row's source (0: the frame) and ends are exclusive.
 * Rows are valid until the next packet is dissected.
 */
export class Layers {
  /** Number of rows. */
  count = 0;
  /** Index into the dissector's `protocols`. */
  readonly protocol = new Uint16Array(MAX_LAYERS);
  /** First octet of the header. */
  readonly start = new Int32Array(MAX_LAYERS);
  /** First octet behind the header. */
  readonly payload = new Int32Array(MAX_LAYERS);
  /** End of the layer's captured octets. */
  readonly end = new Int32Array(MAX_LAYERS);
  /** Where the layer ends on the wire. */
  readonly wireEnd = new Int32Array(MAX_LAYERS);
  readonly status = new Uint8Array(MAX_LAYERS);
  readonly flags = new Uint8Array(MAX_LAYERS);
  /** 0 is the frame, n the nth reassembled source. */
  readonly source = new Uint8Array(MAX_LAYERS);
  /** Row this one is the payload of; -1 for the outermost. */
  readonly parent = new Int16Array(MAX_LAYERS);
  /** Index into the dissector's tunnel kinds; 0 is none. */
  readonly tunnel = new Uint8Array(MAX_LAYERS);
  readonly issues = new Issues();
  /** View over the frame's octets and more: bounds are the rows', never the view's. */
  view: DataView = new DataView(new ArrayBuffer(0));
  /** The frame's captured octets within `view`. */
  frameStart = 0;
  frameEnd = 0;
  /** Octets of frame check sequence at the frame's end. */
  fcsOctets = 0;
  /** Link type of the frame (registry of tcpdump.org). */
  linkType = 0;
  readonly sources: Source[] = [];
  /** Some row's flags, source, parent or status are not those of a plain row. */
  private hasUnusual = false;

  /** The protocols rows refer to, and the kinds of tunnel; set by the dissector. */
  readonly protocols: readonly Protocol[];
  readonly tunnelKinds: readonly string[];

  constructor(protocols: readonly Protocol[], tunnelKinds: readonly string[]) {
    this.protocols = protocols;
    this.tunnelKinds = tunnelKinds;
    for (let row = 0; row < MAX_LAYERS; row++) this.parent[row] = row - 1;
  }

  /** Forgets the rows and points the table at another frame. */
  reset(view: DataView, start: number, end: number, linkType: number, fcsOctets: number): void {
    if (this.hasUnusual) this.clearUnusual();
    this.count = 0;
    this.view = view;
    this.frameStart = start;
    this.frameEnd = end;
    this.linkType = linkType;
    this.fcsOctets = fcsOctets;
    this.issues.clear();
    if (this.sources.length > 0) this.sources.length = 0;
  }

  /**
   * Notes what is unusual of a row. Of the columns `flags`, `source`, `parent` and `status` most packets want only what `clearUnusual` leaves
   * there: to write them for each row costs 20 ns a packet.
   */
  markUnusual(row: number, flags: number, source: number, parent: number): void {
    this.hasUnusual = true;
    this.flags[row] = flags;
    this.source[row] = source;
    this.parent[row] = parent;
  }

  /** Notes that a row could not be dissected as far as it should. */
  setStatus(row: number, status: number): void {
    this.hasUnusual = true;
    this.status[row] = status;
  }

  private clearUnusual(): void {
    for (let row = 0; row < this.count; row++) {
      this.flags[row] = 0;
      this.source[row] = 0;
      this.parent[row] = row - 1;
      this.status[row] = Status.complete;
    }
    this.hasUnusual = false;
  }

  /** View that holds the octets of a row. */
  viewOf(row: number): DataView {
    const source = this.source[row]!;
    return source === 0 ? this.view : this.sources[source - 1]!.view;
  }

  /** Octet of the row's source that positions in output count from: the frame's first octet, or 0 of a reassembled buffer. */
  originOf(row: number): number {
    return this.source[row] === 0 ? this.frameStart : 0;
  }

  /** Protocol of a row. */
  protocolOf(row: number): Protocol {
    return this.protocols[this.protocol[row]!]!;
  }

  /** Kind of tunnel a row opens, '' for none. */
  tunnelOf(row: number): string {
    return this.tunnelKinds[this.tunnel[row]!]!;
  }

  /** Whether a row is part of a packet quoted by an ICMP error. */
  isQuoted(row: number): boolean {
    return (this.flags[row]! & RowFlag.quoted) !== 0;
  }

  /** Nearest row around `row` with the role, -1 if there is none. Looks no further out than the next network layer when asked for one. */
  enclosing(row: number, role: Protocol['role']): number {
    for (let at = this.parent[row]!; at >= 0; at = this.parent[at]!) {
      if (this.protocolOf(at).role === role) return at;
    }
    return -1;
  }
}
