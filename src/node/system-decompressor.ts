/** Decompression by a command of the system, for what is not decompressed here. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { CaptureError, CaptureErrorCode } from '../capture/capture-error.ts';
import type { OctetInput } from './octet-input.ts';

/** Characters of a command's error message that are kept. */
const MESSAGE_LIMIT = 300;

/** A command that decompresses its standard input. */
export interface SystemDecompressor {
  /** What it decompresses. */
  readonly name: string;
  readonly command: string;
  readonly argv: readonly string[];
}

/**
 * Decompresses with the command, which is ended by the signal.
 *
 * @throws CaptureError where there is no such command, and where it cannot decompress any further, after all octets before that
 */
export async function* decompressWith(
  { name, command, argv }: SystemDecompressor,
  input: OctetInput,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const child = spawn(command, argv, { stdio: ['pipe', 'pipe', 'pipe'], signal });
  // A failure to start is met below, and being ended by the signal is no failure.
  child.on('error', () => {});
  const ended = once(child, 'close').catch(() => [-1]);
  try {
    await once(child, 'spawn');
  } catch (error) {
    const message = `${name}-compressed, and there is no command '${command}' here; decompress it first: ${command} -dc FILE | netdissect -`;
    throw new CaptureError(CaptureErrorCode.unsupported, 0, message, { cause: error });
  }
  const feeding = feed(child.stdin, input).catch((error: unknown) => error);
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(0, MESSAGE_LIMIT);
  });
  try {
    yield* child.stdout;
  } finally {
    child.kill();
  }
  const [status] = await ended;
  const failure = await feeding;
  if (failure !== undefined) throw failure;
  if (status === 0) return;
  const found = complaint.trim().split('\n', 1)[0] || `${command} ended with status ${status}`;
  const message = `${name} data is damaged or cut off: ${found}`;
  throw new CaptureError(CaptureErrorCode.badCompression, input.position, message);
}

/** Hands the input to the command, at the command's pace. A command that ends before its input does says why by its status. */
async function feed(stdin: Writable, input: OctetInput): Promise<void> {
  let isOpen = true;
  const close = (): void => {
    isOpen = false;
  };
  stdin.on('error', close).on('close', close);
  try {
    for (let piece = await input.next(); piece !== undefined && isOpen; piece = await input.next()) {
      if (!stdin.write(piece) && isOpen) await drained(stdin);
    }
  } finally {
    stdin.end();
  }
}

/** Waits until a pipe takes more, or none any more. */
function drained(pipe: Writable): Promise<void> {
  return new Promise((resolve) => {
    const goOn = (): void => {
      pipe.off('drain', goOn).off('close', goOn);
      resolve();
    };
    pipe.on('drain', goOn).on('close', goOn);
  });
}
