/** Captures by path, for programs. */
import { fileURLToPath } from 'node:url';
import type { Protocol } from '../dissect/protocol.ts';
import { type Capture, type CaptureOptions, captureOf } from '../library/capture.ts';
import type { LayersOf, StandardProtocol } from '../library/layer-types.ts';
import { type Address, openCapture as openElsewhere } from '../library/open-capture.ts';
import type { CaptureSource } from '../library/source.ts';
import { openInput } from './capture-input.ts';

/**
 * Opens a capture: a path, or `-` for standard input, with compression recognised; a `URL`, of a file or to be fetched; or what
 * `readCapture` takes.
 *
 * @throws InputError where there is nothing that can be opened
 */
export async function openCapture<P extends Protocol = StandardProtocol>(
  source: Address | CaptureSource,
  options: CaptureOptions<P> = {},
): Promise<Capture<LayersOf<P>>> {
  const isFile = typeof source === 'object' && 'href' in source && source.href.startsWith('file:');
  const path = isFile ? fileURLToPath(source.href) : source;
  if (typeof path !== 'string') return openElsewhere(path, options);
  return captureOf(await openInput(path), options);
}
