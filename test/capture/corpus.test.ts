import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hasShared, SHARED } from '../corpus.ts';
import { readWhole } from './read-packets.ts';

/** Captures of which fewer packets can be read than they hold, and why. */
const UNREADABLE: ReadonlyMap<string, string> = new Map([
  ['solaris.snoop', 'not-a-capture'],
  ['pcapng-example.pcapng.zst', 'not-a-capture'],
  ['pcap-invalid-version-1.pcap', 'unsupported-version'],
  ['pcapng-invalid-vers-1.pcapng', 'unsupported-version'],
  ['pcapng-invalid-vers-2.pcapng', 'unsupported-version'],
  ['shb-option-too-long.pcapng', 'bad-block-length'],
  ['linktype-reserved-field-not-zero.pcap', 'bad-header'],
]);
/** The one capture that ends within a packet. */
const CUT_OFF = 'packet-length-2476.pcap';

interface Entry {
  readonly path: string;
  readonly packets: number;
}

function entries(): Entry[] {
  if (!hasShared) return [];
  const [, ...rows] = readFileSync(join(SHARED, 'INDEX.tsv'), 'utf8').trimEnd().split('\n');
  return rows
    .map((row) => row.split('\t'))
    .map(([path = '', , , packets]) => ({ path, packets: Number(packets) }))
    .filter(({ path }) => existsSync(join(SHARED, path)));
}

const captures = entries();

test.skipIf(captures.length === 0)(`${captures.length} captures made by others hold as many packets as listed`, () => {
  for (const { path, packets } of captures) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const read = readWhole(readFileSync(join(SHARED, path)));
    expect(read.error?.code, path).toBe(UNREADABLE.get(name));
    expect(read.cutOff !== undefined, path).toBe(name === CUT_OFF);
    expect(read.packets.length, path).toBe(UNREADABLE.has(name) ? 0 : packets);
  }
});
