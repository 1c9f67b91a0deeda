import type { CaptureReader } from '../capture/reader.ts';

/** Octets on their way into a reader. */
export interface ByteSource {
  /** Adds octets to the reader; false at the end. Synchronous where octets are at hand. */
  fill(reader: CaptureReader): boolean | Promise<boolean>;
  /** Octets taken from the file or stream so far, as they are stored there; not counted where it is undefined. */
  readonly taken?: number;
  close(): void;
}

/** Octets of a reader's buffer to begin with, and of one read of a stream: longer reads are no faster. */
export const READ_SIZE = 1024 * 1024;
/** The same for a file that is read as it is: what one read brings stays in the processor's second cache until it is dissected. */
export const FILE_READ_SIZE = 256 * 1024;
/** Room in front of octets whose buffer a reader takes over, for a record that began before them. Never touched, it takes no memory. */
export const FRONT = 256 * 1024;
