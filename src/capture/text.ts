/** The platform's decoder, which neither a browser's nor Node's types are needed for. */
declare const TextDecoder: new () => { decode(octets: Uint8Array): string };

const decoder = new TextDecoder();

/** Decodes UTF-8; octets that are none become U+FFFD. What follows a zero octet is left out, as some writers pad with them. */
export function decodeText(octets: Uint8Array): string {
  const zero = octets.indexOf(0);
  return decoder.decode(zero < 0 ? octets : octets.subarray(0, zero));
}
