/** The container a frame comes in changes nothing of what is said of it. */
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildPcap, buildPcapng, NANOSECOND_MAGIC } from '../capture/build-capture.ts';
import { FIXTURES, packetsOf } from '../corpus.ts';
import { runCli } from './run-cli.ts';

const packets = packetsOf(`${FIXTURES}flannel-vxlan/node1-eth1.pcap`).slice(0, 30);

/** The records of a capture without what tells where it was taken. */
async function records(capture: Uint8Array): Promise<unknown[]> {
  const { status, stdout } = await runCli(['-', '--json', '--full'], { stdin: Readable.from([capture]) });
  expect(status).toBe(0);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ ...(JSON.parse(line) as object), point: undefined, interface: undefined }));
}

test('in every container, frames in whole microseconds give the same JSON', async () => {
  const frame = fc.record({
    octets: fc.constantFrom(...packets).map(({ octets }) => octets),
    seconds: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    nanos: fc.integer({ min: 0, max: 999_999 }).map((micros) => micros * 1000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { maxLength: 4 }), async (frames) => {
      const expected = await records(buildPcap(frames));
      expect(expected).toHaveLength(frames.length);
      for (const little of [true, false]) {
        for (const container of [
          buildPcap(frames, { little }),
          buildPcap(frames, { little, magic: NANOSECOND_MAGIC }),
          buildPcapng(frames, little, 6),
          buildPcapng(frames, little, 9),
        ]) {
          expect(await records(container)).toEqual(expected);
        }
      }
    }),
    { seed: 7, numRuns: 20 },
  );
});
