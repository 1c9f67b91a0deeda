/** The captures that are compared, and where the answers recorded for them stand. */
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** A set of captures with their recordings. */
export interface Corpus {
  readonly name: 'fixtures' | 'shared';
  readonly directory: string;
  /** Where the recordings stand, in the same tree as the captures. */
  readonly recordings: string;
}

/** The project's own captures; their recordings are part of the project. */
export const FIXTURES: Corpus = {
  name: 'fixtures',
  directory: join(PROJECT, 'fixtures/captures'),
  recordings: join(PROJECT, 'fixtures/oracle'),
};

/** Captures made by others, beside the project; their recordings are cached outside of it. */
export const SHARED: Corpus = {
  name: 'shared',
  directory: join(PROJECT, '../shared/captures'),
  recordings: cacheDirectory(),
};

function cacheDirectory(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'netdissect-oracle');
}

/** Declared fields with tshark's type, `-` where tshark has none of that name. */
export const FIELD_TYPES = join(PROJECT, 'fixtures/oracle/fields.tsv');
/** Differences that are right, with their reasons. */
export const KNOWN_DIFFERENCES = join(PROJECT, 'test/oracle/known-differences.tsv');

/** Text files that stand among the captures: expected outputs, descriptions, licences. */
const NOT_CAPTURES = /\.(out|txt|tsv|json|yaml|md|result|golden|dat)$|(^|\/)(LICENSE|TESTLIST|context)(\/|$)/;

function filesBelow(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Paths of a corpus' captures relative to its directory, sorted; empty where it is not there. */
export function capturesOf(corpus: Corpus): string[] {
  return filesBelow(corpus.directory)
    .map((path) => relative(corpus.directory, path))
    .filter((path) => !NOT_CAPTURES.test(path))
    .sort();
}

/** Extension of recordings. */
const RECORDING = '.jsonl.gz';

/** File of a capture's recording. */
export function recordingPath(corpus: Corpus, capture: string): string {
  return join(corpus.recordings, capture + RECORDING);
}

/** All recordings there are of a corpus. */
export function recordingsOf(corpus: Corpus): string[] {
  return filesBelow(corpus.recordings).filter((path) => path.endsWith(RECORDING));
}
