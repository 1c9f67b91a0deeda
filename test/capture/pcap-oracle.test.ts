import { Readable } from 'node:stream';
import fc from 'fast-check';
import { parse } from 'pcap-parser';
import { expect, test } from 'vitest';
import { buildPcap } from './build-capture.ts';
import { readWhole } from './read-packets.ts';

interface OraclePacket {
  readonly octets: number[];
  readonly seconds: number;
  readonly micros: number;
  readonly wireLength: number;
}

/** What pcap-parser, which was written independently, reads of a classic microsecond file. */
function readWithOracle(file: Uint8Array): Promise<OraclePacket[]> {
  return new Promise((resolve, reject) => {
    const packets: OraclePacket[] = [];
    const parser = parse(Readable.from([Buffer.from(file)]));
    parser.on('packet', ({ header, data }) => {
      packets.push({
        octets: [...data],
        seconds: header.timestampSeconds,
        micros: header.timestampMicroseconds,
        wireLength: header.originalLength,
      });
    });
    parser.on('end', () => resolve(packets));
    parser.on('error', reject);
  });
}

const frame = fc.record({
  octets: fc.uint8Array({ maxLength: 60 }),
  seconds: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  nanos: fc.integer({ min: 0, max: 999_999 }).map((micros) => micros * 1000),
  wireLength: fc.integer({ min: 60, max: 2 ** 32 - 1 }),
});

test('classic microsecond files hold the packets that pcap-parser finds in them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { maxLength: 20 }), fc.boolean(), async (frames, little) => {
      const file = buildPcap(frames, { little });
      const packets = readWhole(file).packets.map(({ octets, seconds, nanos, wireLength }) => ({
        octets,
        seconds,
        micros: nanos / 1000,
        wireLength,
      }));
      expect(packets).toEqual(await readWithOracle(file));
    }),
  );
});
