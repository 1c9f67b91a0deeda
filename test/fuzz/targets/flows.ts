/** A capture file's flows: the same by all ways to sum packets up, every packet counted once, and each record as its schema says. */
import { isDeepStrictEqual } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { CaptureError } from '../../../src/capture/capture-error.ts';
import { PacketBatch } from '../../../src/capture/packet.ts';
import { CaptureReader } from '../../../src/capture/reader.ts';
import { type FlowFactSources, withFacts } from '../../../src/cli/flow-facts.ts';
import { NO_NAMES } from '../../../src/cluster/names.ts';
import { ApplicationObserver } from '../../../src/flow/application-observer.ts';
import type { FlowInput } from '../../../src/flow/flow-input.ts';
import type { FlowRecord } from '../../../src/flow/flow-record.ts';
import { FLOW_SCHEMA } from '../../../src/flow/flow-schema.ts';
import { NatLinks } from '../../../src/flow/nat.ts';
import type { NatLink } from '../../../src/flow/nat-link.ts';
import { ObservedTracker } from '../../../src/flow/observed-tracker.ts';
import type { FlowOptions } from '../../../src/flow/tracker.ts';
import { standardProtocols } from '../../../src/protocols/index.ts';
import { createDissector } from '../../../src/protocols/standard-dissector.ts';
import { flowCsv } from '../../../src/render/flow-csv.ts';
import { flowJson } from '../../../src/render/flow-json.ts';
import { FlowTableText } from '../../../src/render/flow-table.ts';
import { jsonText } from '../../../src/render/safe-text.ts';
import { createStyle } from '../../../src/render/style.ts';
import { addPieces, bufferOctets, kernelFor } from '../../flow/kernel-pass.ts';
import { lineOf } from '../../render/flow-line.ts';
import { packetWords } from '../dictionary.ts';
import { seedCaptures } from '../seeds.ts';
import { checkText, type FuzzTarget, promise } from '../target.ts';

/** Few, so that flows give way. */
const MAX_FLOWS = 64;
/** Room in front of a piece of octets: less than a long record needs. */
const FRONT = 200;

const dissector = createDissector(standardProtocols);
const style = createStyle();
const validate = new Ajv2020({ strict: false }).compile(FLOW_SCHEMA);

/** The flows of one pass, in the order in which they were told. */
interface Pass {
  readonly tracker: ObservedTracker;
  readonly input: FlowInput;
  readonly applications: ApplicationObserver;
  readonly flows: readonly FlowRecord[];
}

function passOver(input: Uint8Array, options: FlowOptions): Pass {
  const reader = new CaptureReader();
  const flows: FlowRecord[] = [];
  const onReleased = (flow: FlowRecord): number => flows.push(flow);
  const tracker = new ObservedTracker(dissector, { seed: 1, maxFlows: MAX_FLOWS, onReleased, ...options });
  const applications = new ApplicationObserver(() => tracker.base);
  tracker.observer = applications;
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
  flows.push(...tracker.flows());
  return { tracker, input: taken, applications, flows };
}

/** The flows of a pass that takes packets as they are cut, from pieces of the input, and what an observer makes of them. */
function restPass(input: Uint8Array, withKernel: boolean): string {
  const ends = [1, 2, 4].map((parts) => Math.floor((parts * input.length) / 4)).filter((end) => end > 0);
  const flows: FlowRecord[] = [];
  const irregularities: number[] = [];
  const kernel = withKernel ? kernelFor(MAX_FLOWS, bufferOctets({ ends, front: FRONT })) : undefined;
  const tracker = new ObservedTracker(dissector, {
    seed: 1,
    maxFlows: MAX_FLOWS,
    onReleased: (flow) => flows.push(flow),
    onIrregularity: (packet, counter) => irregularities.push(packet, counter),
    kernel,
  });
  promise((tracker.kernel !== undefined) === withKernel, 'the kernel is not what was asked for');
  const applications = new ApplicationObserver(() => tracker.base);
  tracker.observer = applications;
  const buffer = (octets: number): Uint8Array => kernel?.columns.octets(octets) ?? new Uint8Array(octets);
  const { packets } = addPieces(tracker, input, { ends, front: FRONT, buffer });
  flows.push(...tracker.flows());
  const { unattributed, made, evicted } = tracker;
  const observed = flows.map(({ id }) => applications.application(id));
  return jsonText({ packets, unattributed, made, evicted, flows, observed, irregularities });
}

/** Links across address translation among the flows. */
function linksAmong(flows: Iterable<FlowRecord>): ReadonlyMap<number, readonly NatLink[]> {
  const links = new NatLinks();
  for (const flow of flows) links.add(flow);
  return links.links();
}

/** The records with all that is known of them, as text and as values. */
function checkRecords({ flows, applications, tracker }: Pass, input: Uint8Array): void {
  const links = linksAmong(tracker.flows());
  promise(
    isDeepStrictEqual(linksAmong(tracker.natCandidates()), links),
    'flows that were passed over as no candidates would have been linked',
  );
  const sources = { names: NO_NAMES, applications, links };
  const known = flows.map((flow) => withFacts(flow, sources));
  const table = new FlowTableText(known, true, style, 80);
  for (const flow of known) {
    const json = flowJson(flow);
    const { marks: _, ...told } = flow;
    promise(json === jsonText({ type: 'flow', ...told }), 'the line of JSON is not that of the record');
    const [fault] = validate(JSON.parse(json)) ? [] : (validate.errors ?? []);
    promise(fault === undefined, `the record is not valid: ${fault?.instancePath.replace(/\d+/g, '#')}`);
    // A Community ID is Base64, and may say anything.
    for (const text of [json, table.line(flow), flowCsv(flow)]) {
      checkText('the flow', text.replaceAll(flow.community_id, ''), input);
    }
  }
  checkLines(tracker, sources);
}

/** The lines that are written straight from the columns are those of the records. */
function checkLines(tracker: ObservedTracker, sources: FlowFactSources): void {
  let line: ReturnType<typeof lineOf> | undefined;
  for (const { reader, record } of tracker.held()) {
    line ??= lineOf(reader);
    const flow = reader.record(record);
    const facts = { application: sources.applications?.application(flow.id), nat: sources.links.get(flow.id) };
    promise(line(record, facts) === flowJson(withFacts(flow, sources)), 'a line written from the columns is another');
  }
}

export const flows: FuzzTarget = {
  longest: 32 * 1024,
  words: packetWords(standardProtocols),
  seeds: seedCaptures,
  run: (input) => {
    const pass = passOver(input, {});
    const rows = passOver(input, { keyBatch: false });
    promise(
      jsonText(pass.flows) === jsonText(rows.flows),
      'the generated function finds other flows than rows of layers',
    );
    promise(pass.tracker.unattributed === rows.tracker.unattributed, 'the two ways count other packets to no flow');
    promise(pass.tracker.unattributed <= pass.input.packets, 'more packets are in no flow than there are');
    promise(restPass(input, true) === restPass(input, false), 'the kernel finds other flows than JavaScript');
    checkRecords(pass, input);
  },
  fixture: (octets) => ({ octets, extension: 'pcap' }),
};
