/** What the threads of the command do. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { DecompressionTask } from '../../node/decompression-task.ts';

/** Carries out the task that the thread was started for. */
export async function runThread(): Promise<void> {
  const task = workerData as DecompressionTask;
  const { decompressForThread } = await import('../../node/decompression-task.ts');
  await decompressForThread(task, parentPort as MessagePort);
}
