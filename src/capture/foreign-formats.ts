/** What an input is that holds no capture: compressed data, another capture format, text. */

/** How data is compressed, recognised by its first octets. */
export interface Compression {
  readonly name: 'gzip' | 'zstd' | 'xz' | 'bzip2' | 'lz4';
  readonly magic: readonly number[];
}

/** RFC 1952 §2.3.1, RFC 8878 §3.1.1, and the formats' own specifications. */
export const compressions: readonly Compression[] = [
  { name: 'gzip', magic: [0x1f, 0x8b] },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68] },
  { name: 'lz4', magic: [0x04, 0x22, 0x4d, 0x18] },
];

/** Octets that tell every compression. */
export const LONGEST_COMPRESSION_MAGIC = Math.max(...compressions.map(({ magic }) => magic.length));

/** Octets of an unknown input that are shown in hexadecimal. */
const SHOWN_OCTETS = 16;

/** Capture formats that are not read. */
const OTHER_CAPTURES: ReadonlyArray<{ readonly name: string; readonly magic: readonly number[] }> = [
  { name: 'snoop', magic: [0x73, 0x6e, 0x6f, 0x6f, 0x70, 0, 0, 0] },
  { name: 'Network Monitor', magic: [0x47, 0x4d, 0x42, 0x55] },
  { name: 'Network Monitor', magic: [0x52, 0x54, 0x53, 0x53] },
];

/** The compression that these first octets of an input begin, if any. */
export function recogniseCompression(octets: Uint8Array): Compression | undefined {
  return compressions.find(({ magic }) => startsWith(octets, magic));
}

/** Says what these first octets of an input are, for the message that they are no capture. */
export function describeForeign(octets: Uint8Array): string {
  const compression = recogniseCompression(octets);
  if (compression !== undefined) return `${compression.name}-compressed data`;
  const other = OTHER_CAPTURES.find(({ magic }) => startsWith(octets, magic));
  if (other !== undefined) return `a ${other.name} capture, which is not supported`;
  return isText(octets) ? `text: ${JSON.stringify(ascii(octets))}` : `octets ${hex(octets.subarray(0, SHOWN_OCTETS))}`;
}

function startsWith(octets: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((octet, index) => octets[index] === octet);
}

/** Printable ASCII, tab and line ends only: anything else is shown as hexadecimal, so that no terminal is harmed. */
function isText(octets: Uint8Array): boolean {
  return octets.every((octet) => (octet >= 0x20 && octet < 0x7f) || octet === 0x09 || octet === 0x0a || octet === 0x0d);
}

function ascii(octets: Uint8Array): string {
  return String.fromCharCode(...octets);
}

function hex(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join(' ');
}
