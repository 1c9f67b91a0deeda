import { describe, expect, test } from 'vitest';
import { dissectHex, layersOf, octetsOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';

const IPV4 = '45 00 00 14 00 00 40 00 40 3b 00 00 0a 00 00 01 0a 00 00 02';
const IPV6 = `60 00 00 00 00 00 3b 40 ${'00 '.repeat(15)} 01 ${'00 '.repeat(15)} 01`;

describe('BSD loopback', () => {
  test.each([
    ['little-endian', '02 00 00 00', IPV4, 0, 2, 'ip'],
    ['big-endian', '00 00 00 02', IPV4, 0, 2, 'ip'],
    ['FreeBSD', '1c 00 00 00', IPV6, 0, 28, 'ipv6'],
    ['macOS', '1e 00 00 00', IPV6, 0, 30, 'ipv6'],
    ['OpenBSD, LINKTYPE_LOOP', '00 00 00 18', IPV6, 108, 24, 'ipv6'],
    ['Linux', '0a 00 00 00', IPV6, 0, 10, 'ipv6'],
  ])('%s', (_, header, packet, linkType, family, next) => {
    const layers = dissectHex(`${header} ${packet}`, { linkType });
    expect(layers[0]).toEqual({ layer: 'null', range: [0, 4], family });
    expect(layers[1]).toMatchObject({ layer: next });
  });

  test('an EtherType where no family is', () => {
    const layers = dissectHex(`0f 00 08 00 ${IPV4}`, { linkType: 0 });
    expect(layers[0]).toEqual({ layer: 'null', range: [0, 4], type: 0x0800 });
    expect(layers[1]).toMatchObject({ layer: 'ip' });
  });

  test('another family is payload', () => {
    expect(dissectHex(`07 00 00 00 ${IPV4}`, { linkType: 0 })).toHaveLength(1);
  });
});

test('cut anywhere', () => {
  const hex = `02 00 00 00 ${IPV4}`;
  for (let captured = 0; captured <= octetsOf(hex).length; captured++) {
    expect(headerGaps(layersOf(hex, { linkType: 0, captured }))).toEqual([]);
  }
});
