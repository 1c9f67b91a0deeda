/** A capture file's flows: every packet is counted once, in a flow or as belonging to none. */
import { CaptureError } from '../../../src/capture/capture-error.ts';
import { PacketBatch } from '../../../src/capture/packet.ts';
import { CaptureReader } from '../../../src/capture/reader.ts';
import { createDissector } from '../../../src/dissect/dissector.ts';
import { FlowTracker } from '../../../src/flow/tracker.ts';
import { standardProtocols } from '../../../src/protocols/index.ts';
import { packetWords } from '../dictionary.ts';
import { seedCaptures } from '../seeds.ts';
import { type FuzzTarget, promise } from '../target.ts';

/** Few, so that flows give way. */
const MAX_FLOWS = 64;

const dissector = createDissector(standardProtocols);

export const flows: FuzzTarget = {
  longest: 32 * 1024,
  words: packetWords(standardProtocols),
  seeds: seedCaptures,
  run: (input) => {
    const reader = new CaptureReader();
    const tracker = new FlowTracker(dissector, { seed: 1, maxFlows: MAX_FLOWS });
    const taken = tracker.open({
      linkType: (id) => reader.interfaces[id]?.linkType ?? -1,
      fcsOctets: (id) => reader.interfaces[id]?.fcsOctets ?? 0,
      point: (id) => `point ${id}`,
    });
    reader.append(input);
    const batch = new PacketBatch();
    try {
      while (reader.nextBatch(batch) > 0) taken.add(reader.view, batch, 0, batch.count);
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
    }
    for (const flow of tracker.flows()) {
      const text = JSON.stringify(flow, (_, value) => {
        promise(!(typeof value === 'number' && Number.isNaN(value)), 'a flow has a NaN');
        return typeof value === 'bigint' ? String(value) : value;
      });
      promise(text.length > 0, 'a flow says nothing');
    }
    promise(tracker.unattributed <= taken.packets, 'more packets are in no flow than there are');
  },
  fixture: (octets) => ({ octets, extension: 'pcap' }),
};
