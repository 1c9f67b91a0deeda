/** Context and captures as the tests of this folder read them. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Packet } from '../../src/capture/packet.ts';
import { CaptureReader } from '../../src/capture/reader.ts';
import { type Context, readContext } from '../../src/cluster/context/context.ts';
import type { ContextFile, Fact } from '../../src/cluster/context/facts.ts';
import { buildModel, type Model } from '../../src/cluster/model.ts';
import type { Observations } from '../../src/cluster/traffic/observations.ts';
import { ClusterObserver } from '../../src/cluster/traffic/observer.ts';
import { readContextFiles } from '../../src/node/context-files.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { Session } from '../../src/reassemble/session.ts';
import { FIXTURES } from '../corpus.ts';

const dissector = createDissector(standardProtocols);

/** A file of context of a node. */
export function file(text: string, folder = 'node1', path = `${folder}/file`): ContextFile {
  return { path, folder, text };
}

/** What a single text says. */
export function read(text: string, folder = 'node1'): Promise<Context> {
  return readContext([file(text, folder)]);
}

/** The facts of a text, without where they come from. Fails where something was not understood. */
export async function factsOf(text: string): Promise<Omit<Fact, 'source'>[]> {
  const { facts, warnings } = await read(text);
  if (warnings.length > 0) throw new Error(JSON.stringify(warnings));
  return facts.map(({ source: _source, ...fact }) => fact);
}

/** The model of several texts. */
export async function modelOf(...files: readonly ContextFile[]): Promise<Model> {
  return buildModel((await readContext(files)).facts);
}

/** The context of a scenario of the lab. */
export function scenarioContext(scenario: string): Promise<Context> {
  return readContext(readContextFiles([`${FIXTURES}${scenario}/context`]).files);
}

/** What is seen in captures, read one after the other; a point is named like its file. */
export function observe(paths: readonly string[]): Observations {
  const observer = new ClusterObserver();
  const session = new Session();
  const layers = dissector.createLayers();
  const packet = new Packet();
  let number = 0;
  for (const path of paths) {
    const reader = new CaptureReader();
    reader.append(readFileSync(path));
    const point = basename(path).replace(/\.pcap(?:ng)?$/, '');
    try {
      while (reader.next(packet)) {
        number++;
        const described = reader.interfaces[packet.interfaceId];
        session.at(number, packet.seconds, point);
        const { view, start, end, wireLength } = packet;
        dissector.dissect(
          layers,
          view,
          start,
          end,
          wireLength,
          described?.linkType ?? -1,
          described?.fcsOctets ?? 0,
          session,
        );
        observer.observe(layers, number, point);
      }
    } catch {
      // Captures that are damaged on purpose give what comes before the damage.
    }
  }
  return observer.observations;
}

/** What is seen in frames of Ethernet, numbered from 1. */
export function observeFrames(frames: readonly Uint8Array[], point = 'node1-eth1'): Observations {
  const observer = new ClusterObserver();
  const layers = dissector.createLayers();
  for (const [i, frame] of frames.entries()) {
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    dissector.dissect(layers, view, 0, frame.length, frame.length, 1);
    observer.observe(layers, i + 1, point);
  }
  return observer.observations;
}
