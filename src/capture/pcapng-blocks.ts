/** Types and lengths of pcapng blocks, draft-ietf-opsawg-pcapng §3.1 and §4. */

/** Type, length, and the length once more at the end. */
export const BLOCK_HEADER_LENGTH = 8;
export const BLOCK_TRAILER_LENGTH = 4;

/** Block types that are read; all others are skipped by their length. */
export const BlockType = {
  sectionHeader: 0x0a0d0d0a,
  interfaceDescription: 1,
  packet: 2,
  simplePacket: 3,
  nameResolution: 4,
  interfaceStatistics: 5,
  enhancedPacket: 6,
} as const;

/** The value that tells a section's byte order. */
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

interface BlockEntry {
  readonly name: string;
  /** Octets of a block without data and options. */
  readonly minimum: number;
}

const BLOCK_MINIMUM = BLOCK_HEADER_LENGTH + BLOCK_TRAILER_LENGTH;

const BLOCKS: ReadonlyMap<number, BlockEntry> = new Map([
  [BlockType.sectionHeader, { name: 'Section Header Block', minimum: 28 }],
  [BlockType.interfaceDescription, { name: 'Interface Description Block', minimum: 20 }],
  [BlockType.packet, { name: 'Packet Block', minimum: 32 }],
  [BlockType.simplePacket, { name: 'Simple Packet Block', minimum: 16 }],
  [BlockType.nameResolution, { name: 'Name Resolution Block', minimum: BLOCK_MINIMUM }],
  [BlockType.interfaceStatistics, { name: 'Interface Statistics Block', minimum: 24 }],
  [BlockType.enhancedPacket, { name: 'Enhanced Packet Block', minimum: 32 }],
  [0x00000009, { name: 'systemd Journal Export Block', minimum: BLOCK_MINIMUM }],
  [0x0000000a, { name: 'Decryption Secrets Block', minimum: BLOCK_MINIMUM }],
  [0x00000bad, { name: 'Custom Block', minimum: BLOCK_MINIMUM }],
  [0x40000bad, { name: 'Custom Block, not to be copied', minimum: BLOCK_MINIMUM }],
  [0x80000001, { name: 'Process Information Block', minimum: BLOCK_MINIMUM }],
]);

/** The name of a block type, or its number for one that is not known. */
export function blockTypeName(type: number): string {
  return BLOCKS.get(type)?.name ?? `block type 0x${type.toString(16).padStart(8, '0')}`;
}

/** The fewest octets a block of this type has, header and trailer included. */
export function minimumBlockLength(type: number): number {
  return BLOCKS.get(type)?.minimum ?? BLOCK_MINIMUM;
}
