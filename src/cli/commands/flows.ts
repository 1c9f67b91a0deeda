/** `flows`: conversations, as a table, JSON or comma-separated values. */
import { type Names, NO_NAMES } from '../../cluster/names.ts';
import type { Dissector } from '../../dissect/dissector.ts';
import { type Filter, loadFilter } from '../../filter/filter.ts';
import { FilterError } from '../../filter/filter-error.ts';
import { nameFields } from '../../filter/name-fields.ts';
import type { RecordFilter } from '../../filter/record-filter.ts';
import { ApplicationObserver } from '../../flow/application-observer.ts';
import type { KernelCode } from '../../flow/flow-kernel.ts';
import type { HeldFlow } from '../../flow/flow-part.ts';
import type { FlowReader } from '../../flow/flow-reader.ts';
import type { FlowRecord } from '../../flow/flow-record.ts';
import { NatLinks } from '../../flow/nat.ts';
import { MOST_LINKED } from '../../flow/nat-candidates.ts';
import { NatContext } from '../../flow/nat-context.ts';
import type { NatLink } from '../../flow/nat-link.ts';
import { ObservedTracker } from '../../flow/observed-tracker.ts';
import { MAX_POINTS } from '../../flow/queue.ts';
import type { FlowTracker } from '../../flow/tracker.ts';
import { STANDARD_INPUT } from '../../node/capture-input.ts';
import { FLOW_CSV_HEADER, flowCsv } from '../../render/flow-csv.ts';
import { flowJson } from '../../render/flow-json.ts';
import { flowJsonLines, NO_FACTS, type PutFlow } from '../../render/flow-json-lines.ts';
import { compiledColumns, lineColumns } from '../../render/flow-lines-kernel.ts';
import { FlowTableText } from '../../render/flow-table.ts';
import { jsonString } from '../../render/safe-text.ts';
import { type Damage, Points, readCaptures } from '../captures.ts';
import { dissectorFor } from '../dissection.ts';
import { type ExitCode, UsageError } from '../exit-codes.ts';
import { type FlowFactSources, withFacts } from '../flow-facts.ts';
import { flowInputs, withEnds } from '../flow-inputs.ts';
import { flowMemory } from '../flow-memory.ts';
import { type FlowsOptions, readsApplications, trackerSettings } from '../flow-options.ts';
import type { CommandIo } from '../io.ts';
import type { FlowJobs } from '../jobs/flow-jobs.ts';
import { Messages } from '../messages.ts';
import { namesFor } from '../names.ts';
import { Output } from '../output.ts';
import { styleFor } from '../terminal.ts';

/** Flows that settle the widths of the table's columns. */
const SAMPLE = 1000;
/** Flows that show at most for links of others to be left out. */
const MOST_CHOSEN = 1000;

/**
 * Runs the command and answers the exit status.
 *
 * @param jobs threads that work on some of the captures
 */
