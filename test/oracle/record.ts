/**
 * Records tshark's answers: `tsx test/oracle/record.ts [--fields] [--again] [part of a path…]`, for the captures whose recording is missing or
 * out of date. `--fields` only asks which declared fields there are; `--again` also replaces what is up to date, as is needed for a newly
 * declared field that tshark hides.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { standardProtocols } from '../../src/protocols/index.ts';
import { type Corpus, capturesOf, FIELD_TYPES, FIXTURES, recordingPath, recordingsOf, SHARED } from './corpus.ts';
import { declaredFields } from './declared.ts';
import { captureDigest, encodeRecording, type Origin, originOf } from './recording.ts';
import { fieldType, theirAnswers } from './theirs.ts';
import { commandFor, tsharkFields, tsharkVersion } from './tshark.ts';

/** Runs of tshark side by side. */
const PARALLEL = 2;

function isUpToDate(path: string, origin: Origin): boolean {
  if (!existsSync(path)) return false;
  const { version, command, capture } = originOf(readFileSync(path));
  return version === origin.version && command === origin.command && capture === origin.capture;
}

/** Writes under a temporary name first, so that a run cut off leaves no half file. */
function writeWhole(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.part`, content);
  renameSync(`${path}.part`, path);
}

function recordFields(types: ReadonlyMap<string, string>): void {
  const names = [...declaredFields(standardProtocols).keys()].sort();
  const lines = names.map((name) => `${name}\t${fieldType(types, name) ?? '-'}`);
  writeWhole(FIELD_TYPES, `field\ttype\n${lines.join('\n')}\n`);
}

/** Removes recordings of fixtures that are gone. */
function removeStale(corpus: Corpus, captures: readonly string[]): void {
  const kept = new Set(captures.map((capture) => recordingPath(corpus, capture)));
  for (const capture of recordingsOf(corpus)) if (!kept.has(capture)) rmSync(capture);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { fields: { type: 'boolean' }, again: { type: 'boolean' } },
  });
  const version = await tsharkVersion();
  const types = await tsharkFields();
  recordFields(types);
  if (values.fields) return;
  const queue = [FIXTURES, SHARED].flatMap((corpus) => {
    const captures = capturesOf(corpus);
    removeStale(corpus, captures);
    return captures.map((capture) => ({ file: join(corpus.directory, capture), path: recordingPath(corpus, capture) }));
  });
  const wanted = queue.filter(
    ({ file }) => positionals.length === 0 || positionals.some((part) => file.includes(part)),
  );
  let recorded = 0;
  const worker = async (): Promise<void> => {
    for (let next = wanted.shift(); next !== undefined; next = wanted.shift()) {
      const origin = { version, command: commandFor(next.file), capture: captureDigest(readFileSync(next.file)) };
      if (!values.again && isUpToDate(next.path, origin)) continue;
      writeWhole(next.path, encodeRecording(await theirAnswers(next.file, origin, types)));
      recorded++;
    }
  };
  const total = wanted.length;
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  process.stderr.write(`${total} captures, ${recorded} recorded anew with tshark ${version}\n`);
}

await main();
