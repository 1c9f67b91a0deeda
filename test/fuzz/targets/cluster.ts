/** A capture file's traffic: what it tells of a cluster is valid, and can be shown. */
import { CaptureError } from '../../../src/capture/capture-error.ts';
import { Packet } from '../../../src/capture/packet.ts';
import { CaptureReader } from '../../../src/capture/reader.ts';
import { joinCluster } from '../../../src/cluster/join/join-cluster.ts';
import { buildModel } from '../../../src/cluster/model.ts';
import { ClusterObserver } from '../../../src/cluster/traffic/observer.ts';
import { standardProtocols } from '../../../src/protocols/index.ts';
import { createDissector } from '../../../src/protocols/standard-dissector.ts';
import { Session } from '../../../src/reassemble/session.ts';
import { checkCluster } from '../cluster-output.ts';
import { packetWords } from '../dictionary.ts';
import { seedCaptures } from '../seeds.ts';
import type { FuzzTarget } from '../target.ts';

const dissector = createDissector(standardProtocols);
const layers = dissector.createLayers();

function observe(input: Uint8Array): ClusterObserver {
  const observer = new ClusterObserver();
  const reader = new CaptureReader();
  const session = new Session();
  const packet = new Packet();
  reader.append(input);
  try {
    for (let number = 1; reader.next(packet); number++) {
      const { view, start, end, wireLength, interfaceId } = packet;
      const described = reader.interfaces[interfaceId];
      session.at(number, packet.seconds, 'point');
      const linkType = described?.linkType ?? -1;
      dissector.dissect(layers, view, start, end, wireLength, linkType, described?.fcsOctets ?? 0, session);
      observer.observe(layers, number, 'point');
    }
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
  }
  return observer;
}

export const cluster: FuzzTarget = {
  longest: 32 * 1024,
  words: packetWords(standardProtocols),
  seeds: seedCaptures,
  run: (input) => checkCluster(joinCluster(buildModel([]), observe(input).observations), input),
  fixture: (octets) => ({ octets, extension: 'pcap' }),
};
