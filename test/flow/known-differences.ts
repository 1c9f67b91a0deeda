/** Where our TCP analysis and tshark's differ, and why. */
import type { Irregularity } from './tcp-oracle.ts';

/** Captures whose segments lie in protocols that are not dissected here, so that there is nothing to analyse. */
export const NOT_DISSECTED: Readonly<Record<string, string>> = {
  'shared:zeek+zeek/testing/btest/Traces/tunnels/gre-aruba.pcap': 'IEEE 802.11 frames in GRE',
  'shared:zeek+zeek/testing/btest/Traces/tunnels/gtp/gtp1_gn_normal_incl_fragmentation.pcap': 'GTP-U',
  'shared:zeek+zeek/testing/btest/Traces/tunnels/gtp/gtp6_gtp_0x32.pcap': 'GTP-U',
  'shared:zeek+zeek/testing/btest/Traces/tunnels/gtp/gtp9_unknown_or_too_short_payload.pcap': 'GTP-U',
  'shared:seladb+PcapPlusPlus/Tests/Packet++Test/PacketExamples/CiscoHDLC.pcap': 'Cisco HDLC',
};

/** Packets that one side flags and the other does not. */
export const KNOWN_DIFFERENCES: readonly {
  readonly capture: string;
  readonly name: Irregularity;
  readonly oursOnly?: readonly number[];
  readonly theirsOnly?: readonly number[];
  readonly reason: string;
}[] = [
  {
    capture: 'shared:zeek+zeek/testing/btest/Traces/tcp/reassembly.pcap',
    name: 'fast_retransmission',
    theirsOnly: [8, 10, 12],
    reason:
      'An acknowledgment of octets that were not captured sets tshark’s count of repeated acknowledgments to -1, which it then takes for "more than two": ' +
      'FINs sent again count as fast retransmissions without any repeated acknowledgment. Here they are plain retransmissions.',
  },
];
