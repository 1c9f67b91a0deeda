/** Context: what people collect of a cluster and its nodes. Files are recognised by what is in them, not by their names. */
import { looksLikeBirdConfiguration, looksLikeBirdOutput, readBirdConfiguration, readBirdOutput } from './bird.ts';
import { forwardingFacts, looksLikeForwarding, readForwarding } from './bridge-fdb.ts';
import { calicoFacts } from './calico.ts';
import { cniFacts } from './cni.ts';
import { looksLikeConnections, readConnections } from './conntrack.ts';
import { looksLikeJson, looksLikeYaml, readDocuments } from './documents.ts';
import type { ContextFile, ContextWarning, Fact } from './facts.ts';
import { looksLikeSubnetEnv, netConfFacts, readSubnetEnv } from './flannel.ts';
import { linkFact, looksLikeLinks, readLinks } from './ip-link.ts';
import { looksLikeNeighbours, neighbourFacts, readNeighbours } from './ip-neigh.ts';
import { looksLikeRoutes, looksLikeRouteTable, readRoutes, readRouteTable, routeFacts } from './ip-route.ts';
import { looksLikeIptables, readIptables } from './iptables.ts';
import { kubernetesFacts } from './kubernetes.ts';
import type { Listing } from './lines.ts';
import { isObject, type Json } from './objects.ts';

/** What a number of files say, and what of them was not understood. */
export interface Context {
  readonly facts: readonly Fact[];
  readonly warnings: readonly ContextWarning[];
}

/** A listing that is told by its lines. The first that recognises a text reads it. */
interface LineFormat {
  readonly looksLike: (text: string) => boolean;
  readonly read: (file: ContextFile) => Listing;
}

const LINE_FORMATS: readonly LineFormat[] = [
  { looksLike: looksLikeIptables, read: readIptables },
  { looksLike: looksLikeBirdOutput, read: readBirdOutput },
  { looksLike: looksLikeBirdConfiguration, read: readBirdConfiguration },
  { looksLike: looksLikeSubnetEnv, read: readSubnetEnv },
  { looksLike: looksLikeRouteTable, read: readRouteTable },
  { looksLike: looksLikeLinks, read: readLinks },
  { looksLike: looksLikeForwarding, read: readForwarding },
  { looksLike: looksLikeConnections, read: readConnections },
  { looksLike: looksLikeNeighbours, read: readNeighbours },
  { looksLike: looksLikeRoutes, read: readRoutes },
];

/** Reads files of context. Never throws for what is in them: what can't be understood is a warning that names the file. */
export async function readContext(files: Iterable<ContextFile>): Promise<Context> {
  const facts: Fact[] = [];
  const warnings: ContextWarning[] = [];
  for (const file of files) {
    const read = await readFile(file);
    facts.push(...read.facts);
    warnings.push(...read.warnings);
  }
  return { facts, warnings };
}

async function readFile(file: ContextFile): Promise<Context> {
  const { text } = file;
  const warn = (message: string): ContextWarning => ({ file: file.path, message });
  // A command that had nothing to print leaves an empty file, which is an answer.
  if (text.replace(/^\s*#.*$/gm, '').trim() === '') return { facts: [], warnings: [] };
  const format = LINE_FORMATS.find(({ looksLike }) => looksLike(text));
  if (format !== undefined && !looksLikeJson(text)) {
    const { facts, strange } = format.read(file);
    const warnings =
      strange === undefined ? [] : [warn(`line ${strange.number} is not understood: ${cut(strange.text)}`)];
    return { facts, warnings };
  }
  if (!looksLikeJson(text) && !looksLikeYaml(text))
    return { facts: [], warnings: [warn('is of no kind that is known')] };
  const { documents, error } = await readDocuments(text);
  const warnings = error === undefined ? [] : [warn(`cannot be read: ${error}`)];
  const facts: Fact[] = [];
  const objects = documents.flatMap((document) => objectsOf(document));
  let known = 0;
  for (const object of objects) {
    const found = objectFacts(object, file);
    if (found === undefined) continue;
    known++;
    facts.push(...found);
  }
  if (objects.length > 0 && known === 0) warnings.push(warn('holds nothing of a kind that is known'));
  return { facts, warnings };
}

function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** The objects of a document: itself, the elements of an array, or the items of a list. */
function objectsOf(document: unknown): Json[] {
  if (Array.isArray(document)) return document.filter(isObject);
  if (!isObject(document)) return [];
  const { items } = document;
  return Array.isArray(items) ? items.filter(isObject).map((item) => withKind(item, document)) : [document];
}

/** Items of a `PodList` need not tell that they are Pods. */
function withKind(item: Json, list: Json): Json {
  const { kind } = list;
  if (item['kind'] !== undefined || typeof kind !== 'string' || kind === 'List') return item;
  return { ...item, kind: kind.replace(/List$/, '') };
}

function objectFacts(object: Json, file: ContextFile): readonly Fact[] | undefined {
  if (typeof object['kind'] === 'string') return kubernetesFacts(object, file.path) ?? calicoFacts(object, file.path);
  const link = linkFact(object, file);
  if (link !== undefined) return [link];
  return (
    neighbourFacts(object, file) ??
    routeFacts(object, file) ??
    forwardingFacts(object, file) ??
    netConfFacts(object, file.path) ??
    cniFacts(object, file)
  );
}
