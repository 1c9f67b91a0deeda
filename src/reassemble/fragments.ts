/**
 * Packets from their fragments: RFC 791 §3.2, RFC 8200 §4.5, RFC 815. Where fragments overlap, the octets that came first stay, and the overlap is
 * told as an issue.
 */
import { type Layers, RowFlag, type Source } from '../dissect/layers.ts';
import { pathKey } from './packet-path.ts';

/** Packets in the making; the oldest gives way. As many as a busy node has at once, while a flood of first fragments stays bounded. */
const MAX_PACKETS = 1024;
/** Octets kept in all: a thousand full-size packets hardly ever are in the making at once. */
const MAX_OCTETS = 16 * 1024 * 1024;
/** Longest payload of a fragmented packet: 65,535 octets less a header, plus the last fragment's reach. */
const MAX_PAYLOAD = 65_535;
/** Pieces of one packet: 64 KB in the smallest useful fragments. */
const MAX_PIECES = 512;
/** Octets of memory that a piece takes beside its own, so that a flood of tiny ones is bounded too. */
const PIECE_COST = 256;
/** Seconds that fragments wait for the rest: Linux' net.ipv4.ipfrag_time. */
const TIMEOUT = 30;

interface Piece {
  readonly start: number;
  readonly octets: Uint8Array;
}

/** A packet in the making. */
class Fragments {
  readonly pieces: Piece[] = [];
  readonly frames: number[] = [];
  /** Octets of the payload, once the last fragment has told. */
  length = -1;
  octets = 0;
  readonly since: number;

  constructor(since: number) {
    this.since = since;
  }
}

/** Gathers fragments until their packets are whole. */
export class FragmentReassembly {
  private readonly packets = new Map<string, Fragments>();
  /** Octets of all pieces, with what they cost. */
  private octets = 0;
  /** Packets given up because there were too many at once, or because of too many pieces. */
  abandoned = 0;
  /** Packets given up because their fragments did not come in time. */
  expired = 0;

  /** Takes the fragment whose header is `row` of frame `frame`, captured at `seconds`; answers the payload it completes. */
  add(layers: Layers, row: number, frame: number, seconds: number, point: string): Source | undefined {
    const { fragmentation } = layers.protocolOf(row);
    const payload = layers.payload[row]!;
    const end = layers.end[row]!;
    // What the snap length cut off never comes.
    if (fragmentation === undefined || end < layers.wireEnd[row]! || (layers.flags[row]! & RowFlag.quoted) !== 0)
      return undefined;
    const view = layers.viewOf(row);
    const start = layers.start[row]!;
    const offset = fragmentation.offset(view, start);
    if (offset + end - payload > MAX_PAYLOAD) {
      layers.issues.add(row, 'fragmentBeyondPacket', offset + end - payload, MAX_PAYLOAD, 'fragment offset');
      return undefined;
    }
    this.expire(seconds);
    const key = `${point}\0${fragmentation.identity(view, start)}/${pathKey(layers, row, false)}`;
    let packet = this.packets.get(key);
    if (packet === undefined) {
      packet = new Fragments(seconds);
      this.packets.set(key, packet);
    }
    const octets = new Uint8Array(view.buffer, view.byteOffset + payload, end - payload);
    if (!fragmentation.more(view, start)) packet.length = offset + octets.length;
    const before = packet.octets;
    const conflicts = this.insert(packet, offset, octets);
    if (packet.octets > before) packet.frames.push(frame);
    if (conflicts) layers.issues.add(row, 'fragmentOverlap', offset, octets.length, 'fragment offset');
    const whole = this.completed(packet);
    const isTooMany = whole === undefined && packet.pieces.length > MAX_PIECES;
    if (isTooMany) this.abandoned++;
    if (whole !== undefined || isTooMany) this.drop(key, packet);
    this.makeRoom();
    return whole;
  }

  /** Adds what is new of a fragment; answers whether octets were there already that differ. */
  private insert(packet: Fragments, offset: number, octets: Uint8Array): boolean {
    let conflicts = false;
    let from = offset;
    const end = offset + octets.length;
    const fresh: Piece[] = [];
    for (const piece of packet.pieces) {
      const pieceEnd = piece.start + piece.octets.length;
      if (pieceEnd <= from) continue;
      if (piece.start >= end) break;
      if (piece.start > from) fresh.push({ start: from, octets: octets.slice(from - offset, piece.start - offset) });
      for (let at = Math.max(from, piece.start); at < Math.min(end, pieceEnd) && !conflicts; at++) {
        conflicts = piece.octets[at - piece.start] !== octets[at - offset];
      }
      from = pieceEnd;
    }
    if (from < end) fresh.push({ start: from, octets: octets.slice(from - offset) });
    for (const piece of fresh) {
      packet.octets += piece.octets.length;
      this.octets += piece.octets.length + PIECE_COST;
    }
    packet.pieces.push(...fresh);
    packet.pieces.sort((a, b) => a.start - b.start);
    return conflicts;
  }

  private completed({ pieces, length, octets, frames }: Fragments): Source | undefined {
    if (length < 0 || octets < length) return undefined;
    const whole = new Uint8Array(length);
    let filled = 0;
    for (const { start, octets: part } of pieces) {
      // What lies behind the end that the last fragment gives is no part of the packet.
      if (start >= length) break;
      if (start !== filled) return undefined;
      whole.set(part.subarray(0, length - start), start);
      filled = start + part.length;
    }
    return { view: new DataView(whole.buffer), frames: [...frames] };
  }

  private drop(key: string, packet: Fragments): void {
    this.octets -= packet.octets + packet.pieces.length * PIECE_COST;
    this.packets.delete(key);
  }

  /** The map keeps the order of first fragments, so the oldest are at its front. */
  private expire(seconds: number): void {
    for (const [key, packet] of this.packets) {
      if (seconds - packet.since <= TIMEOUT) return;
      this.expired++;
      this.drop(key, packet);
    }
  }

  private makeRoom(): void {
    for (const [key, packet] of this.packets) {
      if (this.packets.size <= MAX_PACKETS && this.octets <= MAX_OCTETS) return;
      this.abandoned++;
      this.drop(key, packet);
    }
  }
}
