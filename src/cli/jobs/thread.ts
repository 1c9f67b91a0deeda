/** What the threads of the command do. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { DecompressionTask } from '../../node/decompression-task.ts';
import type { FlowTask } from './flow-task.ts';

/** Carries out the task that the thread was started for. */
export async function runThread(): Promise<void> {
  const task = workerData as DecompressionTask | FlowTask;
  const port = parentPort as MessagePort;
  if (task.kind === 'flows') await (await import('./flow-task.ts')).trackForThread(task, port);
  else await (await import('../../node/decompression-task.ts')).decompressForThread(task, port);
}
