import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MOST_REPEATED, parseHexDump } from '../../src/capture/hex-dump.ts';
import { hexDumpCapture, linkTypeOfDump } from '../../src/capture/hex-dump-capture.ts';
import { LinkType } from '../../src/capture/link-types.ts';
import { DUMP_STYLES } from './format-dump.ts';
import { readWhole } from './read-packets.ts';

/** Octets that look like hexadecimal digits, or the marks of dumps, when they are shown as characters. */
const CONFUSING = Array.from('0123456789abcdefABCDEF |:*x', (character) => character.charCodeAt(0));

const octet = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(...CONFUSING), fc.constant(0));
const packet = fc
  .oneof(
    fc.array(octet, { minLength: 1, maxLength: 100 }),
    fc.tuple(octet, fc.integer({ min: 1, max: 90 })).map(([value, length]) => Array<number>(length).fill(value)),
  )
  .map((octets) => Uint8Array.from(octets));

describe.each(DUMP_STYLES)('$name', ({ format }) => {
  test('gives the octets of any packets', () => {
    fc.assert(
      fc.property(fc.array(packet, { minLength: 1, maxLength: 4 }), (packets) => {
        expect(parseHexDump(format(packets))).toEqual({ packets });
      }),
    );
  });

  test('as quoted by others, with odd spaces and line ends', () => {
    const packets = [Uint8Array.from({ length: 40 }, (_, at) => at), Uint8Array.of(0x52, 0x24)];
    const text = format(packets)
      .split('\n')
      .map((line) => `> ${line}`.replaceAll('  ', '\u00a0 '))
      .join('\r\n');

    expect(parseHexDump(`\ufeff${text}`)).toEqual({ packets });
  });
});

test('what stands between dumps is passed over', () => {
  const text = [
    'Frame 1: 20 bytes on wire (160 bits)',
    '    [TCP payload (2 bytes)]',
    'Frame (20 bytes):',
    '0000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f   ................',
    '0010  10 11 12 13                                       ....',
    'Reassembled TCP (3 bytes):',
    '0000  aa bb cc                                          ...',
    '',
    '1000   0.001212 10.244.2.9 → 10.244.1.170 HTTP GET /',
    '',
    '0000  20 21                                             !',
  ].join('\n');
  expect(parseHexDump(text).packets.map(({ length }) => length)).toEqual([20, 2]);
});

test('the offset of the next line tells octets from characters beside them', () => {
  const text = '0000: 41 42 43 44 ab cd\n0004: 45 46';
  expect(parseHexDump(text).packets).toEqual([Uint8Array.of(0x41, 0x42, 0x43, 0x44, 0x45, 0x46)]);
});

describe('faults', () => {
  test.each<[string, string, number, number, number, string]>([
    ['a character', '52 24\n00 ag', 0, 2, 5, 'expected a hexadecimal digit, found "g"'],
    ['a word', 'hello', 0, 1, 1, 'expected a hexadecimal digit, found "h"'],
    ['an odd number of digits', '52 24 0', 0, 1, 7, "expected octets of two digits, found '0'"],
    ['a prefix without digits', '52 0x', 0, 1, 5, 'expected a hexadecimal digit, found "x"'],
    ['in the second packet', '52 24\n\n5 2', 1, 3, 1, "expected octets of two digits, found '5'"],
    ['a digit in a dump', '\t0x0000:  4500 00z4', 0, 1, 18, 'expected a hexadecimal digit, found "z"'],
    ['half an octet in a dump', '0000: 45 0', 0, 1, 10, "expected octets of two digits, found '0'"],
    ['a dump without its beginning', '0x0010:  4500', 0, 1, 1, 'offset 0x0010, expected 0x0000 after 0 octets'],
    ['a missing line', '0000: 45 00\n> 0010: 45', 0, 2, 3, 'offset 0x0010, expected 0x0002 after 2 octets'],
    [
      'a star without a line',
      '*\n00000000: 45\n00000000: 00\n*\n00900000: 45',
      1,
      5,
      1,
      'offset 0x900000, expected 0x0001 after 1 octets',
    ],
    [
      'words of the host',
      '0000000 2452 ad00\n0000004',
      0,
      1,
      1,
      'words in the order of the host that printed them; hexdump -C prints octets',
    ],
    ['too many octets', '00'.repeat(262_145), 0, 1, 1, 'a packet of more than 262144 octets'],
  ])('%s', (_, text, packets, line, column, message) => {
    const dump = parseHexDump(text);
    expect(dump.packets).toHaveLength(packets);
    expect(dump.fault).toEqual({ line, column, message });
  });

  test('any text is read to an end', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom('0000  45 00', '*', '0x0002:  45', '{', '}', '', '/*', '00000010'),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const { packets, fault } = parseHexDump(lines.join('\n'));
        expect(packets.every(({ length }) => length > 0)).toBe(true);
        expect(fault === undefined || fault.line <= lines.length).toBe(true);
      }),
    );
  });

  test('lines that repeat stand for a bounded number of octets in all', () => {
    const { packets, fault } = parseHexDump('00000: 4500\n*\n3fff0: 00\n'.repeat(1000));
    expect(packets.reduce((sum, octets) => sum + octets.length, 0)).toBeLessThan(MOST_REPEATED + 262_144);
    expect(fault?.message).toBe('repeated lines of more than 16777216 octets');
  });

  test.each(['/*/*'.repeat(50_000), '> '.repeat(100_000), '( 1'.repeat(70_000), `0000  ${'00 '.repeat(100_000)}`])(
    'a long line takes no longer than its length: %#',
    (text) => {
      expect(parseHexDump(text).packets.length).toBeLessThan(2);
    },
  );
});

