/** Frames of overlay networks, put together from addresses, for tests. */
import { octetsOf } from '../dissect-hex.ts';

const hex8 = (value: number): string => value.toString(16).padStart(2, '0');
const hex16 = (value: number): string => value.toString(16).padStart(4, '0');
const ipv4 = (address: string): string => address.split('.').map(Number).map(hex8).join('');
const mac = (address: string): string => address.replaceAll(':', '');
const lengthOf = (hex: string): number => hex.length / 2;

/** Ethernet around a payload. */
function ether(source: string, destination: string, payload: string, type = 0x0800): string {
  return mac(destination) + mac(source) + hex16(type) + payload;
}

/** IPv4 around a payload. */
export function ip(source: string, destination: string, protocol: number, payload: string): string {
  return `4500${hex16(20 + lengthOf(payload))}00004000 40${hex8(protocol)}0000${ipv4(source)}${ipv4(destination)}${payload}`.replaceAll(
    ' ',
    '',
  );
}

/** UDP around a payload. */
export function udp(sourcePort: number, port: number, payload: string): string {
  return hex16(sourcePort) + hex16(port) + hex16(8 + lengthOf(payload)) + hex16(0) + payload;
}

/** A SYN with a segment size and a timestamp. */
export function syn(sourcePort: number, port: number, { mss = 1410, sequence = 1, timestamp = 7 } = {}): string {
  const options = `0204${hex16(mss)}080a${hex16(0)}${hex16(timestamp)}000000000101`;
  return `${hex16(sourcePort)}${hex16(port)}${hex16(0)}${hex16(sequence)}000000009002ffff00000000${options}`;
}

/** VXLAN around a frame. */
function vxlan(vni: number, frame: string): string {
  return `08000000${vni.toString(16).padStart(6, '0')}00${frame}`;
}

/** A node, as the sender or taker of frames. */
export interface LabNode {
  readonly ip: string;
  readonly mac: string;
  readonly vtep: string;
}
export const NODE1: LabNode = { ip: '9.135.91.57', mac: '52:54:09:87:5b:39', vtep: 'ae:00:0a:f4:01:00' };
export const NODE2: LabNode = { ip: '9.135.144.168', mac: '52:54:09:87:90:a8', vtep: 'ae:00:0a:f4:02:00' };
export const NODE3: LabNode = { ip: '9.135.201.12', mac: '52:54:09:87:c9:0c', vtep: 'ae:00:0a:f4:03:00' };

/** A frame on the wire between nodes: a pod's packet in VXLAN. */
export function overlayFrame(
  from: LabNode,
  to: LabNode,
  packet: string,
  { vni = 1, port = 8472, innerType = 0x0800 } = {},
): Uint8Array {
  const inner = ether(from.vtep, to.vtep, packet, innerType);
  return octetsOf(ether(from.mac, to.mac, ip(from.ip, to.ip, 17, udp(40000, port, vxlan(vni, inner)))));
}

/** A frame on the wire between nodes: a pod's packet in IPIP. */
export function ipipFrame(from: LabNode, to: LabNode, packet: string): Uint8Array {
  return octetsOf(ether(from.mac, to.mac, ip(from.ip, to.ip, 4, packet)));
}

/** A frame on the wire between nodes: a pod's packet in clear. */
export function clearFrame(from: LabNode, to: LabNode, packet: string): Uint8Array {
  return octetsOf(ether(from.mac, to.mac, packet));
}

/** ARP answer: the address is at the node's card. */
export function arpReply(node: LabNode, address = node.ip): Uint8Array {
  const to = '52:54:00:00:00:99';
  return octetsOf(
    ether(node.mac, to, `0001080006040002${mac(node.mac)}${ipv4(address)}${mac(to)}${ipv4('9.135.0.9')}`, 0x0806),
  );
}
