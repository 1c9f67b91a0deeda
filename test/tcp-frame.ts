/** Frames around a payload, as hexadecimal text for `dissectHex`. Checksums are left 0. */

const hexOf = (octets: Uint8Array): string =>
  Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
const hex16 = (value: number): string => value.toString(16).padStart(4, '0');

/** Hexadecimal digits of text, or of hexadecimal text without its comments and white space. */
export function hexOfText(text: string): string {
  return hexOf(new TextEncoder().encode(text));
}

function ipFrame(protocol: string, payload: string): string {
  const addresses = '0af40209 0af401aa';
  return `feeecf97ef06 520a00ad4139 0800  4500 ${hex16(20 + payload.length / 2)} 0000 4000 40 ${protocol} 0000 ${addresses} ${payload}`;
}

const digitsOf = (hex: string): string => hex.replace(/#.*/g, '').replace(/\s+/g, '');

/** Octets of Ethernet, IPv4 and TCP headers before the payload of `tcpFrame`. */
export const TCP_PAYLOAD = 14 + 20 + 20;
/** Octets of Ethernet, IPv4 and UDP headers before the payload of `udpFrame`. */
export const UDP_PAYLOAD = 14 + 20 + 8;

/** An Ethernet frame with a TCP segment from port 36304 to `port` that carries the octets. */
export function tcpFrame(port: number, payload: string): string {
  return ipFrame(
    '06',
    `8dd0${hex16(port)} 00000001 00000001 5018 0100 0000 0000`.replaceAll(' ', '') + digitsOf(payload),
  );
}

/** An Ethernet frame with a UDP datagram from port 36304 to `port` that carries the octets. */
export function udpFrame(port: number, payload: string): string {
  const digits = digitsOf(payload);
  return ipFrame('11', `8dd0${hex16(port)}${hex16(8 + digits.length / 2)}0000${digits}`);
}
