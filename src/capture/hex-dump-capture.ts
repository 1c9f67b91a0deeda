/** A dump as a capture: packets without times, each of the link type it begins with. */
import { CaptureError, CaptureErrorCode } from './capture-error.ts';
import { parseHexDump } from './hex-dump.ts';
import type { HexDumpFault } from './hex-dump-result.ts';
import { LinkType } from './link-types.ts';
import { OctetWriter } from './octet-writer.ts';
import { PcapngBlockWriter } from './pcapng-block-writer.ts';
import { MICROSECOND_RESOLUTION, tickUnit } from './timestamp.ts';

/** What a dump gives. */
export interface HexDumpCapture {
  /** A pcapng file of Simple Packet Blocks; empty where the dump holds no packet. */
  readonly octets: Uint8Array;
  /** What is odd about the dump, in words. */
  readonly notices: readonly string[];
  /** Why the dump could not be read any further. */
  readonly error: CaptureError | undefined;
}

/**
 * Makes a capture of a dump.
 *
 * @param linkType of all its packets; where it is not given, Ethernet, or raw IP for packets that begin with an IP header
 */
export function hexDumpCapture(text: string, linkType?: number): HexDumpCapture {
  const { packets, fault } = parseHexDump(text);
  const out = new OctetWriter();
  const blocks = new PcapngBlockWriter(out);
  const notices: string[] = [];
  let current: number | undefined;
  for (const [index, octets] of packets.entries()) {
    const own = linkType ?? linkTypeOfDump(octets);
    if (linkType === undefined && notices.length === 0 && beginsAtArp(octets)) {
      notices.push(`packet ${index + 1} begins at ARP, without the header of its link; tcpdump -xx prints that too`);
    }
    // A Simple Packet Block is of its section's first interface, so another link type takes another section.
    if (own !== current) {
      blocks.section({ comments: [] });
      blocks.interface({ linkType: own, snapLength: 0, ticks: tickUnit(MICROSECOND_RESOLUTION, 0), comments: [] });
      current = own;
    }
    blocks.simplePacket(octets, octets.length);
  }
  return { octets: out.take(), notices, error: errorOf(text, fault, packets.length) };
}

function errorOf(text: string, fault: HexDumpFault | undefined, packets: number): CaptureError | undefined {
  if (fault === undefined) {
    if (packets > 0) return undefined;
    return new CaptureError(CaptureErrorCode.empty, 0, 'empty: no hexadecimal octets');
  }
  const { line, column, message } = fault;
  const where = `line ${line}, column ${column}: ${message}`;
  if (packets === 0) return new CaptureError(CaptureErrorCode.notACapture, 0, `not a hex dump: ${where}`);
  return new CaptureError(CaptureErrorCode.badHexDump, offsetOf(text, line, column), where);
}

/** Offset of a character in the text, from 0. */
function offsetOf(text: string, line: number, column: number): number {
  let at = 0;
  for (let before = 1; before < line; before++) at = text.indexOf('\n', at) + 1;
  return at + column - 1;
}

const IPV4_HEADER_LENGTH = 20;
const IPV6_HEADER_LENGTH = 40;
const ETHERTYPE_AT = 12;
/** IPv4, ARP, 802.1Q, IPv6, MPLS, 802.1ad and LLDP: what mostly stands behind two MAC addresses. */
const COMMON_ETHERTYPES: readonly number[] = [0x0800, 0x0806, 0x8100, 0x86dd, 0x8847, 0x88a8, 0x88cc];
/** Hop-by-hop options, TCP, UDP, IPv6, routing, fragment, GRE, ESP, AH, ICMPv6, no next header, destination options, OSPF, SCTP. */
const IPV6_NEXT_HEADERS: readonly number[] = [0, 4, 6, 17, 41, 43, 44, 47, 50, 51, 58, 59, 60, 89, 132];

/** Raw IP where the octets begin with an IP header, as tcpdump's `-x` and `-X` print them; Ethernet where they do not. */
export function linkTypeOfDump(octets: Uint8Array): number {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  return isIpv4(view) || isIpv6(view) ? LinkType.RAW : LinkType.EN10MB;
}

/** Hardware type, protocol type and address lengths of ARP for IPv4 over Ethernet, RFC 826. */
const ARP_START: readonly number[] = [0, 1, 8, 0, 6, 4];

/** What `tcpdump -x` prints of ARP: no link type has a name for it. */
function beginsAtArp(octets: Uint8Array): boolean {
  return ARP_START.every((octet, index) => octets[index] === octet);
}

/** Version and lengths of IPv4, and either its checksum or that the packet is exactly as long as it says. */
function isIpv4(view: DataView): boolean {
  if (view.byteLength < IPV4_HEADER_LENGTH || view.getUint8(0) >>> 4 !== 4) return false;
  const headerLength = (view.getUint8(0) & 0xf) * 4;
  const totalLength = view.getUint16(2);
  if (headerLength < IPV4_HEADER_LENGTH || headerLength > view.byteLength || totalLength < headerLength) return false;
  let sum = 0;
  for (let at = 0; at < headerLength; at += 2) sum += view.getUint16(at);
  sum = (sum & 0xffff) + (sum >>> 16);
  return (sum & 0xffff) + (sum >>> 16) === 0xffff || totalLength === view.byteLength;
}

/** Version of IPv6, and either that the packet is as long as it says, or that it was cut and all else looks like IPv6. */
function isIpv6(view: DataView): boolean {
  if (view.byteLength < IPV6_HEADER_LENGTH || view.getUint8(0) >>> 4 !== 6) return false;
  const length = view.getUint16(4) + IPV6_HEADER_LENGTH;
  if (length <= view.byteLength) return length === view.byteLength;
  const addressed = isIpv6Prefix(view.getUint8(8)) && isIpv6Prefix(view.getUint8(24));
  return (
    addressed &&
    !COMMON_ETHERTYPES.includes(view.getUint16(ETHERTYPE_AT)) &&
    IPV6_NEXT_HEADERS.includes(view.getUint8(6))
  );
}

/** First octets of addresses in use (IANA IPv6 Address Space): special, translated, global unicast, unique local, link-local, multicast. */
function isIpv6Prefix(octet: number): boolean {
  return octet === 0 || octet === 0x64 || (octet >= 0x20 && octet < 0x40) || octet >= 0xfc;
}