export async function flows(
  paths: readonly string[],
  options: FlowsOptions,
  io: CommandIo,
  jobs: FlowJobs | undefined,
): Promise<ExitCode> {
  if (options.json && options.csv) throw new UsageError('--json and --csv exclude each other');
  const messages = new Messages(io, options.quiet);
  const output = new Output(io.stdout);
  const points = new Points(paths);
  const dissector = dissectorFor(options);
  const names = await namesFor(options, messages);
  const { counts, shows } = await filtersFor(options, dissector, names);
  const isRanked = options.top !== undefined || options.sort !== undefined;
  const sources: { -readonly [K in keyof FlowFactSources]: FlowFactSources[K] } = {
    names,
    applications: undefined,
    links: new Map(),
  };
  const tellReleased = (flow: FlowRecord): void => {
    const known = withFacts(flow, sources);
    if (shows(known)) output.line(options.json ? flowJson(known) : flowCsv(known));
    sources.applications?.release(flow.id);
  };
  // What is let go early is printed at once where the order does not matter.
  const isTold = (options.json || options.csv) === true && !isRanked;
  if (options.csv) output.line(FLOW_CSV_HEADER);
  const { kernel, readBuffers, lineKernel } = flowMemory(options.maxFlows);
  const tracker = new ObservedTracker(dissector, {
    ...trackerSettings(options),
    kernel,
    ...(isTold ? { onReleased: tellReleased } : {}),
  });
  if (readsApplications(options)) {
    sources.applications = new ApplicationObserver(() => tracker.base);
    tracker.observer = sources.applications;
  }
  const isLive = isTold && paths.includes(STANDARD_INPUT);
  const takesRest = !isLive && counts === undefined && options.count === undefined;
  const takeAll = flowInputs(tracker, points, { ...options, takesRest }, counts);
  const take = isLive ? withEnds(tracker, takeAll) : takeAll;
  const onDamage = (damage: Damage): void => {
    if (options.json) output.line(warningJson(damage));
  };
  const { applications } = sources;
  const onText = (text: string): void => messages.repeat(text);
  // Conversations do not cross captures, so that these need not be merged by time.
  const status = await readCaptures(paths, {
    io,
    messages,
    join: true,
    onRun: jobs?.watch({ tracker, applications, onDamage, onText }, take) ?? take,
    takesRest,
    elsewhere: jobs,
    ...(jobs?.reading ?? { readsAhead: options.jobs !== 1 }),
    readBuffers: readBuffers(tracker),
    onWait: () => output.flush(),
    onDamage,
    onEnd: () => {
      if (!options.join) applications?.endFlows();
    },
  });
  tracker.close();
  // With a filter the flows that show are yet to be found.
  const most = options.where === undefined ? options.top : undefined;
  const held = tracker.held(options.sort ?? (options.top === undefined ? undefined : 'bytes'), most);
  const chosen = most === undefined || most > MOST_CHOSEN ? undefined : Array.from(held, (flow) => ({ ...flow }));
  sources.links = await linksOf(tracker, chosen, options, messages);
  print(chosen ?? held, tracker.points.length > 1, options, sources, shows, output, io, lineKernel);
  tellLimits(tracker, sources, options, isTold, messages, output);
  output.flush();
  return status;
}

/** The packets that count and the flows that show. Throws UsageError where a filter is wrong. */
async function filtersFor(
  { filter, where }: FlowsOptions,
  dissector: Dissector,
  names: Names,
): Promise<{ counts: Filter | undefined; shows: RecordFilter }> {
  try {
    return {
      counts: filter === undefined ? undefined : await loadFilter(filter, dissector, { computed: nameFields(names) }),
      shows: where === undefined ? () => true : await recordFilterFor(where),
    };
  } catch (error) {
    if (error instanceof FilterError) throw new UsageError(error.render(), { cause: error });
    throw error;
  }
}

async function recordFilterFor(where: string): Promise<RecordFilter> {
  const { compileRecordFilter } = await import('../../filter/record-filter.ts');
  const { FLOW_PATHS } = await import('../../flow/flow-schema.ts');
  return compileRecordFilter(where, FLOW_PATHS);
}

/** Links across address translation, where the flows are few enough to be compared; files of connections and rules confirm them. */
async function linksOf(
  tracker: FlowTracker,
  chosen: readonly HeldFlow[] | undefined,
  { context, numeric }: FlowsOptions,
  messages: Messages,
): Promise<ReadonlyMap<number, readonly NatLink[]>> {
  if (tracker.made > MOST_LINKED) {
    messages.notice('', `links across address translation are not looked for among more than ${MOST_LINKED} flows`);
    return new Map();
  }
  const links = new NatLinks(context === undefined || numeric ? undefined : await natContext(context, messages));
  for (const flow of tracker.natCandidates(chosen)) links.add(flow);
  return links.links();
}

async function natContext(paths: readonly string[], messages: Messages): Promise<NatContext> {
  const { translationsIn } = await import('../context-files.ts');
  const { connections, rules } = await translationsIn(paths, messages);
  return new NatContext(connections, rules);
}

