import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Inflate, inflateBeside, inflateInto } from '../../src/node/inflate.ts';
import { FileOctets } from '../../src/node/octet-input.ts';

let folder = '';
let files = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netdissect-inflate-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(octets: Uint8Array): FileOctets {
  const path = join(folder, `${++files}`);
  writeFileSync(path, octets);
  return new FileOctets(openSync(path, 'r'));
}

interface Inflated {
  readonly octets: Buffer;
  /** Octets of the input that were taken. */
  readonly taken: number;
  readonly error: string | undefined;
}

/** What follows the data in a file: without anything, they are as good as cut off. */
const TRAILER = Buffer.alloc(8, 7);

async function inflated(deflated: Uint8Array, inflate: Inflate): Promise<Inflated> {
  const input = fileOf(deflated);
  const parts: Buffer[] = [];
  let error: string | undefined;
  try {
    for await (const octets of inflate(input)) parts.push(Buffer.from(octets));
  } catch (thrown) {
    error = thrown instanceof Error ? thrown.message : String(thrown);
  }
  return { octets: Buffer.concat(parts), taken: input.position, error };
}

/** Lends the same memory again and again, as the results are borrowed only until the next. */
function roomOf(length: number): () => Uint8Array {
  const memory = new Uint8Array(new SharedArrayBuffer(length));
  return () => memory.fill(0xee);
}

/** Octets some of which repeat at every distance that deflate knows. */
const CONTENT = Uint8Array.from({ length: 400_000 }, (_, at) =>
  at % 5 < 2 ? (Math.imul(at, 0x9e3779b1) >>> 11) & 0xff : (at >>> 9) & 0xff,
);
const DEFLATED = deflateRawSync(CONTENT);

/** A block of octets that are not compressed, and not the last: RFC 1951 §3.2.4. */
function stored(from: number, to: number): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt16LE(to - from, 1);
  header.writeUInt16LE(0xffff - (to - from), 3);
  return Buffer.concat([header, CONTENT.subarray(from, to)]);
}

describe.each<[string, () => Inflate]>([
  ['on a thread of the pool', () => inflateBeside],
  ['into one octet of room', () => inflateInto(roomOf(1))],
  ['into little room', () => inflateInto(roomOf(1000))],
  ['into more room than is needed', () => inflateInto(roomOf(1_000_000))],
])('%s', (_, inflate) => {
  test('all octets come, and what follows the data is left to the input', async () => {
    const { octets, taken, error } = await inflated(Buffer.concat([DEFLATED, Buffer.alloc(70_000, 7)]), inflate());
    expect(octets.equals(CONTENT)).toBe(true);
    expect({ taken, error }).toEqual({ taken: DEFLATED.length, error: undefined });
  });

  test('nothing at all is inflated to nothing', async () => {
    const nothing = deflateRawSync(new Uint8Array(0));
    expect(await inflated(Buffer.concat([nothing, TRAILER]), inflate())).toEqual({
      octets: Buffer.alloc(0),
      taken: nothing.length,
      error: undefined,
    });
  });

  test('what is cut off gives the octets before', async () => {
    const { octets, error } = await inflated(DEFLATED.subarray(0, 100_000), inflate());
    expect(octets.length).toBeGreaterThan(100_000);
    expect(octets.equals(CONTENT.subarray(0, octets.length))).toBe(true);
    expect(error).toBe('cut off: gzip data ends at offset 100000 within a member');
  });

  test('damage gives the octets before, once', async () => {
    const damaged = Buffer.concat([stored(0, 50_000), stored(50_000, 100_000), Buffer.from([6]), TRAILER]);
    const { octets, error } = await inflated(damaged, inflate());
    expect(octets.equals(CONTENT.subarray(0, 100_000))).toBe(true);
    // The piece of 32 KiB in which it is.
    expect(error).toBe(`gzip data is damaged at offset ${3 * 32 * 1024}: invalid block type`);
  });
});

test('Node lets its decompressors be driven on the calling thread', async () => {
  const room = roomOf(5000);
  const { buffer } = room();
  for await (const octets of inflateInto(room)(fileOf(Buffer.concat([DEFLATED, TRAILER]))))
    expect(octets.buffer).toBe(buffer);
});

test('whatever octet is changed, both ways give the same octets and the same error', async () => {
  const most = 40_000;
  const deflated = deflateRawSync(CONTENT.subarray(0, most));
  await fc.assert(
    fc.asyncProperty(
      fc.nat(deflated.length - 1),
      fc.integer({ min: 1, max: 255 }),
      fc.integer({ min: 100, max: 2 * most }),
      async (at, bits, room) => {
        const changed = Buffer.concat([deflated, TRAILER]);
        changed[at] = (changed[at] ?? 0) ^ bits;
        expect(await inflated(changed, inflateInto(roomOf(room)))).toEqual(await inflated(changed, inflateBeside));
      },
    ),
    { numRuns: 40 },
  );
});
