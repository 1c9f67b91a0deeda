/** The list of a packet's protocols as Wireshark writes it in `frame.protocols`. */
import { type Layers, Status } from '../dissect/layers.ts';

/** Where an EtherType stands in headers behind which Wireshark lists `ethertype`; values up to 1500 are lengths there. */
const ETHER_TYPE_OCTET: Readonly<Record<string, number>> = { eth: 12, vlan: 2, ieee8021ad: 2, sll: 14, sll2: 0 };
const LEAST_ETHER_TYPE = 0x600;
/** Link types whose frames begin with an IP header and that Wireshark lists as a protocol (tcpdump.org: LINKTYPE_RAW and its older numbers). */
const RAW_LINK_TYPES: readonly number[] = [12, 14, 101];

/** Layers that Wireshark calls by another one's name. */
const SAME_NAME: Readonly<Record<string, string>> = { sll2: 'sll', 'erspan-i': 'erspan' };

/** Whether the row is a further message of the segment that the row before is in; Wireshark lists those once. */
function isNextMessage(layers: Layers, row: number): boolean {
  return (
    row > 0 &&
    layers.protocol[row] === layers.protocol[row - 1] &&
    layers.parent[row] === layers.parent[row - 1] &&
    layers.protocolOf(row).messages !== undefined
  );
}

function hasEtherType(layers: Layers, row: number): boolean {
  const octet = ETHER_TYPE_OCTET[layers.protocolOf(row).name];
  if (octet === undefined || layers.status[row] !== Status.complete) return false;
  return layers.viewOf(row).getUint16(layers.start[row]! + octet) >= LEAST_ETHER_TYPE;
}

/** Protocols that show what they carry as a field of their own. */
const KEEPS_DATA: readonly string[] = ['icmpv6'];

/** Whether a protocol could follow and octets are left over that none took. */
function endsInData(layers: Layers, row: number): boolean {
  const protocol = layers.protocolOf(row);
  const names =
    protocol.nextTable ?? protocol.nextPorts ?? protocol.nextName ?? (protocol.next === undefined ? '' : protocol.name);
  return (
    names !== '' &&
    !KEEPS_DATA.includes(protocol.name) &&
    layers.status[row] === Status.complete &&
    layers.payload[row]! < layers.end[row]!
  );
}

/** `eth:ethertype:ip:udp:vxlan:eth:ethertype:ip:tcp`; `data` at the end for octets of unknown meaning. */
export function frameProtocols(layers: Layers): string {
  const names: string[] = [];
  if (RAW_LINK_TYPES.includes(layers.linkType)) names.push('raw');
  for (let row = 0; row < layers.count; row++) {
    if (isNextMessage(layers, row)) continue;
    const { name } = layers.protocolOf(row);
    names.push(SAME_NAME[name] ?? name);
    if (hasEtherType(layers, row)) names.push('ethertype');
  }
  if (layers.count > 0 && endsInData(layers, layers.count - 1)) names.push('data');
  return names.join(':');
}
