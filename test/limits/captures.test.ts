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

/** Writes the parts one behind the other and runs the built command on them. */
function measure(
  name: string,
  parts: readonly Uint8Array[],
  words: readonly string[] = [],
): { fault: string; megabytes: number } {
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat(parts));
  const call = JSON.stringify([path, ...words]);
  const { stdout, stderr } = spawnSync(process.execPath, [RUNNER], { input: `${call}\n`, maxBuffer: 2 ** 26 });
  expect(stderr.toString()).toBe('');
  return JSON.parse(stdout.toString());
}

/** A record of as many zeros as a record may have. */
function longRecord(): Buffer {
  const record = Buffer.alloc(16 + 262_144);
  record.writeUInt32LE(262_144, 8);
  record.writeUInt32LE(262_144, 12);
  return record;
}

describe('memory stays bounded', () => {
  test('a bomb: half a gigabyte of records in half a megabyte of gzip', () => {
    const records = Buffer.concat(Array.from({ length: 256 }, longRecord));
    const member = gzipSync(records);
    const bomb = [gzipSync(pcapHeader()), ...Array.from({ length: 8 }, () => member)];
    expect(Buffer.concat(bomb).length).toBeLessThan(2 ** 20);
    const { fault, megabytes } = measure('bomb.pcap.gz', bomb);
    expect(fault).toBe('');
    expect(megabytes).toBeLessThan(MOST_MEGABYTES);
  });

  test('a bomb that holds no capture', () => {
    const { fault, megabytes } = measure('zeros.gz', [gzipSync(Buffer.alloc(2 ** 28))]);
    expect(fault).toBe('');
    expect(megabytes).toBeLessThan(MOST_MEGABYTES);
  });

  test('a million interfaces', () => {
    const interfaces = Buffer.concat(Array.from({ length: 1000 }, () => interfaceDescription()));
    const parts = [sectionHeader(), ...Array.from({ length: 1000 }, () => interfaces)];
    const { fault, megabytes } = measure('interfaces.pcapng', parts);
    expect(fault).toBe('');
    expect(megabytes).toBeLessThan(MOST_MEGABYTES);
    expect(MAX_INTERFACES).toBeLessThan(1_000_000);
  });

  test('comments of a gigabyte, section after section', () => {
    const section = Buffer.from(sectionHeader({ options: [[1, text('x'.repeat(60_000))]] }));
    const sections = Buffer.concat(Array.from({ length: 100 }, () => section));
    const { fault, megabytes } = measure(
      'comments.pcapng',
      Array.from({ length: 20 }, () => sections),
      ['-q'],
    );
    expect(fault).toBe('');
    expect(megabytes).toBeLessThan(MOST_MEGABYTES);
  });

  test.each([
    ['an interface', 1, 20],
    ['a packet', 6, 32],
    ['a section', 0x0a0d0d0a, 28],
  ])('%s whose block claims four gigabytes', (_, type, least) => {
    const claim = new OctetWriter(true).u32(type, 0xfffffffc, 0x1a2b3c4d).octets(new Uint8Array(least)).build();
    const { fault, megabytes } = measure('claim.pcapng', [sectionHeader(), interfaceDescription(), claim]);
    expect(fault).toBe('');
    expect(megabytes).toBeLessThan(MOST_MEGABYTES);
  });

  test('an unknown block of a hundred megabytes is passed over', () => {
    const { fault, megabytes } = measure('unknown.pcapng', [
      sectionHeader(),
      Buffer.concat([new OctetWriter(true).u32(0x7777, 100_000_012).build(), Buffer.alloc(100_000_000)]),
      new OctetWriter(true).u32(100_000_012).build(),
      block(0x7777, new Uint8Array(4)),
    ]);
    expect(fault).toBe('');
    expect(megabytes).toBeLessThan(MOST_MEGABYTES);
  });
});
