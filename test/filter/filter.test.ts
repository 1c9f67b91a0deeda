/** What filters mean beyond what tshark can be asked: places, computed fields, chains, and forms that tshark 4.0 does not take. */
import { describe, expect, test } from 'vitest';
import { compileFilter, loadFilter } from '../../src/filter/filter.ts';
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

describe('places', () => {
  test.each([
    ['outer.ip.src == 9.135.91.57 && inner.tcp.dstport == 80', VXLAN_SYN, true],
    ['inner.ip.src == 10.244.1.170', VXLAN_SYN, true],
    ['inner.ip.src == 9.135.91.57', VXLAN_SYN, false],
    ['outer.ip.src == 10.244.1.170', VXLAN_SYN, false],
    ['inner.udp', VXLAN_SYN, false],
    ['outer.udp.dstport == 8472', VXLAN_SYN, true],
    ['outer.tcp', VXLAN_SYN, false],
    ['inner.eth.src == 0a:58:0a:f4:01:aa', VXLAN_SYN, true],
    ['inner.eth.src == 52:24:00:ad:41:39', VXLAN_SYN, false],
    ['outer.eth.src == 52:24:00:ad:41:39', VXLAN_SYN, true],
    ['inner.vxlan.vni == 1', VXLAN_SYN, true],
    ['outer.vxlan.vni == 1', VXLAN_SYN, true],
    ['inner.vxlan', VXLAN_SYN, true],
    ['outer.ip.proto == 4', IPIP_SYN, true],
    ['inner.ip.proto == 4', IPIP_SYN, false],
    ['inner.ip.proto == 6', IPIP_SYN, true],
    ['outer.ip.proto == 6', IPIP_SYN, false],
    ['inner.eth', IPIP_SYN, false],
    ['outer.eth', IPIP_SYN, true],
    ['inner.tcp && outer.tcp', POD_SYN, true],
    ['quoted.ip.src == 10.244.1.170', ICMP_ERROR, true],
    ['quoted.ip.src == 10.244.2.9', ICMP_ERROR, false],
    ['quoted.udp.dstport == 53', ICMP_ERROR, true],
    ['inner.udp', ICMP_ERROR, false],
    ['outer.udp', ICMP_ERROR, false],
    ['udp', ICMP_ERROR, true],
    ['inner.icmp.type == 3', ICMP_ERROR, true],
    ['quoted.icmp', ICMP_ERROR, false],
    ['inner.ip.src#1 == 9.135.91.57', VXLAN_SYN, false],
    ['ip.src#[-1] == 10.244.1.170', VXLAN_SYN, true],
    ['ip.src#[-2] == 9.135.91.57', VXLAN_SYN, true],
    ['ip.src#[1,2] == 10.244.1.170', VXLAN_SYN, true],
    ['ip.src#[2:] == 9.135.91.57', VXLAN_SYN, false],
    ['ip#3', VXLAN_SYN, false],
  ])('%s', (filter, packet, expected) => expect(selects(filter, packet)).toBe(expected));

  test('a tunnel in which nothing was captured leaves the outermost packet as the innermost', () => {
    const { matches } = compileFilter('inner.udp && inner.ip.src == 9.135.91.57', dissector);
    expect(matches(contextOf(VXLAN_SYN, 14 + 20 + 8 + 8))).toBe(true);
    expect(matches(contextOf(VXLAN_SYN))).toBe(false);
  });
});

describe('computed fields', () => {
  test.each([
    ['frame.number == 2'],
    ['frame.len == 58'],
    ['frame.cap_len == 58'],
    ['frame.time == "2024-07-03T09:46:40.5Z"'],
    ['frame.time == "2024-07-03 11:46:40.5+02:00"'],
    ['frame.time == "Jul 3, 2024 09:46:40.5 UTC"'],
    ['frame.time < "2024-07-04"'],
    ['frame.time_epoch == 1720000000.5'],
    ['frame.time_epoch > 1720000000.499999999'],
    ['frame.time_relative == 0.25'],
    ['frame.time_delta == 0.250000000'],
    ['frame.time - frame.time_epoch == 0'],
    ['frame.time_delta + 1 > 1.2'],
    ['frame.interface_id == 0'],
    ['frame.interface_name == "eth1"'],
    ['frame.protocols == "eth:ethertype:ip:tcp"'],
    ['tcp.len == 0'],
    ['!tcp.payload'],
    ['ip.addr == 10.244.2.9 && tcp.port == 34670 && eth.addr == 0a:58:0a:f4:01:01'],
    ['!tunnel'],
  ])('%s', (filter) => expect(selects(filter, POD_SYN)).toBe(true));

  test('what is not known has no value', () => {
    const context = Object.assign(contextOf(POD_SYN), { interfaceId: -1, interfaceName: '', nanos: -1 });
    const names = ['frame.interface_id', 'frame.interface_name', 'frame.time', 'frame.time_delta'];
    for (const name of names) expect(compileFilter(name, dissector).matches(context), name).toBe(false);
  });

  test('tunnels are told by their kind', () => {
    expect(selects('tunnel == "vxlan"', VXLAN_SYN)).toBe(true);
    expect(selects('tunnel == "ipip"', IPIP_SYN)).toBe(true);
  });

  test('further ones can be given, of the packet and of a layer', () => {
    const computed = [
      { name: 'pod', title: '', type: 'text', source: '', protocol: '', value: () => ['default/a', 'default/b'] },
      { name: 'tcp.stream', title: '', type: 'number', source: '', protocol: 'tcp', value: () => 7 },
      { name: 'nothing.here', title: '', type: 'number', source: '', protocol: 'nothing', value: () => 7 },
    ] as const;
    expect(selects('pod == "default/b" && tcp.stream in {5..8}', POD_SYN, { computed })).toBe(true);
    expect(selects('tcp.stream', ARP_REQUEST, { computed })).toBe(false);
    expect(selects('inner.tcp.stream == 7', VXLAN_SYN, { computed })).toBe(true);
    expect(() => selects('nothing.here', POD_SYN, { computed })).toThrow('no field or protocol');
  });
});

