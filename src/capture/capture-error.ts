/** What can be wrong with a capture; stable names for scripts and tests. */
export const CaptureErrorCode = {
  /** No octets at all. */
  empty: 'empty',
  /** The first octets belong to no capture format known here. */
  notACapture: 'not-a-capture',
  /** A capture format, or a compression, that is recognised but not read. */
  unsupported: 'unsupported',
  /** A version of a known format that is not read. */
  unsupportedVersion: 'unsupported-version',
  /** The input ends within the header that everything else depends on. */
  headerCutOff: 'header-cut-off',
  /** A header field holds a value that the format forbids. */
  badHeader: 'bad-header',
  /** A record is longer than its format and link type allow. */
  recordTooLong: 'record-too-long',
  /** A block's length is below its minimum, above the limit, or differs from the one in its trailer. */
  badBlockLength: 'bad-block-length',
  /** A packet names an interface that its section has not described. */
  unknownInterface: 'unknown-interface',
  /** More interfaces than this reader keeps. */
  tooManyInterfaces: 'too-many-interfaces',
  /** Compressed data that does not decompress. */
  badCompression: 'bad-compression',
  /** A pasted dump with something else than octets where they belong. */
  badHexDump: 'bad-hex-dump',
} as const;

export type CaptureErrorCode = (typeof CaptureErrorCode)[keyof typeof CaptureErrorCode];

/** A capture that cannot be read, or not any further. Packets before the damage have been handed over already. */
export class CaptureError extends Error {
  readonly code: CaptureErrorCode;
  /** Offset of the record or field that is wrong in the decompressed input; for bad compression, in the compressed one. */
  readonly byteOffset: number;

  constructor(code: CaptureErrorCode, byteOffset: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CaptureError';
    this.code = code;
    this.byteOffset = byteOffset;
  }
}

/** A record that the end of the input cuts off: a result, for everything before it was read. Octets. */
export interface CutOff {
  /** Offset of the record in the decompressed input. */
  readonly byteOffset: number;
  /** Octets the record has, as far as its header tells. */
  readonly needed: number;
  /** Octets of it that are there. */
  readonly available: number;
}

/** Tells a cut-off record in words. */
export function describeCutOff(cutOff: CutOff): string {
  return `cut off: the record at offset ${cutOff.byteOffset} needs ${cutOff.needed} octets, ${cutOff.available} are there`;
}
