import { describe, expect, test } from 'vitest';
import { capturedLimit, LinkType, linkTypeName, linkTypes } from '../../src/capture/link-types.ts';

describe('linkTypeName', () => {
  test.each([
    [0, 'NULL'],
    [1, 'EN10MB'],
    [12, 'RAW'],
    [101, 'RAW'],
    [113, 'LINUX_SLL'],
    [127, 'IEEE802_11_RADIO'],
    [147, 'USER0'],
    [162, 'USER15'],
    [276, 'LINUX_SLL2'],
    [281, 'DSA_TAG_BRCM'],
    [4711, 'linktype 4711'],
  ])('%i is %s', (number, name) => {
    expect(linkTypeName(number)).toBe(name);
  });
});

test('the numbers used here are those of the registry', () => {
  for (const [name, number] of Object.entries(LinkType)) expect(linkTypeName(number)).toBe(name);
});

test('every entry says in words what its packets start with', () => {
  for (const [number, { name, description }] of linkTypes()) {
    expect(number).toBeLessThan(0x10000);
    expect(name).toMatch(/^[A-Z0-9_]+$/);
    expect(description.length).toBeGreaterThan(2);
  }
});

test.each([
  [LinkType.EN10MB, 0, 262_144],
  [LinkType.EN10MB, 65_535, 262_144],
  [LinkType.EN10MB, 16_777_216, 16_777_216],
  [LinkType.EN10MB, 16_777_217, 262_144],
  [LinkType.EN10MB, 4_294_967_295, 262_144],
  [LinkType.USBPCAP, 0, 1_048_576],
  [LinkType.DBUS, 262_144, 134_217_728],
])('link type %i with snap length %i takes at most %i octets', (linkType, snapLength, limit) => {
  expect(capturedLimit(linkType, snapLength)).toBe(limit);
});
