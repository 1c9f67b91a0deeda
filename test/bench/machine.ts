/** Where figures were found. */
import { spawnSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  /** GB. */
  readonly memory: number;
  readonly system: string;
  readonly node: string;
  readonly peers: readonly { readonly name: string; readonly version: string }[];
}

const PEERS: readonly string[] = ['tcpdump', 'tshark', 'nfdump', 'argus-server', 'libndpi-bin', 'gzip'];

export function thisMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? '',
    cores: cpus().length,
    memory: Math.round(totalmem() / 1e9),
    system: `${type()} ${release()}`,
    node: process.version,
    peers: PEERS.flatMap((name) => {
      const { stdout, status } = spawnSync('dpkg-query', ['-W', name], { encoding: 'utf8' });
      const [, version = ''] = stdout?.trim().split('\t') ?? [];
      return status === 0 && version !== '' ? [{ name, version }] : [];
    }),
  };
}
