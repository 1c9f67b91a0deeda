/** The generated batch function: up to date, and equal to what rows of layers say, on sound, cut and mutated packets. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PacketBatch } from '../../src/capture/packet.ts';
import { FlowInput } from '../../src/flow/flow-input.ts';
import { generateKeyBatch } from '../../src/flow/generate-key-batch.ts';
import { FlowTracker } from '../../src/flow/tracker.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { capturesBelow, FIXTURES, hasShared, type OwnedPacket, packetsOf, SHARED } from '../corpus.ts';

const GENERATED = new URL('../../src/flow/key-batch.generated.ts', import.meta.url);
const dissector = createDissector(standardProtocols);
/** Packets of a capture that are compared; long captures repeat themselves. */
const MOST_PACKETS = 3000;

/** Keeps what would go into the table. */
class QueueRecorder extends FlowTracker {
  readonly entries: string[] = [];

  override flush(): void {
    const { queue } = this;
    for (let entry = 0; entry < queue.count; entry++) {
      const columns = Object.entries(queue)
        .filter(([key, column]) => ArrayBuffer.isView(column) && key !== 'record')
        .map(([key, column]) => `${key}=${(column as Int32Array)[entry]}`);
      this.entries.push(columns.join(' '));
    }
    queue.count = 0;
  }

  override flowIn(): number {
    return 0;
  }
}

/** Both ways over one packet, with one numbering of addresses. */
class Comparison {
  private readonly rows: QueueRecorder;
  private readonly batch: QueueRecorder;
  private readonly rowInput: FlowInput;
  private readonly batchInput: FlowInput;
  private readonly one = new PacketBatch(1);

  constructor(linkType: number) {
    const description = { linkType: () => linkType, fcsOctets: () => 0, point: () => 'point' };
    this.rows = new QueueRecorder(dissector, { seed: 1, maxFlows: 1, keyBatch: false });
    this.batch = new QueueRecorder(dissector, { seed: 1, maxFlows: 1 });
    Object.assign(this.rows, {
      addresses: this.batch.addresses,
      paths: this.batch.paths,
      fragments: this.batch.fragments,
    });
    this.rowInput = new FlowInput(this.rows, description);
    this.batchInput = new FlowInput(this.batch, description);
  }

  compare(octets: Uint8Array, wireLength: number): void {
    const { one, rows, batch } = this;
    const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    one.count = 1;
    one.length[0] = octets.length;
    one.wireLength[0] = wireLength;
    one.seconds[0] = 1;
    rows.entries.length = 0;
    batch.entries.length = 0;
    const before = rows.unattributed - batch.unattributed;
    this.rowInput.add(view, one, 0, 1);
    this.batchInput.add(view, one, 0, 1);
    expect(batch.entries).toEqual(rows.entries);
    expect(rows.unattributed - batch.unattributed).toBe(before);
  }
}

function comparisons(): (packet: OwnedPacket) => Comparison {
  const byLinkType = new Map<number, Comparison>();
  return ({ linkType }) => {
    const known = byLinkType.get(linkType) ?? new Comparison(linkType);
    byLinkType.set(linkType, known);
    return known;
  };
}

test('the generated file is what the declarations make', () => {
  expect(readFileSync(GENERATED, 'utf8')).toBe(generateKeyBatch());
});

const corpora = [
  ['fixtures', FIXTURES],
  ['shared', SHARED],
] as const;

describe.each(corpora)('%s', (_, folder) => {
  test.skipIf(folder === SHARED && !hasShared)(
    'every packet',
    () => {
      for (const path of capturesBelow(folder)) {
        const of = comparisons();
        for (const packet of packetsOf(`${folder}${path}`).slice(0, MOST_PACKETS)) {
          of(packet).compare(packet.octets, packet.wireLength);
        }
      }
    },
    60_000,
  );
});

/** A packet of every kind of capture point. */
const SAMPLES = [
  'flannel-vxlan/node1-eth1.pcap',
  'flannel-udp/node1-eth1.pcap',
  'calico-ipip/node1-eth0.pcap',
  'outer-fragmentation/node1-eth1.pcap',
  'flannel-vxlan-variants/node1-any.pcap',
  'flannel-vxlan/node1-cni0.pcap',
].flatMap((path) => packetsOf(`${FIXTURES}${path}`).slice(2, 12));

test('every truncation', () => {
  const of = comparisons();
  for (const packet of SAMPLES) {
    for (let length = 0; length < Math.min(packet.octets.length, 140); length++) {
      of(packet).compare(packet.octets.slice(0, length), packet.wireLength);
      of(packet).compare(packet.octets.slice(0, length), length);
    }
  }
});

test('mutated packets', () => {
  const of = comparisons();
  const mutation = fc.record({ at: fc.nat(130), octet: fc.nat(255) });
  fc.assert(
    fc.property(
      fc.nat(SAMPLES.length - 1),
      fc.array(mutation, { minLength: 1, maxLength: 6 }),
      fc.nat(1600),
      (sample, mutations, cut) => {
        const packet = SAMPLES[sample]!;
        const octets = packet.octets.slice(0, Math.max(60, cut));
        for (const { at, octet } of mutations) if (at < octets.length) octets[at] = octet;
        of(packet).compare(octets, Math.max(packet.wireLength, octets.length));
      },
    ),
    { numRuns: 6000, seed: 7 },
  );
});

test('sound packets of common protocols need no rows', () => {
  const refusing = createDissector(standardProtocols);
  refusing.dissect = () => {
    throw new Error('asked for rows');
  };
  const tracker = new FlowTracker(refusing, { maxFlows: 1 });
  const input = tracker.open({ linkType: () => 1, fcsOctets: () => 0, point: () => 'point' });
  const batch = new PacketBatch(1);
  for (const path of ['flannel-vxlan/node1-eth1', 'flannel-udp/node1-eth1', 'calico-ipip/node1-eth0']) {
    for (const { octets, wireLength } of packetsOf(`${FIXTURES}${path}.pcap`)) {
      // TCP inside of whatever carries it ends in the payload that begins with the request of these captures.
      if (!Buffer.from(octets).includes('GET /')) continue;
      batch.count = 1;
      batch.length[0] = octets.length;
      batch.wireLength[0] = wireLength;
      input.add(new DataView(octets.buffer, octets.byteOffset, octets.byteLength), batch, 0, 1);
    }
  }
  expect(tracker.made).toBeGreaterThanOrEqual(4);
});
