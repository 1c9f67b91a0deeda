/** A file of context: facts or warnings come of it, never an exception, and the cluster they make can be shown. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readContext } from '../../../src/cluster/context/context.ts';
import { joinCluster } from '../../../src/cluster/join/join-cluster.ts';
import { buildModel } from '../../../src/cluster/model.ts';
import { Observations } from '../../../src/cluster/traffic/observations.ts';
import { FIXTURES } from '../../corpus.ts';
import { checkCluster } from '../cluster-output.ts';
import { contextWords } from '../dictionary.ts';
import { type FuzzTarget, promise } from '../target.ts';

const LONGEST = 8 * 1024;

export const context: FuzzTarget = {
  longest: LONGEST,
  words: contextWords(),
  seeds: () => {
    const seen = new Set<string>();
    return readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
      .sort()
      .filter((path) => dirname(path).includes('context') && statSync(join(FIXTURES, path)).isFile())
      .filter((path) => {
        const kind = `${path.split('/')[0]?.split('-')[0]} ${basename(path)}`;
        return !seen.has(kind) && seen.add(kind);
      })
      .map((path) => new Uint8Array(readFileSync(join(FIXTURES, path)).subarray(0, LONGEST)))
      .filter(({ length }) => length > 0);
  },
  run: async (input) => {
    const text = new TextDecoder().decode(input);
    const { facts, warnings } = await readContext([{ path: 'node1/file', folder: 'node1', text }]);
    promise(
      facts.every(({ kind }) => typeof kind === 'string'),
      'a fact is of no kind',
    );
    promise(facts.length <= 16 + text.length, 'there are more facts than characters');
    promise(warnings.length <= 16, 'a file has more than a few warnings');
    checkCluster(joinCluster(buildModel(facts), new Observations()), input);
    promise(Object.keys(Object.prototype).length === 0, 'the prototype of objects was changed');
  },
  fixture: (octets) => ({ octets, extension: 'txt' }),
};
