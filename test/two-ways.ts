/** Tests that two ways of working on packets agree: on every packet of the corpora, on every truncation and on mutated packets. */
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { capturesBelow, FIXTURES, hasShared, packetsOf, SHARED } from './corpus.ts';

/** Compares both ways over one packet, and fails where they differ. */
export type CompareWays = (octets: Uint8Array, wireLength: number, linkType: number) => void;

/** Packets of a capture that are compared; long captures repeat themselves. */
const MOST_PACKETS = 3000;
/** Octets in which the headers are. */
const MOST_HEADERS = 140;
const SEED = 7;

/** A packet of every kind of capture point. */
const SAMPLES = [
  'flannel-vxlan/node1-eth1.pcap',
  'flannel-udp/node1-eth1.pcap',
  'calico-ipip/node1-eth0.pcap',
  'outer-fragmentation/node1-eth1.pcap',
  'flannel-vxlan-variants/node1-any.pcap',
  'flannel-vxlan/node1-cni0.pcap',
].flatMap((path) => packetsOf(`${FIXTURES}${path}`).slice(2, 12));

/** @param begin called for each capture, so that what is kept between packets stays small */
export function testTwoWays(begin: () => CompareWays): void {
  describe.each([
    ['fixtures', FIXTURES],
    ['shared', SHARED],
  ])('%s', (_, folder) => {
    test.skipIf(folder === SHARED && !hasShared)('every packet', { timeout: 60_000 }, () => {
      for (const path of capturesBelow(folder)) {
        const compare = begin();
        for (const { octets, wireLength, linkType } of packetsOf(`${folder}${path}`).slice(0, MOST_PACKETS)) {
          compare(octets, wireLength, linkType);
        }
      }
    });
  });

  test('every truncation', () => {
    const compare = begin();
    for (const { octets, wireLength, linkType } of SAMPLES) {
      for (let length = 0; length < Math.min(octets.length, MOST_HEADERS); length++) {
        compare(octets.slice(0, length), wireLength, linkType);
        compare(octets.slice(0, length), length, linkType);
      }
    }
  });

  test('mutated packets', () => {
    const compare = begin();
    const mutation = fc.record({ at: fc.nat(MOST_HEADERS), octet: fc.nat(255) });
    const mutations = fc.array(mutation, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.nat(SAMPLES.length - 1), mutations, fc.nat(1600), (sample, changes, cut) => {
        const { octets, wireLength, linkType } = SAMPLES[sample]!;
        const changed = octets.slice(0, Math.max(60, cut));
        for (const { at, octet } of changes) if (at < changed.length) changed[at] = octet;
        compare(changed, Math.max(wireLength, changed.length), linkType);
      }),
      { numRuns: 8000, seed: SEED },
    );
  });
}
