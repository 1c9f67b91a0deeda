/** What the thread of a `DecompressionThread` does: it decompresses one file into the ring it is given. */
import type { MessagePort } from 'node:worker_threads';
import { CaptureError } from '../capture/capture-error.ts';
import type { Compression } from '../capture/foreign-formats.ts';
import { decompress } from './decompression.ts';
import { FileOctets } from './octet-input.ts';
import { PieceRing } from './piece-ring.ts';

/** A file to be decompressed, open in the whole process, and the memory of the ring its octets go through. */
export interface DecompressionTask {
  readonly kind: 'decompression';
  readonly compression: Compression;
  readonly descriptor: number;
  readonly memory: SharedArrayBuffer;
}

/** What the thread says beside the octets; all of them are in the ring before `end` and `failed`. */
export type DecompressionMessage =
  | { readonly kind: 'more' }
  | { readonly kind: 'notice'; readonly message: string }
  | { readonly kind: 'end' }
  | {
      readonly kind: 'failed';
      readonly code: string;
      readonly byteOffset: number | undefined;
      readonly message: string;
    };

/** Decompresses the file; what goes wrong is told, not thrown. */
export async function decompressForThread(
  { compression, descriptor, memory }: DecompressionTask,
  port: MessagePort,
): Promise<void> {
  const ring = new PieceRing(memory);
  const tell = (message: DecompressionMessage): void => port.postMessage(message);
  const tellMore = (): void => tell({ kind: 'more' });
  const tellNotice = (message: string): void => tell({ kind: 'notice', message });
  const source = decompress(
    compression,
    new FileOctets(descriptor),
    () => {},
    tellNotice,
    () => ring.room(),
  );
  const receiver = {
    append(octets: Uint8Array): void {
      ring.add(octets, tellMore);
      ring.position = source.taken;
    },
  };
  try {
    while (await source.fill(receiver));
    ring.finish();
    tell({ kind: 'end' });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    ring.finish();
    tell({
      kind: 'failed',
      code: 'code' in error ? String(error.code) : '',
      byteOffset: error instanceof CaptureError ? error.byteOffset : undefined,
      message: error.message,
    });
  }
}
