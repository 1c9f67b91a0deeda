/** Decompression of a long file beside the thread that works on its packets. */
import { closeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { CaptureError, type CaptureErrorCode } from '../capture/capture-error.ts';
import type { Compression } from '../capture/foreign-formats.ts';
import type { CaptureReader } from '../capture/reader.ts';
import type { ByteSource } from './byte-source.ts';
import type { DecompressionMessage, DecompressionTask } from './decompression-task.ts';
import { PieceRing } from './piece-ring.ts';

/** Compressed octets of a file from which on the start of a thread, some 30 ms, is worth it. */
const LEAST_SIZE = 8 * 1024 * 1024;
/** These are decompressed by a command, which is beside as it is. */
const BY_COMMAND: readonly Compression['name'][] = ['xz', 'bzip2'];

/** Whether a file of so many octets is better decompressed by a thread of its own. */
export function deservesThread({ name }: Compression, size: number): boolean {
  return size >= LEAST_SIZE && !BY_COMMAND.includes(name);
}

/**
 * The decompressed octets of a file, made by a thread of its own. zlib has threads as it is, but what they make is allocated anew each time and checked
 * by the caller: beside flow tracking that costs as much as the tracking itself.
 */
export class DecompressionThread implements ByteSource {
  readonly #ring = new PieceRing();
  readonly #program: string;
  readonly #compression: Compression;
  readonly #descriptor: number;
  readonly #onNotice: (message: string) => void;
  #worker: Worker | undefined;
  #isOpen = true;
  #isOver = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  /**
   * @param program path of what the thread runs; it hands its task to `decompressForThread`
   * @param descriptor of the file, closed with this source
   */
  constructor(program: string, compression: Compression, descriptor: number, onNotice: (message: string) => void) {
    this.#program = program;
    this.#compression = compression;
    this.#descriptor = descriptor;
    this.#onNotice = onNotice;
  }

  get taken(): number {
    return this.#ring.position;
  }

  fill(reader: CaptureReader): boolean | Promise<boolean> {
    if (this.#ring.take(reader)) return true;
    if (!this.#isOver) return this.#more().then(() => this.fill(reader));
    if (this.#failure !== undefined) throw this.#failure;
    return false;
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#finish(undefined);
    const ended = this.#worker?.terminate() ?? Promise.resolve();
    ended.finally(() => closeSync(this.#descriptor));
  }

  /** The thread, started when octets are asked for first. */
  #start(): Worker {
    const task: DecompressionTask = {
      kind: 'decompression',
      compression: this.#compression,
      descriptor: this.#descriptor,
      memory: this.#ring.memory,
    };
    const worker = new Worker(this.#program, { workerData: task });
    // Whoever forgets to close a capture does not keep the process from ending.
    worker.unref();
    worker.on('message', (message: DecompressionMessage) => {
      if (message.kind === 'notice') this.#onNotice(message.message);
      else if (message.kind === 'more') this.#wake?.();
      else this.#finish(message.kind === 'end' ? undefined : failureOf(message));
    });
    worker.on('error', (error: Error) => this.#finish(error));
    worker.on('exit', () => this.#finish(new Error('the thread that decompresses has ended')));
    return worker;
  }

  async #more(): Promise<void> {
    if (this.#ring.waitForMore() || this.#isOver) return;
    this.#worker ??= this.#start();
    this.#worker.ref();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#worker.unref();
  }

  /** The first end counts. */
  #finish(failure: Error | undefined): void {
    if (!this.#isOver) this.#failure = failure;
    this.#isOver = true;
    this.#wake?.();
  }
}

function failureOf({ code, byteOffset, message }: Extract<DecompressionMessage, { kind: 'failed' }>): Error {
  if (byteOffset === undefined) return Object.assign(new Error(message), { code });
  return new CaptureError(code as CaptureErrorCode, byteOffset, message);
}
