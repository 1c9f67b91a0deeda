/** The targets by name. Each is loaded when it is asked for, after coverage has begun. */
import type { FuzzTarget } from '../target.ts';

export const TARGETS: Readonly<Record<string, () => Promise<FuzzTarget>>> = {
  reader: async () => (await import('./reader.ts')).reader,
  dissect: async () => (await import('./dissect.ts')).dissect,
  filter: async () => (await import('./filter.ts')).filter,
  decompress: async () => (await import('./decompress.ts')).decompress,
  context: async () => (await import('./context.ts')).context,
  cluster: async () => (await import('./cluster.ts')).cluster,
  flows: async () => (await import('./flows.ts')).flows,
  streams: async () => (await import('./streams.ts')).streams,
  writer: async () => (await import('./writer.ts')).writer,
  dumps: async () => (await import('./dumps.ts')).dumps,
};
