/**
 * Ten million SYNs, each from another address, through the built command (TEST_ALL=1): no more memory than a million flows may take, and what gave
 * way is told.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pcapHeader } from '../capture/build-capture.ts';
import { octetsOf } from '../dissect-hex.ts';

const isAll = process.env['TEST_ALL'] === '1';
const NETDISSECT = fileURLToPath(new URL('../../bin/netdissect.js', import.meta.url));
const SYNS = 10_000_000;
const MOST_FLOWS = 1_000_000;
/** Octets of a flow and its place in the index, of the addresses of one in IPv6, and all that is there without flows. */
const FLOW = 300;
const ADDRESSES = 50;
const BASE = 100e6;
const RECORD_HEADER = 16;
const RECORDS_AT_ONCE = 10_000;
const RAW = 101;

const TCP_SYN = 'c350 0050 00000000 00000000 5002 0000 0000 0000';
/** From 0.0.0.0 to 10.0.0.1, and where the address is that counts up. */
const IPV4 = { packet: octetsOf(`45000028 00000000 40060000 00000000 0a000001 ${TCP_SYN}`), source: 12, flow: FLOW };
/** From fd00:: to fd00::1. */
const IPV6 = {
  packet: octetsOf(`60000000 00140640 fd00${'00'.repeat(14)} fd00${'00'.repeat(13)}01 ${TCP_SYN}`),
  source: 20,
  flow: FLOW + ADDRESSES,
};

/** Writes the flood to a file; by its times a million SYNs a second. */
function write(path: string, { packet, source }: typeof IPV4): void {
  const file = openSync(path, 'w');
  writeSync(file, pcapHeader({ linkType: RAW }));
  const length = RECORD_HEADER + packet.length;
  const records = new Uint8Array(RECORDS_AT_ONCE * length);
  const view = new DataView(records.buffer);
  for (let done = 0; done < SYNS; done += RECORDS_AT_ONCE) {
    for (let i = 0; i < RECORDS_AT_ONCE; i++) {
      const at = i * length;
      const number = done + i;
      view.setUint32(at, Math.floor(number / 1e6), true);
      view.setUint32(at + 4, number % 1e6, true);
      view.setUint32(at + 8, packet.length, true);
      view.setUint32(at + 12, packet.length, true);
      records.set(packet, at + RECORD_HEADER);
      view.setUint32(at + RECORD_HEADER + source, number);
    }
    writeSync(file, records);
  }
  closeSync(file);
}

/** Runs the command, whose last word on descriptor 3 is the most memory it had, in octets. */
function run(words: readonly string[]): { told: string; octets: number } {
  const hook =
    "import { writeSync } from 'node:fs'; process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS)));";
  const { stderr, output } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, NETDISSECT, ...words],
    { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] },
  );
  return { told: stderr.toString(), octets: Number(output[3]?.toString()) * 1024 };
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netdissect-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!isAll)('ten million SYNs', () => {
  test.each([
    ['IPv4', IPV4],
    ['IPv6', IPV6],
  ])('over %s', { timeout: 600_000 }, (_, flood) => {
    const path = join(folder, 'flood.pcap');
    write(path, flood);
    const { told, octets } = run(['flows', '--top', '1', path]);
    expect(told).toMatch(/\d+ of 10000000 flows gave way to newer ones/);
    expect(octets).toBeGreaterThan(0);
    expect(octets).toBeLessThan(BASE + MOST_FLOWS * flood.flow);
  });
});
