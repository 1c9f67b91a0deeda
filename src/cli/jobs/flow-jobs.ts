/**
 * `flows` by several threads. This one reads the first captures as it would alone, and others the captures behind them; their flows are taken over
 * when its turn comes to those. Flows never cross captures, for the point where a packet was captured is part of a flow's key; so ids follow from how
 * many flows came before. Where a limit makes one capture's flows depend on those of another, this thread reads them all itself.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { PacketRun } from '../../capture/merge.ts';
import type { ApplicationObserver } from '../../flow/application-observer.ts';
import { DEFAULT_MAX_FLOWS } from '../../flow/flow-defaults.ts';
import type { FlowTracker } from '../../flow/tracker.ts';
import type { FileReading } from '../../node/file-source.ts';
import type { Damage, PacketOrigin, ReadElsewhere } from '../captures.ts';
import { ExitCode } from '../exit-codes.ts';
import { type FlowsOptions, readsApplications } from '../flow-options.ts';
import type { CommandIo } from '../io.ts';
import type { FlowTask, FlowTaskResult } from './flow-task.ts';
import { createSharedFlowState, FlowQuota, type SharedFlowState, tellBase } from './shared-flow-state.ts';
import { fileSizes, type Slice, slicesFor } from './slices.ts';

/**
 * Octets of one read where no processor is left for reading ahead. Of shorter reads there are so many that V8 compiles what is done for each, on
 * threads of its own, which these processors have to run, too: two captures take a tenth longer.
 */
const READ_LENGTH = 2 * 1024 * 1024;

/** What takes over what they find. */
export interface FlowJobPass {
  readonly tracker: FlowTracker;
  readonly applications: ApplicationObserver | undefined;
  /** Hears of captures that could not be read to their end, as from `readCaptures`. */
  readonly onDamage: (damage: Damage) => void;
  /** Writes what a thread wrote to standard error. */
  readonly onText: (text: string) => void;
}

/**
 * The threads of a call, started so that they are ready as soon as this one; undefined where one is as good. Filters of packets and counts of them go on
 * from capture to capture.
 */
export function flowJobs(
  paths: readonly string[],
  options: FlowsOptions,
  { threadProgram }: CommandIo,
): FlowJobs | undefined {
  const { jobs = 'auto', join, filter, count } = options;
  if (threadProgram === undefined || paths.length < 2 || jobs === 1) return undefined;
  if (join || filter !== undefined || count !== undefined) return undefined;
  const sizes = fileSizes(paths);
  if (sizes === undefined) return undefined;
  const [own, ...others] = slicesFor(jobs, sizes);
  return own === undefined || others.length === 0
    ? undefined
    : new FlowJobs(paths, options, threadProgram, own, others);
}

/** Threads that track flows; to be closed in any case. */
export class FlowJobs implements ReadElsewhere {
  /** How each thread reads its captures. */
  readonly reading: FileReading;
  private readonly own: Slice;
  private readonly others: readonly Slice[];
  private readonly state: SharedFlowState;
  private readonly quota: FlowQuota;
  private readonly results: Promise<readonly FlowTaskResult[]>;
  private workers: readonly Worker[];
  private pass: FlowJobPass | undefined;
  private isTimed = false;
  private takenOver: Promise<ExitCode | undefined> | undefined;

  constructor(paths: readonly string[], options: FlowsOptions, program: string, own: Slice, others: readonly Slice[]) {
    const { idle, maxFlows, decodeAs, quiet } = options;
    this.own = own;
    this.others = others;
    this.reading = { readsAhead: availableParallelism() > others.length + 1, readLength: READ_LENGTH };
    const state = createSharedFlowState(paths.length, maxFlows ?? DEFAULT_MAX_FLOWS);
    this.state = state;
    this.quota = new FlowQuota(state);
    this.workers = others.map((slice) => {
      const task: FlowTask = {
        kind: 'flows',
        paths,
        slice,
        settings: { idle, maxFlows },
        decodeAs,
        quiet,
        readsApplications: readsApplications(options),
        reading: this.reading,
        threadProgram: program,
        state,
      };
      return new Worker(program, { workerData: task });
    });
    this.results = Promise.all(this.workers.map(resultOf));
  }

  /** The same with the threads told what times count from as soon as it is known, and ended once they are of no use. */
  watch(
    pass: FlowJobPass,
    take: (run: PacketRun, origin: PacketOrigin) => boolean,
  ): (run: PacketRun, origin: PacketOrigin) => boolean {
    this.pass = pass;
    const { tracker } = pass;
    return (run, origin) => {
      const goesOn = take(run, origin);
      if (origin.index >= this.own.to) return goesOn;
      if (!this.isTimed && tracker.isTimed) {
        this.isTimed = true;
        tellBase(this.state, tracker.base);
      }
      if (!this.quota.allows(tracker.made)) this.close();
      return goesOn;
    };
  }

  read(index: number): number {
    return this.state.read[index] ?? 0;
  }

  async status(index: number): Promise<ExitCode | undefined> {
    if (index < this.own.to) return undefined;
    const isFirst = this.takenOver === undefined;
    this.takenOver ??= this.takeOver();
    const status = await this.takenOver;
    return status === undefined || isFirst ? status : ExitCode.done;
  }

  /** Ends all threads. */
  close(): void {
    for (const worker of this.workers) worker.terminate();
    this.workers = [];
  }

  /** The worst status of what other threads have read, once it is all taken over; undefined where it is of no use. */
  private async takeOver(): Promise<ExitCode | undefined> {
    const found = [];
    // Captures without packets have told nothing, and the threads wait for it.
    if (!this.isTimed) this.close();
    for (const result of await this.results) if (result.isWhole) found.push(result);
    if (this.pass === undefined) return undefined;
    const { tracker, applications, onDamage, onText } = this.pass;
    const isFit =
      found.length === this.others.length &&
      tracker.fits(found.map(({ flows }) => flows)) &&
      (applications?.fits(found.flatMap((result) => result.applications ?? [])) ?? true);
    if (!isFit) {
      this.close();
      return undefined;
    }
    let status: ExitCode = ExitCode.done;
    for (const result of found) {
      if (result.applications !== undefined) applications?.adopt(result.applications, tracker.made);
      tracker.adopt(result.flows);
      for (const report of result.reports) {
        if ('text' in report) onText(report.text);
        else onDamage(report.damage);
      }
      if (result.status > status) status = result.status;
    }
    return status;
  }
}

/** What a thread sends; nothing of use where it fails or is ended before. */
function resultOf(worker: Worker): Promise<FlowTaskResult> {
  return new Promise((resolve) => {
    worker.on('message', resolve);
    worker.on('error', () => resolve({ isWhole: false }));
    worker.on('exit', () => resolve({ isWhole: false }));
  });
}
