import { decodeUtf8 } from './utf8.ts';

/** Decodes UTF-8; octets that are none become U+FFFD. What follows a zero octet is left out, as some writers pad with them. */
export function decodeText(octets: Uint8Array): string {
  const zero = octets.indexOf(0);
  return decodeUtf8(zero < 0 ? octets : octets.subarray(0, zero));
}
