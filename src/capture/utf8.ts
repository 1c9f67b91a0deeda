/** UTF-8, by the platform's codec, which neither a browser's nor Node's types are needed for. */
import { once } from './once.ts';

declare const TextDecoder: new (
  label: string,
  options: { ignoreBOM: boolean },
) => { decode(octets: Uint8Array): string };
declare const TextEncoder: new () => { encode(text: string): Uint8Array };

/** Made when text is first read, which most short runs don't. */
const decoder = once(() => new TextDecoder('utf-8', { ignoreBOM: true }));
const encoder = new TextEncoder();

/** The octets as characters; those that are no UTF-8 become U+FFFD. */
export function decodeUtf8(octets: Uint8Array): string {
  return decoder().decode(octets);
}

/** The characters as octets. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}
