/** tcpdump's words: what they select, and that each says the same as a display filter. */
import { describe, expect, test } from 'vitest';
import { compileFilter } from '../../src/filter/filter.ts';
import {
  ARP_REQUEST,
  contextOf,
  dissector,
  ICMP_ERROR,
  IPIP_SYN,
  IPV6_UDP,
  POD_SYN,
  selects,
  VXLAN_SYN,
} from './packets.ts';

const PACKETS = [ARP_REQUEST, ICMP_ERROR, IPIP_SYN, IPV6_UDP, POD_SYN, VXLAN_SYN];

describe('words select inner packets, unless outer is said', () => {
  test.each([
    ['host 10.244.1.170 and port 80', true],
    ['host 9.135.91.57', false],
    ['outer host 9.135.91.57', true],
    ['outer host 10.244.1.170', false],
    ['port 8472', false],
    ['outer port 8472', true],
    ['outer udp port 8472', true],
    ['outer src host 9.135.91.57 and not outer dst host 9.135.91.57', true],
    ['vxlan 1', true],
    ['vxlan 2', false],
    ['outer vxlan 1', true],
    ['tcp and port 80', true],
    ['udp and port 80', false],
    ['udp or port 80', true],
    ['udp', true],
    ['outer udp', true],
    ['outer tcp', false],
    ['udp and host 10.244.1.170', false],
    ['ip6', false],
    ['not ip6', true],
    ['ether host 0a:58:0a:f4:01:aa', true],
    ['outer ether host 0a:58:0a:f4:01:aa', false],
    ['host 10.244.1.170 and tcp.flags.syn == 1', true],
    ['host 10.244.1.170 and ip.src == 9.135.91.57', true],
  ])('%s', (filter, expected) => expect(selects(filter, VXLAN_SYN)).toBe(expected));
});

describe('each test is one of fields', () => {
  test.each([
    ['host 10.244.1.1', 'inner.ip.addr == 10.244.1.1 || inner.arp.dst.proto_ipv4 == 10.244.1.1'],
    ['src host 10.244.1.170', 'inner.ip.src == 10.244.1.170 || inner.arp.src.proto_ipv4 == 10.244.1.170'],
    ['src 10.244.1.170', 'inner.ip.src == 10.244.1.170 || inner.arp.src.proto_ipv4 == 10.244.1.170'],
    ['dst 10.244.2.9', 'inner.ip.dst == 10.244.2.9'],
    ['src or dst host 10.244.2.9', 'inner.ip.addr == 10.244.2.9'],
    ['src and dst net 10.244.0.0/16', 'inner.ip.src == 10.244.0.0/16 && inner.ip.dst == 10.244.0.0/16 || arp'],
    ['ip host 10.244.1.170', 'inner.ip.addr == 10.244.1.170'],
    ['arp host 10.244.1.1', 'arp.dst.proto_ipv4 == 10.244.1.1'],
    ['host fe80::1', 'inner.ipv6.addr == fe80::1'],
    ['net fe80::/10', 'inner.ipv6.addr == fe80::/10'],
    ['net 10.244.0.0/16', 'inner.ip.addr == 10.244.0.0/16 || arp'],
    ['net 10.244', 'inner.ip.addr == 10.244.0.0/16 || arp'],
    ['net 10', 'inner.ip.addr == 10.0.0.0/8 || arp'],
    ['dst net 10.244.2.0 mask 255.255.255.0', 'inner.ip.dst == 10.244.2.0/24'],
    ['port 80', 'inner.tcp.port == 80 || inner.udp.port == 80'],
    ['src port 34670', 'inner.tcp.srcport == 34670'],
    ['dst port 34670', 'inner.tcp.dstport == 34670'],
    ['tcp port 80', 'inner.tcp.port == 80'],
    ['udp src port 5353', 'inner.udp.srcport == 5353'],
    ['portrange 79-81', 'inner.tcp.port in {79..81}'],
    ['udp portrange 5000 - 6000', 'inner.udp.port in {5000..6000}'],
    ['port 80 or 443', 'inner.tcp.port in {80, 443}'],
    ['host 10.244.1.1 or 10.244.2.9', 'inner.ip.dst == 10.244.2.9 || inner.ip.src == 10.244.2.9 || arp'],
    ['ip proto 6', 'inner.ip.proto == 6'],
    ['ip proto tcp', 'inner.ip.proto == 6'],
    ['outer proto 4', 'outer.ip.proto == 4'],
    ['ether proto 0x0806', 'inner.eth.type == 0x0806'],
    ['ether dst ff:ff:ff:ff:ff:ff', 'eth.dst == ff:ff:ff:ff:ff:ff'],
    ['icmp or (arp and less 100)', 'icmp || arp'],
    ['less 60', 'frame.len <= 60'],
    ['greater 61', 'frame.len >= 61'],
    ['! host 10.244.1.170 && ! ip6', '!inner.ip.addr == 10.244.1.170 && !arp && !ipv6'],
    ['icmp6 or vlan 5', 'icmpv6 || vlan.id == 5'],
  ])('%s is %s', (words, filter) => {
    const first = compileFilter(words, dissector);
    const second = compileFilter(filter, dissector);
    for (const packet of PACKETS) {
      const context = contextOf(packet);
      expect(first.matches(context), packet).toBe(second.matches(context));
    }
  });
});

describe('what is ambiguous or wrong is told with its column', () => {
  test.each([
    ['host 10.0.0.1 and port 80 or port 53', 27, 'parentheses'],
    ['host foo', 6, 'no address'],
    ['host 10.0.0.0/8', 6, "'net' tests those"],
    ['ip6 host 10.0.0.1', 10, 'no address of ip6'],
    ['net 10.0.0.0/33', 5, 'no network'],
    ['port http', 6, 'number of a port'],
    ['port 70000', 6, 'more than'],
    ['portrange 80', 13, "'-' is expected"],
    ['ether 5', 1, "behind 'ether'"],
    ['ether host 10.0.0.1', 12, 'no MAC address'],
    ['outer foo', 7, "'outer' stands before"],
    ['less than', 6, 'number of octets'],
    ['port', 1, 'no field or protocol'],
  ])('%s', (filter, column, message) => {
    expect(() => compileFilter(filter, dissector)).toThrow(
      expect.objectContaining({ column, message: expect.stringContaining(message) }),
    );
  });

  test('parentheses settle it', () => {
    expect(selects('host 10.244.1.170 and (port 80 or port 53)', POD_SYN)).toBe(true);
    expect(selects('(host 10.0.0.1 and port 80) or port 80', POD_SYN)).toBe(true);
    expect(selects('tcp and ip or arp', POD_SYN)).toBe(true);
  });
});
