/** What `--context` reads, and the names that follow from it. */
import { InputError } from '../capture/input.ts';
import { type Context, readContext } from '../cluster/context/context.ts';
import { joinCluster } from '../cluster/join/join-cluster.ts';
import { buildModel } from '../cluster/model.ts';
import { type Names, namesOf } from '../cluster/names.ts';
import { Observations } from '../cluster/traffic/observations.ts';
import type { DestinationRule, TrackedConnection } from '../flow/nat-context.ts';
import { readContextFiles } from '../node/context-files.ts';
import { UsageError } from './exit-codes.ts';
import type { Messages } from './messages.ts';

/** Reads the files of `--context`; what is not understood is a notice that names the file. Throws UsageError for a path that is not there. */
export function loadContext(paths: readonly string[], messages: Messages): Promise<Context> {
  const loading = loaded.get(paths) ?? load(paths, messages);
  loaded.set(paths, loading);
  return loading;
}

/** What a call's `--context` was read as: names and translations both come from it. */
const loaded = new WeakMap<readonly string[], Promise<Context>>();

async function load(paths: readonly string[], messages: Messages): Promise<Context> {
  try {
    const { files, warnings } = readContextFiles(paths);
    const context = await readContext(files);
    const all = [...warnings, ...context.warnings];
    for (const { file, message } of all) messages.notice(file, message);
    return { facts: context.facts, warnings: all };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new UsageError(`--context: ${error.message}`, { cause: error });
  }
}

/** The names that the files give. Throws UsageError as `loadContext` does. */
export async function namesIn(paths: readonly string[], messages: Messages): Promise<Names> {
  const { facts } = await loadContext(paths, messages);
  return namesOf(joinCluster(buildModel(facts), new Observations()));
}

/** What the files tell of address translation: tracked connections, and rules that change destinations. */
export async function translationsIn(
  paths: readonly string[],
  messages: Messages,
): Promise<{ connections: readonly TrackedConnection[]; rules: readonly DestinationRule[] }> {
  const { facts } = await loadContext(paths, messages);
  const { connections, destinationNat } = buildModel(facts);
  return { connections, rules: destinationNat };
}
