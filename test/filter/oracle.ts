/** The recorded answers of tshark: which packets of which capture each filter selects. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FIXTURES, SHARED } from '../corpus.ts';

/** Captures of the lab that filters are tried on. */
const LAB: readonly string[] = [
  'flannel-vxlan/node1-eth1.pcap',
  'flannel-vxlan/node3-eth1.pcap',
  'flannel-udp/node1-flannel0.pcap',
  'calico-ipip/node1-eth0.pcap',
  'calico-bgp/node1-eth0.pcap',
  'icmp-fragmentation-needed-inner/node1-eth1.pcap',
  'outer-fragmentation/node1-eth1.pcap',
  'port-closed/node1-eth1.pcap',
];

/** Captures of others: each shows protocols or oddities that the lab has not. */
const OTHERS: readonly string[] = [
  'BurlyLuo+wcni-kind/LabasCode/netenv/4-adv-network/35-MTU/1-PING-MTU/pcap/2-net0.cap',
  'deepflowio+deepflow/agent/resources/test/common/decapsulate_test.pcap',
  'deepflowio+deepflow/agent/resources/test/common/geneve.pcap',
  'deepflowio+deepflow/agent/resources/test/common/ip6-vxlan.pcap',
  'deepflowio+deepflow/agent/resources/test/common/ipip.pcap',
  'deepflowio+deepflow/agent/resources/test/common/vmware-gre-teb.pcap',
  'deepflowio+deepflow/agent/resources/test/flow_generator/dns/a-and-ns.pcap',
  'deepflowio+deepflow/agent/resources/test/flow_generator/handshake-error.pcap',
  'deepflowio+deepflow/agent/resources/test/flow_generator/ip-fragment.pcap',
  'deepflowio+deepflow/agent/resources/test/flow_generator/http.pcap',
  'seladb+PcapPlusPlus/Tests/Pcap++Test/PcapExamples/ICMPv6_echos.cap',
  'seladb+PcapPlusPlus/Tests/Packet++Test/PacketExamples/Dns.pcap',
  'seladb+PcapPlusPlus/Tests/Packet++Test/PacketExamples/IcmpV6_NeighAdvSoli.pcap',
  'seladb+PcapPlusPlus/Tests/Pcap++Test/PcapExamples/IgmpPackets.pcap',
  'seladb+PcapPlusPlus/Tests/Pcap++Test/PcapExamples/frag_with_padding.pcap',
  'seladb+PcapPlusPlus/Tests/Pcap++Test/PcapExamples/one_ipv6_http_stream.pcap',
  'seladb+PcapPlusPlus/Tests/Packet++Test/PacketExamples/QinQ_802.1_AD.pcapng',
  'seladb+PcapPlusPlus/Tests/Packet++Test/PacketExamples/Stp.pcap',
  'seladb+PcapPlusPlus/Tests/Packet++Test/PacketExamples/tls1_3.pcap',
  'the-tcpdump-group+libpcap/tests/filter/geneve.pcap',
  'the-tcpdump-group+tcpdump/tests/isup.pcap',
  'hadrielk+pcapng-test-generator/output_le/basic/test001.pcapng',
  'zeek+zeek/testing/btest/Traces/tunnels/gre-within-gre.pcap',
  'zeek+zeek/testing/btest/Traces/tunnels/vxlan-encapsulated-http.pcap',
  'zeek+zeek/testing/btest/Traces/tunnels/vxlan-triple-v2.pcap',
];

/** The filters of the list beside this file, in its order; lines that begin with # say what follows. */
export const ORACLE_FILTERS: readonly string[] = readFileSync(new URL('oracle-filters.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

/** A capture by the name it has in the oracle. */
export interface OracleCapture {
  readonly name: string;
  readonly path: string;
}

/** All captures of the oracle; their files need not be there. */
export const ORACLE_CAPTURES: readonly OracleCapture[] = [
  ...LAB.map((name) => ({ name: `fixtures/captures/${name}`, path: FIXTURES + name })),
  ...OTHERS.map((name) => ({ name: `../shared/captures/${name}`, path: SHARED + name })),
];

/** Answers about one capture. */
export interface RecordedCapture {
  readonly name: string;
  /** SHA-256 of the file that was asked about. */
  readonly digest: string;
  /** By the packets that are selected, the filters that select them (indices of `filters`); both as ranges: `1-3,7`. */
  readonly selected: Readonly<Record<string, string>>;
}

export interface RecordedOracle {
  readonly tshark: string;
  readonly filters: readonly string[];
  readonly captures: readonly RecordedCapture[];
}

/** The recording. */
export const ORACLE_FILE = fileURLToPath(new URL('oracle.json', import.meta.url));

export function digestOf(path: string): string | undefined {
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : undefined;
}

/** Numbers in order as ranges. */
export function rangesOf(numbers: readonly number[]): string {
  const ranges: string[] = [];
  for (let i = 0; i < numbers.length; i++) {
    const first = numbers[i]!;
    while (numbers[i + 1] === numbers[i]! + 1) i += 1;
    const last = numbers[i]!;
    ranges.push(first === last ? `${first}` : `${first}-${last}`);
  }
  return ranges.join(',');
}

/** The numbers that ranges stand for. */
export function numbersOf(ranges: string): number[] {
  if (ranges === '') return [];
  return ranges.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}
