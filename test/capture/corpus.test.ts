import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CaptureError, type CutOff } from '../../src/capture/capture-error.ts';
import { PacketBatch } from '../../src/capture/packet.ts';
import { CaptureReader } from '../../src/capture/reader.ts';
import { hasShared, SHARED } from '../corpus.ts';

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
    const { count, cutOff, code } = countPackets(readFileSync(join(SHARED, path)));
    expect(code, path).toBe(UNREADABLE.get(name));
    expect(cutOff !== undefined, path).toBe(name === CUT_OFF);
    expect(count, path).toBe(UNREADABLE.has(name) ? 0 : packets);
  }
});

function countPackets(octets: Uint8Array): { count: number; cutOff?: CutOff | undefined; code?: string } {
  const reader = new CaptureReader();
  const batch = new PacketBatch();
  let count = 0;
  try {
    reader.append(octets);
    while (reader.nextBatch(batch) > 0) count += batch.count;
    return { count, cutOff: reader.end() };
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    return { count, code: error.code };
  }
}