describe('what packets begin with', () => {
  const bytes = (text: string): Uint8Array => parseHexDump(text).packets[0] ?? new Uint8Array(0);
  const ipv4 = '4500 0028 1f54 4000 4006 1111 0a00 0001 0a00 0002';
  const ipv6 = `6000 0000 0008 11 40 ${'fe80 0000 0000 0000 0000 0000 0000 0001 '.repeat(2)}`;
  test.each<[string, string, number]>([
    ['IPv4 as long as it says', `${ipv4} ${'00'.repeat(20)}`, LinkType.RAW],
    ['IPv4 that is cut, with a right checksum', ipv4.replace('1111', '077a'), LinkType.RAW],
    ['IPv4 that is cut, with a wrong checksum', ipv4, LinkType.EN10MB],
    ['IPv6 as long as it says', `${ipv6}${'00'.repeat(8)}`, LinkType.RAW],
    ['IPv6 that is cut', ipv6, LinkType.RAW],
    ['Ethernet to 46:…', `46 00 00 41 39 fe ee cf 97 ef 06 01 08 00 45 00 ${'00'.repeat(30)}`, LinkType.EN10MB],
    [
      'Ethernet to 62:…, of an unknown type',
      `62 00 00 41 ff fe 06 cf 97 ef 06 01 88 b5 ${'20'.repeat(40)}`,
      LinkType.EN10MB,
    ],
    ['Ethernet to 62:…, IPv4', `62 00 00 41 ff fe 06 cf 20 ef 06 01 08 00 ${'20'.repeat(40)}`, LinkType.EN10MB],
    ['too little to tell', '45 00', LinkType.EN10MB],
  ])('%s', (_, text, linkType) => {
    expect(linkTypeOfDump(bytes(text))).toBe(linkType);
  });

  test('a capture of it has no times, and a section for each change of the link type', () => {
    const text = `${ipv4.replace('0028', '0014')}\n\n52 24 00 ad\n\n52 25\n\n${ipv4.replace('0028', '0014')}`;
    const { octets, error, notices } = hexDumpCapture(text);
    const { packets, reader } = readWhole(octets);
    expect({ error, notices }).toEqual({ error: undefined, notices: [] });
    expect(packets.map(({ interfaceId }) => reader.interfaces[interfaceId]?.linkType)).toEqual([101, 1, 1, 101]);
    expect(packets.every(({ nanos }) => nanos === -1)).toBe(true);
    expect(packets[1]).toMatchObject({ octets: [0x52, 0x24, 0, 0xad], wireLength: 4 });
  });

  test('a link type that is given holds for all', () => {
    expect(
      readWhole(hexDumpCapture(`${ipv4}\n\n52 24`, 113).octets).reader.interfaces.map(({ linkType }) => linkType),
    ).toEqual([113]);
  });

  test('ARP without its link is told', () => {
    expect(hexDumpCapture('0x0000:  0001 0800 0604 0001 5254').notices).toEqual([
      'packet 1 begins at ARP, without the header of its link; tcpdump -xx prints that too',
    ]);
  });

  test.each([
    ['', 'empty', 0, 'empty: no hexadecimal octets'],
    ['x', 'not-a-capture', 0, 'not a hex dump: line 1, column 1: expected a hexadecimal digit, found "x"'],
    ['52\n\n24 x', 'bad-hex-dump', 7, 'line 3, column 4: expected a hexadecimal digit, found "x"'],
  ])('of %j is an error', (text, code, byteOffset, message) => {
    expect(hexDumpCapture(text).error).toMatchObject({ code, byteOffset, message });
  });
});
