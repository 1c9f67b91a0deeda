/** Files that are written under a temporary name beside their place, and take their name when they are complete. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** An output that cannot be made, or not be written any further. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
  /** The system's error code, for example `ENOSPC`. */
  readonly code: string;
  /** The path as given. */
  readonly path: string;

  constructor(code: string, path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.path = path;
  }
}

const READABLE_BY_UMASK = 0o666;
const PERMISSION_BITS = 0o777;

/** Files that were begun: removed when the process ends by whatever way but `commit`. */
const unfinished = new Set<OutputFile>();

process.on('exit', () => {
  for (const file of unfinished) file.discard();
});

/** A file on its way. Devices and pipes are written as they are: they have no content that could be half there. */
export class OutputFile {
  readonly #path: string;
  readonly #target: string;
  /** The temporary name; undefined where there is none. */
  readonly #temporary: string | undefined;
  #descriptor: number | undefined;

  /** @throws OutputError where the file cannot be made */
  constructor(path: string) {
    this.#path = path;
    this.#target = path;
    try {
      const before = statSync(path, { throwIfNoEntry: false });
      if (before?.isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
      if (before !== undefined) this.#target = realpathSync(path);
      this.#temporary = before === undefined || before.isFile() ? temporaryName(this.#target) : undefined;
      this.#descriptor = this.#open(before);
    } catch (error) {
      throw this.#failure(error);
    }
    unfinished.add(this);
  }

  /**
   * Writes all of it before it returns.
   *
   * @throws OutputError where it cannot, for example for want of space
   */
  write(octets: Uint8Array): void {
    const descriptor = this.#descriptor;
    if (descriptor === undefined) throw new Error(`'${this.#path}' is closed`);
    try {
      for (let at = 0; at < octets.length; ) at += writeSync(descriptor, octets, at);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /**
   * Gives the file its name, in place of what had it before.
   *
   * @throws OutputError where it cannot
   */
  commit(): void {
    try {
      this.#close();
      if (this.#temporary !== undefined) renameSync(this.#temporary, this.#target);
    } catch (error) {
      this.discard();
      throw this.#failure(error);
    }
    unfinished.delete(this);
  }

  /** Removes what was written; does nothing after `commit`. */
  discard(): void {
    if (!unfinished.delete(this)) return;
    try {
      this.#close();
    } catch {
      // What is being removed needs not be stored.
    }
    if (this.#temporary !== undefined) rmSync(this.#temporary, { force: true });
  }

  #open(before: Stats | undefined): number {
    if (this.#temporary === undefined) return openSync(this.#target, 'w');
    const descriptor = openSync(this.#temporary, 'wx', READABLE_BY_UMASK);
    if (before !== undefined) fchmodSync(descriptor, before.mode & PERMISSION_BITS);
    return descriptor;
  }

  #close(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    if (descriptor !== undefined) closeSync(descriptor);
  }

  #failure(error: unknown): unknown {
    if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
    return new OutputError(error.code, this.#path, describe(this.#path, error.code, error.message), { cause: error });
  }
}

function temporaryName(target: string): string {
  return join(dirname(target), `.netdissect-${randomBytes(6).toString('hex')}.partial`);
}

function describe(path: string, code: string, message: string): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `'${path}' cannot be written: there is no folder '${dirname(path)}'`;
    case 'EISDIR':
      return `'${path}' cannot be written: it is a directory`;
    case 'EACCES':
    case 'EPERM':
      return `'${path}' cannot be written: permission denied`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `'${path}' cannot be written: no space left`;
    default:
      return `'${path}' cannot be written: ${message}`;
  }
}
