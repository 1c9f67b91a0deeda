/** Dissection of frames: one alone, or one after the other with what the earlier ones leave behind. */
import { linkTypes } from '../capture/link-types.ts';
import { NO_TIME } from '../capture/timestamp.ts';
import { verifyChecksums } from '../dissect/checksums.ts';
import type { Dissector } from '../dissect/dissector.ts';
import type { Protocol } from '../dissect/protocol.ts';
import { standardProtocols } from '../protocols/index.ts';
import { createDissector } from '../protocols/standard-dissector.ts';
import { Session } from '../reassemble/session.ts';
import type { LayersOf, StandardLayers, StandardProtocol } from './layer-types.ts';
import { BorrowedPacket, DissectedPacket } from './packet.ts';

/** What can be chosen about dissecting. */
export interface SessionOptions<P extends Protocol = StandardProtocol> {
  /** The protocols; all that come with netdissect where it is left out. */
  readonly dissector?: Dissector<P>;
  /** Verifies checksums over payloads (TCP, UDP, …) too, not just those over headers. Default false. */
  readonly check?: boolean;
  /** Puts fragments together, and messages that span segments. Default true. */
  readonly reassemble?: boolean;
}

/** What is known of a frame beside its octets. */
export interface FrameFacts {
  /** Whole seconds since 1970-01-01T00:00:00Z and the nanoseconds after them. */
  readonly seconds?: number;
  readonly nanos?: number;
  /** Octets on the wire, where fewer were captured. */
  readonly length?: number;
  /** Name of the place where it was captured: pieces are put together within one. */
  readonly point?: string;
}

/** A link type by number, or by its name in the registry of tcpdump.org without prefix: `EN10MB`, `LINUX_SLL2`, `RAW`. */
export type LinkType = number | (string & {}) | 'EN10MB' | 'LINUX_SLL' | 'LINUX_SLL2' | 'RAW' | 'NULL';

let standard: Dissector<StandardProtocol> | undefined;

/** The dissector of all protocols that come with netdissect, made once. */
export function standardDissector(): Dissector<StandardProtocol> {
  standard ??= createDissector<StandardProtocol>(standardProtocols);
  return standard;
}

/** Number of a link type. Throws a RangeError when its name is unknown. */
function linkTypeNumber(linkType: LinkType): number {
  if (typeof linkType === 'number') return linkType;
  for (const [number, { name }] of linkTypes()) if (name === linkType) return number;
  throw new RangeError(`no link type is named '${linkType}'`);
}

/**
 * What dissection remembers from frame to frame: fragments, and messages that span segments. Bounded in octets and time. Frames are
 * numbered from 1, over all captures that are read with one session.
 */
export class DissectionSession<L = StandardLayers> {
  readonly dissector: Dissector;
  /** The frame dissected last; holds until the next one is. */
  readonly borrowed: BorrowedPacket;
  private readonly check: boolean;
  private readonly reassembly: Session | undefined;

  /** @internal Sessions come from `createSession`. */
  constructor(dissector: Dissector, check: boolean, reassembly: Session | undefined) {
    this.dissector = dissector;
    this.borrowed = new BorrowedPacket(dissector.createLayers());
    this.check = check;
    this.reassembly = reassembly;
  }

  /**
   * Dissects the next frame. The packet keeps `bytes`, which are not copied.
   * Throws a RangeError when the link type's name is unknown; nothing in the octets makes it throw.
   */
  dissect(bytes: Uint8Array, linkType: LinkType = 'EN10MB', facts: FrameFacts = {}): DissectedPacket<L> {
    const { borrowed } = this;
    const { packet } = borrowed;
    packet.bytes = bytes;
    packet.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    packet.start = 0;
    packet.end = bytes.length;
    packet.wireLength = Math.max(facts.length ?? 0, bytes.length);
    packet.seconds = facts.seconds ?? 0;
    packet.nanos = facts.nanos ?? (facts.seconds === undefined ? NO_TIME : 0);
    packet.optionsEnd = 0;
    borrowed.described = undefined;
    this.take(linkTypeNumber(linkType), facts.point ?? '');
    return new DissectedPacket<L>(this.dissector, borrowed, bytes);
  }

  /**
   * Dissects the frame that `borrowed.packet` was set to, at the interface `borrowed.described`.
   *
   * @internal
   */
  take(linkType: number, point: string, interfaceId = -1, interfaceName = ''): void {
    const { dissector, borrowed, reassembly } = this;
    const { packet, context, described } = borrowed;
    const number = context.number + 1;
    reassembly?.at(number, packet.seconds, point);
    const { view, start, end, wireLength } = packet;
    const fcsOctets = described?.fcsOctets ?? 0;
    dissector.dissect(context.layers, view, start, end, wireLength, linkType, fcsOctets, reassembly);
    verifyChecksums(context.layers, this.check);
    context.take(packet, number, interfaceId, interfaceName);
    borrowed.point = point;
  }
}

/** Begins a session: `const session = createSession(); session.dissect(frame)`. */
export function createSession<P extends Protocol = StandardProtocol>(
  options: SessionOptions<P> = {},
): DissectionSession<LayersOf<P>> {
  const { dissector = standardDissector(), check = false, reassemble = true } = options;
  return new DissectionSession(dissector, check, reassemble ? new Session() : undefined);
}

/** Sessions without memory, one a dissector: what `dissect` uses again and again. */
const stateless = new WeakMap<Dissector, DissectionSession<never>>();

/**
 * Dissects one frame. Without memory: fragments stay fragments. The packet keeps `bytes`, which are not copied.
 * Throws a RangeError when the link type's name is unknown; nothing in the octets makes it throw.
 */
export function dissect<P extends Protocol = StandardProtocol>(
  bytes: Uint8Array,
  linkType: LinkType = 'EN10MB',
  dissector: Dissector<P> | Dissector<StandardProtocol> = standardDissector(),
): DissectedPacket<LayersOf<P>> {
  let session = stateless.get(dissector);
  if (session === undefined) {
    session = new DissectionSession(dissector, false, undefined);
    stateless.set(dissector, session);
  }
  session.borrowed.context.number = 0;
  return session.dissect(bytes, linkType);
}
