/** TCP segments and UDP datagrams around a payload written as hexadecimal text, for tests. */
import { ipFrame } from './frames.ts';

export { udpFrame } from './frames.ts';

const TCP = 6;

/** Octets of Ethernet, IPv4 and TCP headers before the payload of `tcpFrame`. */
export const TCP_PAYLOAD = 14 + 20 + 20;
/** Octets of Ethernet, IPv4 and UDP headers before the payload of `udpFrame`. */
export const UDP_PAYLOAD = 14 + 20 + 8;

/** The octets of text (UTF-8) in hexadecimal. */
export function hexOfText(text: string): string {
  return Array.from(new TextEncoder().encode(text), (octet) => octet.toString(16).padStart(2, '0')).join('');
}

/** A segment from port 50000, without a checksum, within IPv4. */
export function tcpFrame(port: number, payload: string): string {
  return ipFrame(
    TCP,
    `c3 50 ${port.toString(16).padStart(4, '0')} 00000001 00000001 50 18 01 00 0000 0000  ${payload}`,
  );
}