function print(
  held: Iterable<HeldFlow>,
  hasPoints: boolean,
  { json, csv, top, where, color }: FlowsOptions,
  sources: FlowFactSources,
  shows: RecordFilter,
  output: Output,
  io: CommandIo,
  lineKernel: () => KernelCode | undefined,
): void {
  if (json && where === undefined && sources.names === NO_NAMES) {
    printJson(held, sources, output, lineKernel());
    return;
  }
  const found = shown(held, top, sources, shows);
  if (json || csv) {
    for (const flow of found) output.line(json ? flowJson(flow) : flowCsv(flow));
    return;
  }
  const sample: FlowRecord[] = [];
  for (let next = found.next(); !next.done; next = found.next()) {
    if (sample.push(next.value) === SAMPLE) break;
  }
  if (sample.length === 0) return;
  const table = new FlowTableText(sample, hasPoints, styleFor(color, io), io.stdout.columns);
  output.line(table.header());
  for (const flow of sample) output.line(table.line(flow));
  for (const flow of found) output.line(table.line(flow));
}

/** Prints flows straight from the tracker's columns, where their records are not needed to choose or to name. */
function printJson(
  held: Iterable<HeldFlow>,
  { applications, links }: FlowFactSources,
  output: Output,
  kernel: KernelCode | undefined,
): void {
  const { chunk, numbers, base } = lineColumns((octets) => output.octets(octets), kernel?.columns);
  const makeColumns = kernel && compiledColumns(kernel, base);
  const writers = new Map<FlowReader, PutFlow>();
  let readBy: FlowReader | undefined;
  let put: PutFlow = (start) => start;
  let at = 0;
  for (const { reader, record, id } of held) {
    if (reader !== readBy) {
      put = writers.get(reader) ?? flowJsonLines(reader, chunk, numbers, makeColumns);
      writers.set(reader, put);
      readBy = reader;
    }
    const application = applications?.application(id);
    const nat = links.size === 0 ? undefined : links.get(id);
    at = put(at, record, application === undefined && nat === undefined ? NO_FACTS : { application, nat });
  }
  chunk.flush(at);
}

/** The flows that show, in their order, with everything known of them. */
function* shown(
  held: Iterable<HeldFlow>,
  top = Number.POSITIVE_INFINITY,
  sources: FlowFactSources,
  shows: RecordFilter,
): Generator<FlowRecord, void, undefined> {
  let left = top;
  for (const { reader, record } of held) {
    if (left === 0) return;
    const known = withFacts(reader.record(record), sources);
    if (!shows(known)) continue;
    left--;
    yield known;
  }
}

function tellLimits(
  tracker: FlowTracker,
  { applications }: FlowFactSources,
  { json }: FlowsOptions,
  isTold: boolean,
  messages: Messages,
  output: Output,
): void {
  if (tracker.evicted > 0) {
    const text = `${tracker.evicted} of ${tracker.made} flows gave way to newer ones (--max-flows)`;
    messages.notice('', isTold ? text : `${text} and are not shown`);
    if (json) {
      output.line(`{"type":"warning","code":"max-flows","evicted":${tracker.evicted},"message":${jsonString(text)}}`);
    }
  }
  if (tracker.pointsShared > 0) {
    const text = `there are more interfaces than the ${MAX_POINTS} that are told apart; flows of the others are those of the last one`;
    messages.notice('', text);
  }
  if (tracker.paths.left > 0) {
    const text = `${tracker.paths.left} packets are of no flow: their paths of tunnels are more than are told apart`;
    messages.notice('', text);
  }
  if ((applications?.left ?? 0) > 0) {
    messages.notice('', `what was said is not kept of ${applications?.left} flows: there are too many`);
  }
}

function warningJson({ path, code, message, byteOffset }: Damage): string {
  const offset = byteOffset === undefined ? '' : `,"byteOffset":${byteOffset}`;
  return `{"type":"warning","code":"${code}"${offset},"capture":${jsonString(path)},"message":${jsonString(message)}}`;
}
