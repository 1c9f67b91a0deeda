/** Compares whole corpora with their recordings. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decompress as unzstd } from 'fzstd';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { type Comparison, compare, newComparison, type Scope } from './compare.ts';
import { type Corpus, capturesOf, FIELD_TYPES, recordingPath } from './corpus.ts';
import { type DeclaredField, declaredFields } from './declared.ts';
import { MESSAGE_FIELDS, NOT_BEFORE } from './notation.ts';
import { ourAnswers } from './ours.ts';
import { captureDigest, decodeRecording } from './recording.ts';
import { commandFor } from './tshark.ts';

/** First octets of a gzip member (RFC 1952 §2.3.1). */
const GZIP_MAGIC = 0x1f8b;
/** First octets of a zstd frame (RFC 8878 §3.1.1). */
const ZSTD_MAGIC = 0x28b52ffd;

/** Declared fields by whether they can be compared. */
export interface FieldCoverage {
  readonly compared: ReadonlyMap<string, DeclaredField>;
  /** Names tshark lacks. */
  readonly lacking: readonly string[];
  /** Names nobody asked tshark about: `npm run oracle` does. */
  readonly unasked: readonly string[];
}

/** Sorts the declared fields by the recorded list of tshark's. */
export function fieldCoverage(): FieldCoverage {
  const types = new Map(
    readFileSync(FIELD_TYPES, 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t') as [string, string]),
  );
  const declared = declaredFields(standardProtocols);
  return {
    compared: new Map([...declared].filter(([name]) => (types.get(name) ?? '-') !== '-')),
    lacking: [...declared.keys()].filter((name) => types.get(name) === '-'),
    unasked: [...declared.keys()].filter((name) => !types.has(name)),
  };
}

/** Fields that tell how others are compared. */
const guides = new Set([...Object.values(MESSAGE_FIELDS).flat(), ...Object.values(NOT_BEFORE)]);

/** What a run over a corpus gave. */
export interface CorpusRun {
  readonly comparison: Comparison;
  /** Captures compared. */
  readonly captures: readonly string[];
  /** Captures without a recording, or one made of other octets or with other arguments. */
  readonly unrecorded: readonly string[];
  /** Captures that tshark could not read a packet of, with its message. */
  readonly unreadable: readonly { readonly file: string; readonly message: string }[];
  /** Messages that are not compared, for their segment ends before them. */
  readonly cutMessages: number;
}

/** Which captures and fields to compare. */
export interface Selection {
  readonly file?: (path: string) => boolean;
  readonly field?: (field: string, protocol: string) => boolean;
}

/** The octets themselves, or what they are the compression of. */
function decompressed(octets: Buffer): Uint8Array {
  if (octets.length < 4) return octets;
  if (octets.readUInt32BE(0) === ZSTD_MAGIC) return unzstd(octets);
  return octets.readUInt16BE(0) === GZIP_MAGIC ? gunzipSync(octets) : octets;
}

/** Compares the captures of a corpus with their recordings, one after the other. */
export function compareCorpus(corpus: Corpus, { file = () => true, field = () => true }: Selection = {}): CorpusRun {
  const fields = new Map([...fieldCoverage().compared].filter(([name, { protocol }]) => field(name, protocol)));
  const names = new Set<string>(standardProtocols.map((protocol) => protocol.name));
  const scope: Scope = { fields, isOurs: (protocol) => names.has(protocol) };
  const isNeeded = (name: string): boolean => fields.has(name) || guides.has(name);
  const dissector = createDissector(standardProtocols);
  const comparison = newComparison();
  const captures: string[] = [];
  const unrecorded: string[] = [];
  const unreadable: { file: string; message: string }[] = [];
  let cutMessages = 0;
  for (const capture of capturesOf(corpus).filter(file)) {
    const octets = readFileSync(join(corpus.directory, capture));
    const recorded = recordingPath(corpus, capture);
    const theirs = existsSync(recorded) && decodeRecording(readFileSync(recorded), isNeeded);
    if (!theirs || theirs.origin.capture !== captureDigest(octets) || theirs.origin.command !== commandFor(capture)) {
      unrecorded.push(capture);
      continue;
    }
    if (theirs.times.length === 0 && theirs.status !== 0) {
      unreadable.push({ file: capture, message: theirs.message });
      continue;
    }
    const ours = ourAnswers(
      decompressed(octets),
      (name) => fields.has(name),
      dissector,
      () => cutMessages++,
    );
    compare(capture, ours, theirs, scope, comparison);
    captures.push(capture);
  }
  return { comparison, captures, unrecorded, unreadable, cutMessages };
}
