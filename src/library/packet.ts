/** Packets as a program that uses the library gets them: owning their octets, with layers by name. */
import { linkTypes } from '../capture/link-types.ts';
import { formatTime } from '../capture/timestamp.ts';
import { createDissector, type Dissector } from '../dissect/dissector.ts';
import type { Issue } from '../dissect/issue.ts';
import type { Layers } from '../dissect/layers.ts';
import { standardProtocols } from '../protocols/index.ts';
import { type LayerObject, layerObject } from '../render/object.ts';
import { protocolsText } from '../render/protocols-text.ts';

/** A dissected packet. It is a copy: it stays what it is when the next one is read. */
export interface DissectedPacket {
  /** Position in the capture, from 1. */
  readonly number: number;
  /** Seconds and nanoseconds since 1970-01-01 UTC; undefined where the packet has no time. */
  readonly seconds: number | undefined;
  readonly nanos: number | undefined;
  /** RFC 3339 in UTC with nine decimals. */
  readonly time: string | undefined;
  /** Name of the interface, where the capture gives it. */
  readonly interface: string | undefined;
  /** The captured octets. */
  readonly bytes: Uint8Array;
  /** Octets on the wire. */
  readonly length: number;
  /** Names of the layers: `eth:ip:udp:vxlan:eth:ip:tcp`. */
  readonly protocols: string;
  /** The layers, outermost first; the fields' keys are those of the JSON output. */
  readonly layers: readonly LayerObject[];
  readonly issues: readonly Issue[];
  /** The innermost layer of the protocol, or the nth from outside (0 is the outermost). */
  layer(name: string, index?: number): LayerObject | undefined;
}

/** Time and place of a packet. */
export interface PacketFacts {
  readonly number: number;
  readonly seconds: number | undefined;
  readonly nanos: number | undefined;
  readonly interface: string | undefined;
  readonly length: number;
}

/** Makes a packet of the layers of a frame; `bytes` are its own. */
export function packetOf(layers: Layers, bytes: Uint8Array, facts: PacketFacts): DissectedPacket {
  const objects = Array.from({ length: layers.count }, (_, row) => layerObject(layers, row));
  const issues = Array.from({ length: layers.issues.count }, (_, index) => ({ ...layers.issues.at(index) }));
  const { seconds, nanos } = facts;
  return {
    ...facts,
    time: seconds === undefined || nanos === undefined ? undefined : formatTime(seconds, nanos),
    bytes,
    protocols: protocolsText(layers),
    layers: objects,
    issues,
    layer(name, index) {
      const found = objects.filter(({ layer }) => layer === name);
      return index === undefined ? found.at(-1) : found[index];
    },
  };
}

let standard: Dissector | undefined;

/** The dissector of all protocols that come with netdissect, made once. */
export function standardDissector(): Dissector {
  standard ??= createDissector(standardProtocols);
  return standard;
}

/** A link type by number, or by its name in the registry of tcpdump.org without prefix: `EN10MB`, `LINUX_SLL2`, `RAW`. */
export type LinkTypeName = number | string;

function linkTypeNumber(linkType: LinkTypeName): number {
  if (typeof linkType === 'number') return linkType;
  for (const [number, { name }] of linkTypes) if (name === linkType) return number;
  throw new RangeError(`no link type is named '${linkType}'`);
}

/**
 * Dissects one frame. Without state: fragments stay fragments.
 * Throws a RangeError when the link type's name is unknown; nothing in the octets makes it throw.
 */
export function dissect(
  bytes: Uint8Array,
  linkType: LinkTypeName = 'EN10MB',
  dissector: Dissector = standardDissector(),
): DissectedPacket {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const layers = dissector.createLayers();
  dissector.dissect(layers, view, 0, bytes.length, bytes.length, linkTypeNumber(linkType));
  return packetOf(layers, bytes, {
    number: 1,
    seconds: undefined,
    nanos: undefined,
    interface: undefined,
    length: bytes.length,
  });
}
