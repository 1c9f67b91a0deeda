/** What a thread does for `flows`: it tracks the flows of some of the captures. */
import type { MessagePort } from 'node:worker_threads';
import { ApplicationObserver, type SharedApplications } from '../../flow/application-observer.ts';
import type { SharedFlows } from '../../flow/flow-part.ts';
import { ObservedTracker } from '../../flow/observed-tracker.ts';
import type { FileReading } from '../../node/file-source.ts';
import { type Damage, Points, readCaptures } from '../captures.ts';
import { dissectorFor } from '../dissection.ts';
import type { ExitCode } from '../exit-codes.ts';
import { flowInputs } from '../flow-inputs.ts';
import { flowMemory } from '../flow-memory.ts';
import { type FlowSettings, trackerSettings } from '../flow-options.ts';
import type { CommandIo, TextSink } from '../io.ts';
import { Messages } from '../messages.ts';
import { FlowQuota, type SharedFlowState, waitForBase } from './shared-flow-state.ts';
import type { Slice } from './slices.ts';

/** What the thread is given; everything in it can be sent. */
export interface FlowTask {
  readonly kind: 'flows';
  /** All captures of the call, for their names and indices tell points apart. */
  readonly paths: readonly string[];
  readonly slice: Slice;
  readonly settings: FlowSettings;
  readonly decodeAs: readonly string[] | undefined;
  readonly quiet: boolean | undefined;
  readonly readsApplications: boolean;
  readonly reading: FileReading;
  readonly threadProgram: string;
  readonly state: SharedFlowState;
}

/** What was said on the way, in order: text for standard error, or a capture that could not be read to its end. */
export type Report = { readonly text: string } | { readonly damage: Damage };

/** What the thread has found; nothing where one tracker would have come to its limits. */
export type FlowTaskResult =
  | { readonly isWhole: false }
  | {
      readonly isWhole: true;
      readonly flows: SharedFlows;
      readonly applications: SharedApplications | undefined;
      readonly reports: readonly Report[];
      readonly status: ExitCode;
    };

/** Tracks the flows of the captures and sends them, once. */
export async function trackForThread(task: FlowTask, port: MessagePort): Promise<void> {
  const { paths, slice, state } = task;
  const reports: Report[] = [];
  const io = recordingIo(reports, task.threadProgram);
  const dissector = dissectorFor(task);
  const { kernel, readBuffers } = flowMemory(task.settings.maxFlows);
  const tracker = new ObservedTracker(dissector, {
    ...trackerSettings(task.settings),
    kernel,
    base: waitForBase(state),
    isShared: true,
  });
  const applications = task.readsApplications ? new ApplicationObserver(() => tracker.base) : undefined;
  tracker.observer = applications;
  const take = flowInputs(tracker, new Points(paths), { join: false, count: undefined, takesRest: true });
  const quota = new FlowQuota(state);
  const status = await readCaptures(paths.slice(slice.from, slice.to), {
    io,
    messages: new Messages(io, task.quiet),
    join: true,
    takesRest: true,
    ...task.reading,
    readBuffers: readBuffers(tracker),
    // The call itself tells which captures cannot be opened.
    onOpen: () => {
      reports.length = 0;
    },
    onRun: (run, { index, input }) => {
      take(run, { index: slice.from + index, input });
      state.read[slice.from + index] = input.progress?.()?.read ?? 0;
      return quota.allows(tracker.made);
    },
    onDamage: (damage) => reports.push({ damage: { ...damage, index: slice.from + damage.index } }),
    onEnd: () => applications?.endFlows(),
  });
  const result: FlowTaskResult = quota.allows(tracker.made)
    ? { isWhole: true, flows: tracker.share(), applications: applications?.share(), reports, status }
    : { isWhole: false };
  port.postMessage(result);
}

function recordingIo(reports: Report[], threadProgram: string): CommandIo {
  const nowhere: TextSink = { write: () => {}, writeOctets: () => {}, isTTY: false, columns: undefined };
  const stderr: TextSink = { ...nowhere, write: (text) => void reports.push({ text }) };
  return {
    stdout: nowhere,
    stderr,
    stdin: undefined,
    stdinIsTTY: false,
    env: {},
    interrupted: new AbortController().signal,
    threadProgram,
  };
}
