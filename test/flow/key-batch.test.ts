/** The generated batch function: up to date, and equal to what rows of layers say, on sound, cut and mutated packets. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PacketBatch } from '../../src/capture/packet.ts';
import { FlowInput } from '../../src/flow/flow-input.ts';
import { generateKeyBatch } from '../../src/flow/generate-key-batch.ts';
import { FlowTracker } from '../../src/flow/tracker.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { FIXTURES, packetsOf } from '../corpus.ts';
import { testTwoWays } from '../two-ways.ts';

const GENERATED = new URL('../../src/flow/key-batch.generated.ts', import.meta.url);
const dissector = createDissector(standardProtocols);

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

test('the generated file is what the declarations make', () => {
  expect(readFileSync(GENERATED, 'utf8')).toBe(generateKeyBatch());
});

testTwoWays(() => {
  const byLinkType = new Map<number, Comparison>();
  return (octets, wireLength, linkType) => {
    const known = byLinkType.get(linkType) ?? new Comparison(linkType);
    byLinkType.set(linkType, known);
    known.compare(octets, wireLength);
  };
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
