/** Captures by address, where there is no file system. */
import { InputError } from '../capture/input.ts';
import type { Protocol } from '../dissect/protocol.ts';
import { type Capture, type CaptureOptions, readCapture } from './capture.ts';
import type { LayersOf, StandardProtocol } from './layer-types.ts';
import type { CaptureSource, ResponseLike } from './source.ts';

/** The platform's own, which neither a browser's nor Node's types are needed for. */
declare const fetch: (address: string) => Promise<ResponseLike & { ok: boolean; status: number }>;

/** An address: text, relative to the page, or a `URL`. */
export type Address = string | { readonly href: string };

/**
 * Opens a capture: an address that is fetched, or what `readCapture` takes, a `File` for instance.
 *
 * @throws InputError (code `HTTP`) where it can't be fetched
 */
export async function openCapture<P extends Protocol = StandardProtocol>(
  source: Address | CaptureSource,
  options: CaptureOptions<P> = {},
): Promise<Capture<LayersOf<P>>> {
  if (typeof source !== 'string' && !('href' in source)) return readCapture(source, options);
  const address = typeof source === 'string' ? source : source.href;
  const response = await fetch(address).catch((cause: unknown) => {
    throw new InputError('HTTP', address, `'${address}' cannot be fetched`, { cause });
  });
  if (!response.ok) {
    throw new InputError('HTTP', address, `'${address}' cannot be fetched: the server answers ${response.status}`);
  }
  return readCapture(response, { name: address.replace(/[?#].*/, ''), ...options });
}
