import type { CaptureReader } from './reader.ts';

/** A capture and where its octets come from: what a loop over packets needs. */
export interface CaptureInput {
  /** Its path as given, or `-` for standard input. */
  readonly name: string;
  readonly reader: CaptureReader;
  /**
   * Adds octets to the reader; false at the end of the input. Synchronous where octets are at hand. Packets borrowed before are
   * void after it.
   *
   * @throws InputError where the input cannot be read any further
   * @throws CaptureError where its compression is damaged or cut off
   */
  refill(): boolean | Promise<boolean>;
  /** Octets of the file that were read, and that it has; undefined where that is not known, as of a pipe. */
  progress?(): { readonly read: number; readonly total: number } | undefined;
  /** Gives the file or stream back. */
  close(): void;
}

/** An input that cannot be opened or read. */
export class InputError extends Error {
  /** The system's error code, for example `ENOENT`. */
  readonly code: string;
  /** The path as given. */
  readonly path: string;

  constructor(code: string, path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'InputError';
    this.code = code;
    this.path = path;
  }
}
