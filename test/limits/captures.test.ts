/** Capture files that claim or hold far more than a machine has: memory stays bounded, in a process of its own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAX_INTERFACES } from '../../src/capture/pcapng-descriptions.ts';
import { block, interfaceDescription, OctetWriter, pcapHeader, sectionHeader, text } from '../capture/build-capture.ts';

const RUNNER = fileURLToPath(new URL('measured-calls.js', import.meta.url));
const MOST_MEGABYTES = 300;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netdissect-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a call said last on standard error, and its exit status. */
interface Told {
  readonly status: number;
  readonly said: string;
}

/** Writes the parts one behind the other and runs the built command on them; sees that it takes no more memory than it may. */
function measure(name: string, parts: readonly Uint8Array[], words: readonly string[] = []): Told {
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat(parts));
  const call = JSON.stringify([path, ...words]);
  const { stdout, stderr } = spawnSync(process.execPath, [RUNNER], { input: `${call}\n`, maxBuffer: 2 ** 26 });
  expect(stderr.toString()).toBe('');
  const { status, said, fault, megabytes } = JSON.parse(stdout.toString());
  expect(fault).toBe('');
  expect(megabytes).toBeLessThan(MOST_MEGABYTES);
  return { status, said };
}

/** A record of as many zeros as a record may have. */
function longRecord(): Buffer {
  const record = Buffer.alloc(16 + 262_144);
  record.writeUInt32LE(262_144, 8);
  record.writeUInt32LE(262_144, 12);
  return record;
}

/** A block of zstd: a run of one octet, or octets as they are (RFC 8878 §3.1.1.2). */
function zstdBlock(octets: Uint8Array, length: number, isRun: boolean): Uint8Array {
  const header = (length << 3) | (isRun ? 2 : 0);
  return Buffer.concat([Uint8Array.of(header, header >>> 8, header >>> 16), octets]);
}

/** A whole frame of zstd with a window of 128 KiB, of so many records of zeros. */
function zstdBomb(records: number): Uint8Array[] {
  const header = pcapHeader();
  const zeros = zstdBlock(Uint8Array.of(0), 131_072, true);
  const record = Buffer.concat([zstdBlock(longRecord().subarray(0, 16), 16, false), zeros, zeros]);
  return [
    new OctetWriter(true).u32(0xfd2fb528).u8(0, 0x38).build(),
    zstdBlock(header, header.length, false),
    ...Array.from({ length: records }, () => record),
    // The last block is marked and empty.
    Uint8Array.of(1, 0, 0),
  ];
}

describe('memory stays bounded', () => {
  test('a bomb: half a gigabyte of records in half a megabyte of gzip', () => {
    const records = Buffer.concat(Array.from({ length: 256 }, longRecord));
    const member = gzipSync(records);
    const bomb = [gzipSync(pcapHeader()), ...Array.from({ length: 8 }, () => member)];
    expect(Buffer.concat(bomb).length).toBeLessThan(2 ** 20);
    expect(measure('bomb.pcap.gz', bomb)).toEqual({ status: 0, said: '' });
  });

  test('a bomb: half a gigabyte of records in some kilobytes of zstd', () => {
    const bomb = zstdBomb(2048);
    expect(Buffer.concat(bomb).length).toBeLessThan(2 ** 16);
    expect(measure('bomb.pcap.zst', bomb)).toEqual({ status: 0, said: '' });
  });

  test.each([
    ['gzip', [gzipSync(Buffer.alloc(2 ** 28))]],
    [
      'zstd',
      [
        new OctetWriter(true).u32(0xfd2fb528).u8(0, 0x38).build(),
        ...Array.from({ length: 2000 }, () => zstdBlock(Uint8Array.of(0), 131_072, true)),
      ],
    ],
  ])('a bomb of %s that holds no capture', (_, parts) => {
    expect(measure('zeros', parts)).toEqual({ status: 2, said: expect.stringMatching(/not a capture/) });
  });

  test('a million interfaces', () => {
    const interfaces = Buffer.concat(Array.from({ length: 1000 }, () => interfaceDescription()));
    const parts = [sectionHeader(), ...Array.from({ length: 1000 }, () => interfaces)];
    expect(MAX_INTERFACES).toBeLessThan(1_000_000);
    expect(measure('interfaces.pcapng', parts)).toEqual({ status: 3, said: expect.stringMatching(/interfaces/) });
  });

  test('comments of a gigabyte, section after section', () => {
    const section = Buffer.from(sectionHeader({ options: [[1, text('x'.repeat(60_000))]] }));
    const sections = Buffer.concat(Array.from({ length: 100 }, () => section));
    const parts = Array.from({ length: 20 }, () => sections);
    expect(measure('comments.pcapng', parts)).toEqual({ status: 0, said: expect.stringMatching(/comments/) });
  });

  test.each([
    ['an interface', 1, 1, 20],
    ['a packet, as options,', 6, 0, 32],
    ['a section', 0x0a0d0d0a, 0x1a2b3c4d, 28],
  ])('%s whose block claims four gigabytes', (_, type, first, least) => {
    const claim = new OctetWriter(true).u32(type, 0xfffffffc, first).octets(new Uint8Array(least)).build();
    const told = measure('claim.pcapng', [sectionHeader(), interfaceDescription(), claim]);
    expect(told).toEqual({ status: 3, said: expect.stringMatching(/4294967292/) });
  });

  test('an option that claims more than its block', () => {
    const option = new OctetWriter(true).u16(1, 0xffff).u32(0x61616161).build();
    const packet = block(6, new OctetWriter(true).u32(0, 0, 0, 4, 4).u32(0).octets(option).build());
    const told = measure('option.pcapng', [sectionHeader(), interfaceDescription(), packet], ['--json']);
    expect(told).toEqual({ status: 0, said: '' });
  });

  test('an unknown block of a hundred megabytes is passed over', () => {
    const told = measure('unknown.pcapng', [
      sectionHeader(),
      Buffer.concat([new OctetWriter(true).u32(0x7777, 100_000_012).build(), Buffer.alloc(100_000_000)]),
      new OctetWriter(true).u32(100_000_012).build(),
      block(0x7777, new Uint8Array(4)),
    ]);
    expect(told).toEqual({ status: 0, said: '' });
  });
});
