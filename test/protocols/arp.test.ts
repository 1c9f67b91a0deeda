import { describe, expect, test } from 'vitest';
import { dissectHex } from '../dissect-hex.ts';

const ETHERNET = 'ffffffffffff 0a580af40101 0806';

/** An Ethernet/IPv4 message. */
function message(opcode: string, senderIp: string, targetMac: string, targetIp: string): string {
  return `${ETHERNET} 0001 0800 06 04 ${opcode} 0a580af40101 ${senderIp} ${targetMac} ${targetIp}`;
}

const NOBODY = '000000000000';
const REQUEST = '0001';
const REPLY = '0002';

test('a request shows both pairs of addresses', () => {
  const [, arp] = dissectHex(message(REQUEST, '0af40101', NOBODY, '0af40102'));
  expect(arp).toEqual({
    layer: 'arp',
    range: [14, 42],
    hw_type: 1,
    proto_type: 0x0800,
    hw_size: 6,
    proto_size: 4,
    opcode: 1,
    meaning: 'who has 10.244.1.2? tell 10.244.1.1',
    src_hw_mac: '0a:58:0a:f4:01:01',
    src_proto_ipv4: '10.244.1.1',
    dst_hw_mac: '00:00:00:00:00:00',
    dst_proto_ipv4: '10.244.1.2',
  });
});

describe('what a message is for', () => {
  const yes = (key: string): object => ({ [key]: true });
  test.each([
    // RFC 5227 §2.3: an announcement is a probe that names its sender.
    [
      'announcement',
      message(REQUEST, '0af40102', NOBODY, '0af40102'),
      { ...yes('isgratuitous'), ...yes('isannouncement') },
    ],
    ['announcement with a target', message(REQUEST, '0af40102', 'ffffffffffff', '0af40102'), yes('isgratuitous')],
    ['gratuitous reply', message(REPLY, '0af40102', '0a580af40101', '0af40102'), yes('isgratuitous')],
    ['probe', message(REQUEST, '00000000', NOBODY, '0af40102'), yes('isprobe')],
    ['reply', message(REPLY, '0af40102', '0a580af40101', '0af40103'), {}],
    ['reverse request for itself', message('0003', '0af40102', NOBODY, '0af40102'), {}],
  ])('%s', (_name, hex, expected) => {
    const arp = dissectHex(hex)[1] ?? {};
    const found = Object.entries(arp).filter(([key]) => key.startsWith('is') && key !== 'issues');
    expect(Object.fromEntries(found)).toEqual(expected);
  });
});

test('addresses of other kinds are octets, those of no octets are left out', () => {
  // InfiniBand: 20 octets of hardware address; a protocol size of 0.
  const [, arp] = dissectHex(`${ETHERNET} 0020 0800 14 00 0001 ${'01'.repeat(20)} ${'02'.repeat(20)}`);
  expect(arp).toMatchObject({ src_hw: Array(20).fill('01').join(':'), dst_hw: Array(20).fill('02').join(':') });
  expect(arp).not.toHaveProperty('src_proto');
  expect(arp).not.toHaveProperty('src_hw_mac');
});

test('every cut leaves what was captured before it', () => {
  const hex = message(REQUEST, '0af40101', NOBODY, '0af40102');
  const whole: Record<string, unknown> = dissectHex(hex)[1] ?? {};
  for (let captured = 14; captured < 42; captured++) {
    const { range: _range, ...fields } = dissectHex(hex, { captured })[1] ?? {};
    for (const [key, value] of Object.entries(fields)) expect(value).toEqual(whole[key]);
  }
});
