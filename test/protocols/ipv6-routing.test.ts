import { expect, test } from 'vitest';
import { dissectHex, layersOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';
import { IPV6, IPV6_DESTINATION, IPV6_SOURCE, inIpv6 } from '../ip-packets.ts';

const TCP_SYN = '8d d0 00 50 27 5d ca 6b 00 00 00 00 50 02 37 14 00 00 00 00';

test('source route', () => {
  const hex = inIpv6('2b', `06 02 00 01 00 00 00 00 ${IPV6_SOURCE} ${TCP_SYN}`);
  const layers = dissectHex(hex, IPV6);
  expect(layers.map(({ layer }) => layer)).toEqual(['ipv6', 'ipv6.routing', 'tcp']);
  expect(layers[1]).toMatchObject({
    range: [40, 64],
    type: 0,
    segleft: 1,
    len_oct: 24,
    src_reserved: '00:00:00:00',
    src: [{ addr: '2001:db8::1' }],
  });
});

test('Mobile IPv6', () => {
  const [, header] = dissectHex(inIpv6('2b', `3b 02 02 01 00 00 00 00 ${IPV6_SOURCE}`), IPV6);
  expect(header).toMatchObject({ mipv6_reserved: '00:00:00:00', mipv6_home_address: '2001:db8::1' });
});

test('RPL: addresses without the octets they share with the destination', () => {
  // CmprI 15, CmprE 14, Pad 5: one address of one octet, the last of two
  const hex = inIpv6('2b', '3b 01 03 02 fe 50 00 00 33 44 55 00 00 00 00 00');
  const [, header] = dissectHex(hex, IPV6);
  expect(header).toMatchObject({
    rpl: { cmprI: 15, cmprE: 14, pad: 5, reserved: 0 },
    rpl_addr_count: 2,
    rpl_route: [
      { address: '33', full_address: '2001:db8::33' },
      { address: '44:55', full_address: '2001:db8::4455' },
    ],
    unknown_data: '00:00:00:00:00',
  });
  expect(headerGaps(layersOf(hex, IPV6))).toEqual([]);
});

test('Segment Routing with padding and an HMAC', () => {
  const hmac = `05 0e 80 00 00 00 00 07 01 02 03 04 05 06 07 08`;
  const hex = inIpv6(
    '2b',
    `3b 07 04 01 01 00 00 2a ${IPV6_SOURCE} ${IPV6_DESTINATION} ${hmac} 00 04 05 00 00 00 00 00`,
  );
  const [, header] = dissectHex(hex, IPV6);
  expect(header).toMatchObject({
    srh_last_entry: 1,
    srh_flags: 0,
    srh_tag: '00:2a',
    srh: [{ addr: '2001:db8::1' }, { addr: '2001:db8::2' }],
    srh_tlv: [
      { type: 5, length: 14, d: { d: 1 }, key_id: 7, hmac: '01:02:03:04:05:06:07:08' },
      { type: 0 },
      { type: 4, length: 5, value: '00:00:00:00:00' },
    ],
  });
  expect(headerGaps(layersOf(hex, IPV6))).toEqual([]);
});

test.each([
  ['a last entry beyond the header', `3b 02 04 00 05 00 00 00 ${IPV6_SOURCE}`, 'addressesBeyondHeader'],
  ['more segments left than addresses', `3b 02 00 09 00 00 00 00 ${IPV6_SOURCE}`, 'segmentsLeftBeyondAddresses'],
  ['a TLV beyond the header', `3b 03 04 00 00 00 00 00 ${IPV6_SOURCE} 04 ff 00 00 00 00 00 00`, 'tlvBeyondHeader'],
])('%s', (_, header, code) => {
  const layers = layersOf(inIpv6('2b', header), IPV6);
  expect(headerGaps(layers)).toEqual([]);
  expect(layers.issues.at(0).code).toBe(code);
});

test('SRv6 carries Ethernet frames too (RFC 8986 §10.1)', () => {
  const frame = '06 87 4f 9f 7c 80 f6 0f 4e 1b 4c 33 86 dd';
  const layers = dissectHex(inIpv6('2b', `8f 02 04 00 00 00 00 00 ${IPV6_SOURCE} ${frame} ${inIpv6('3b', '')}`), IPV6);
  expect(layers.map(({ layer }) => layer)).toEqual(['ipv6', 'ipv6.routing', 'eth', 'ipv6']);
});

test('another type is shown as octets', () => {
  const [, header] = dissectHex(inIpv6('2b', '3b 00 fd 00 01 02 03 04'), IPV6);
  expect(header).toMatchObject({ type: 253, unknown_data: '01:02:03:04' });
});
