/** Captures by path, for programs. */
import { Capture, type CaptureOptions } from '../library/capture.ts';
import { openInput } from './capture-input.ts';

/**
 * Opens a capture: a path, or `-` for standard input; compression is recognised.
 *
 * @throws InputError where there is nothing that can be opened
 */
export async function openCapture(path: string, options?: CaptureOptions): Promise<Capture> {
  return new Capture(await openInput(path), options);
}
