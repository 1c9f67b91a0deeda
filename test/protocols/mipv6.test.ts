import { expect, test } from 'vitest';
import { dissectHex, layersOf, octetsOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';
import { IPV6, inIpv6, zeros } from '../ip-packets.ts';
import { verifyAll } from '../verify-all.ts';

const NODE = `${zeros(15)} 01`;
const PEER = `${zeros(15)} 02`;
const HOME = '20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 99';

test.each([
  ['binding refresh request', '3b 00 00 00 00 00 00 00', { mhtype: 0, binding_refresh_request: '00:00' }],
  [
    'home test init',
    '3b 01 01 00 00 00 00 00 00 00 00 00 00 00 00 07',
    { message_reserved: '00:00', hoti_cookie: '7' },
  ],
  ['care-of test init', '3b 01 02 00 00 00 00 00 00 00 00 00 00 00 00 07', { coti_cookie: '7' }],
  [
    'home test',
    `3b 02 03 00 00 00 04 d2 ${zeros(7)} 07 ${zeros(7)} 08`,
    { hot_nindex: 1234, hot_cookie: '7', hot_token: '8' },
  ],
  [
    'care-of test',
    `3b 02 04 00 00 00 04 d2 ${zeros(7)} 07 ${zeros(7)} 08`,
    { cot_nindex: 1234, cot_cookie: '7', hot_token: '8' },
  ],
  [
    'binding update with a care-of address',
    `3b 03 05 00 00 00 03 e8 c0 00 0e 10 03 10 ${HOME} 00 00`,
    {
      bu_seqnr: 1000,
      bu_flags: { a: true, h: true, l: false, b: false },
      bu_lifetime: 3600,
      opt: [{ type: 3, len: 16, acoa: '2001:db8::99' }, { type: 0 }, { type: 0 }],
    },
  ],
  [
    'binding acknowledgement with nonces and advice',
    '3b 02 06 00 00 00 86 80 00 07 00 08 04 04 04 d2 16 2e 02 02 00 3c 01 00',
    {
      ba_status: 134,
      ba_flags: { k: true, r: false },
      ba_seqnr: 7,
      ba_lifetime: 8,
      opt: [{ hni: 1234, cni: 5678 }, { bra_interval: 60 }, { type: 1, len: 0 }],
    },
  ],
  ['binding error', `3b 02 07 00 00 00 01 00 ${HOME}`, { be_status: 1, be_reserved: '00', be_haddr: '2001:db8::99' }],
  [
    'an authenticator',
    `3b 02 05 00 00 00 00 01 00 00 00 02 05 0a ${zeros(10)}`,
    { opt: [{ type: 5, auth: '00:00:00:00:00:00:00:00:00:00' }] },
  ],
  [
    'another type',
    '3b 01 0d 00 00 00 00 03 00 00 00 07 01 02 03 04',
    { unknown_type_data: '00:03:00:00:00:07:01:02:03:04' },
  ],
  ['a message cut by its length', '3b 00 05 00 00 00 03 e8', { bu_seqnr: 1000, opt: [] }],
])('%s', (_, header, fields) => {
  const hex = inIpv6('87', header);
  expect(dissectHex(hex, IPV6)[1]).toMatchObject({ layer: 'mipv6', ...fields });
  expect(layersOf(hex, IPV6).issues.count).toBe(0);
  for (let captured = 40; captured <= octetsOf(hex).length; captured++) {
    expect(headerGaps(layersOf(hex, { ...IPV6, captured }))).toEqual([]);
  }
});

test('an option that passes the header says so', () => {
  const layers = layersOf(inIpv6('87', '3b 01 05 00 00 00 00 01 00 00 00 02 01 ff 00 00'), IPV6);
  expect(headerGaps(layers)).toEqual([]);
  expect(layers.issues.at(0)).toMatchObject({ code: 'optionBeyondHeader', needed: 255, available: 2 });
});

test('checksums count the Home Address option as the source (RFC 6275 §11.3.1)', () => {
  const options = `87 02 01 02 00 00 c9 10 ${HOME}`;
  // Sum by hand: addresses 0x2001 + 0x0db8 + 0x0099 and 0x0002, length 8, next header 135, message 0x3b00; complement 0x961c
  expect(verifyAll(layersOf(inIpv6('3c', `${options} 3b 00 00 00 96 1c 00 00`, NODE, PEER), IPV6))).toEqual([]);
  expect(verifyAll(layersOf(inIpv6('3c', `${options} 3b 00 00 00 96 1d 00 00`, NODE, PEER), IPV6))).toMatchObject([
    { layer: 'mipv6', code: 'badChecksum', needed: 0x961c },
  ]);
});