describe('forms beside those of tshark 4.0', () => {
  test.each([
    ['80 == tcp.port', POD_SYN, true],
    ['1000 > tcp.dstport', POD_SYN, true],
    ['10 < frame.number', POD_SYN, false],
    ['1 < frame.number < 3', POD_SYN, true],
    ['1 < frame.number < 2', POD_SYN, false],
    ['tcp xor udp', POD_SYN, true],
    ['tcp ^^ ip', POD_SYN, false],
    ['tcp xor ip xor eth', POD_SYN, true],
    ['tcp.srcport == 2 * (tcp.dstport + 17255)', POD_SYN, true],
    ['-tcp.dstport == -80', POD_SYN, true],
    ['frame[4] == 0xff', ARP_REQUEST, true],
    ["frame[4] == '\\xff'", ARP_REQUEST, true],
    ["tcp.dstport == 'P'", POD_SYN, true],
    ["frame.len > '\\n' && frame.len > '\\x0a' && frame.len > '\\012'", POD_SYN, true],
    ['tcp.dstport in {70 + 10, 443}', POD_SYN, true],
    ['ip.src == 10.244.0.0/255.255.0.0', POD_SYN, true],
    ['ip.src in {10.244.1.0/24}', POD_SYN, true],
    ['ipv6.src == "fe80::1"', IPV6_UDP, true],
    ['ipv6.src in {fe80::/10}', IPV6_UDP, true],
    ['ipv6.dst[1:1] == 02', IPV6_UDP, true],
    ['string(ipv6.dst) == "ff02::1"', IPV6_UDP, true],
    ['string(ip.src) == "10.244.1.170"', POD_SYN, true],
    ['string(tcp.flags.syn) == "True"', POD_SYN, true],
    ['string(frame.time_delta) == "0.250000000"', POD_SYN, true],
    ['frame.number / 0 == 1', POD_SYN, false],
    ['tcp.options.mss_val == 1410 && tcp.options[2:2] == 05:82', POD_SYN, true],
    ['tcp.options.mss_val', VXLAN_SYN, true],
    ['eth.len', POD_SYN, false],
    ['frame matches "\\x05\\x82$"', POD_SYN, true],
    ['frame.interface_name matches "^ETH[0-9]+$"', POD_SYN, true],
    ['tcp.options contains eth.type', POD_SYN, undefined],
    ['frame contains eth.src', POD_SYN, true],
    ['count(ip.src) == 2', VXLAN_SYN, true],
    ['max(ip.ttl, 10) == 64', VXLAN_SYN, true],
    ['not not tcp', POD_SYN, true],
    ['tcp AND NOT udp', POD_SYN, true],
  ])('%s', (filter, packet, expected) => {
    if (expected === undefined) expect(() => selects(filter, packet)).toThrow();
    else expect(selects(filter, packet)).toBe(expected);
  });
});

test('a truncated packet has the fields that were captured', () => {
  const has = (filter: string, captured: number): boolean =>
    compileFilter(filter, dissector).matches(contextOf(POD_SYN, captured));
  expect(has('ip.src', 14 + 20)).toBe(true);
  expect(has('ip.dst', 14 + 19)).toBe(false);
  expect(has('tcp.dstport == 80', 14 + 20 + 4)).toBe(true);
  expect(has('tcp.dstport == 80', 14 + 20 + 3)).toBe(false);
  expect(has('tcp.options.mss_val', 14 + 20 + 23)).toBe(false);
});

test('a filter tells the names it asks about', () => {
  const { names, text } = compileFilter(
    'inner.tcp.port == 80 && !(vxlan || len(frame) > 10) && frame.len > 1',
    dissector,
  );
  expect([...names].sort()).toEqual(['frame', 'frame.len', 'tcp.port', 'vxlan']);
  expect(text).toContain('inner.tcp.port');
});

test('without an engine for regular expressions only matches is refused', async () => {
  expect(() => compileFilter('frame matches "a"', dissector)).toThrow('options.regex');
  const { matches } = await loadFilter('frame.interface_name matches "^e(.*)1$"', dissector);
  expect(matches(contextOf(POD_SYN))).toBe(true);
});

test('a pattern that backtracking engines choke on takes linear time', async () => {
  const { matches } = await loadFilter('frame.interface_name matches "^(([a-z])+.)+[0-9]([a-z])+$"', dissector);
  expect(matches(Object.assign(contextOf(POD_SYN), { interfaceName: 'a'.repeat(50_000) }))).toBe(false);
});
