/** Frames around a payload written as hexadecimal text, for tests, with lengths worked out. */
import { layersOf, octetsOf } from './dissect-hex.ts';
import { headerGaps } from './header-gaps.ts';

const hex16 = (value: number): string => value.toString(16).padStart(4, '0');

/** An Ethernet II frame. */
export function etherFrame(etherType: number, payload: string): string {
  return `02 00 00 00 00 02  02 00 00 00 00 01  ${hex16(etherType)}  ${payload}`;
}

/** An IEEE 802.3 frame: a length in place of the EtherType. */
export function lengthFrame(payload: string, length = octetsOf(payload).length): string {
  return etherFrame(length, payload);
}

/** IPv4 from 10.0.0.1 to 10.0.0.2 within Ethernet. */
export function ipFrame(protocol: number, payload: string): string {
  const length = hex16(20 + octetsOf(payload).length);
  const number = protocol.toString(16).padStart(2, '0');
  return etherFrame(0x0800, `45 00 ${length} 00 00 40 00 40 ${number} 00 00  0a 00 00 01  0a 00 00 02  ${payload}`);
}

/** UDP from port 50000, without a checksum, within IPv4. */
export function udpFrame(port: number, payload: string, sourcePort = 50000): string {
  const length = hex16(8 + octetsOf(payload).length);
  return ipFrame(17, `${hex16(sourcePort)} ${hex16(port)} ${length} 00 00  ${payload}`);
}

/** What `headerGaps` finds in the frame and in every shorter capture of it. */
export function gapsAtEveryLength(hex: string): string[] {
  const found: string[] = [];
  for (let captured = octetsOf(hex).length; captured >= 0; captured--) {
    for (const gap of headerGaps(layersOf(hex, { captured }))) found.push(`${captured} octets: ${gap}`);
  }
  return found;
}
