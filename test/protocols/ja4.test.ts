import { expect, test } from 'vitest';
import { type ClientOffer, ja4 } from '../../src/protocols/ja4.ts';

const numbers = (hex: string): number[] => hex.split(',').map((digits) => Number.parseInt(digits, 16));
const octets = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Chrome's ClientHello, the example of FoxIO's technical details, with GREASE where Chrome puts it. */
const CHROME: ClientOffer = {
  versions: numbers('8a8a,0304,0303'),
  cipherSuites: numbers('dada,1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035'),
  extensions: numbers('6a6a,001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015,4a4a'),
  signatureAlgorithms: numbers('0403,0804,0401,0503,0805,0501,0806,0601'),
  firstProtocol: octets('h2'),
};

test("the published example of Chrome's ClientHello", () => {
  expect(ja4(CHROME, 't')).toEqual({
    hashed: 't13d1516h2_8daaf6152771_e5627efa2ab1',
    raw: 't13d1516h2_002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9_0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01_0403,0804,0401,0503,0805,0501,0806,0601',
  });
});

test.each([
  ['over QUIC', CHROME, 'q', /^q13d1516h2_/],
  ['no server name', { ...CHROME, extensions: [0x0010] }, 't', /^t13i1501h2_/],
  ['TLS 1.2 at most', { ...CHROME, versions: [0x0303] }, 't', /^t12d/],
  ['a version nobody knows', { ...CHROME, versions: [0x0a0a] }, 't', /^t00d/],
  ['a protocol of one character', { ...CHROME, firstProtocol: octets('h') }, 't', /^t13d1516hh_/],
  ['no protocol', { ...CHROME, firstProtocol: octets('') }, 't', /^t13d151600_/],
  // The technical details' example: 0xAB, 0xCD becomes `ad`.
  ['a protocol of other octets', { ...CHROME, firstProtocol: Uint8Array.of(0xab, 0xcd) }, 't', /^t13d1516ad_/],
  ['more than 99 suites', { ...CHROME, cipherSuites: Array.from({ length: 120 }, () => 1) }, 't', /^t13d9916h2_/],
  [
    'no suites and no extensions',
    { ...CHROME, cipherSuites: [], extensions: [] },
    't',
    /^t13i0000h2_000000000000_000000000000$/,
  ],
] as const)('%s', (_, offer, transport, expected) => {
  expect(ja4(offer, transport).hashed).toMatch(expected);
});

test("without signature algorithms the extensions stand alone: the technical details' example", () => {
  expect(ja4({ ...CHROME, signatureAlgorithms: [] }, 't').hashed).toBe('t13d1516h2_8daaf6152771_6d807ffa2a79');
});

test('a server name and protocols are no extensions to be hashed', () => {
  expect(ja4({ ...CHROME, extensions: [0x0000, 0x0010], signatureAlgorithms: [] }, 't').hashed).toBe(
    't13d1502h2_8daaf6152771_000000000000',
  );
});
