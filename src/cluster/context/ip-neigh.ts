/** `ip neigh` (iproute2), as text and as the JSON of `ip -j neigh`. */
import { macText } from '../address.ts';
import type { ContextFile, Fact } from './facts.ts';
import { type Listing, lineSource, readLines, wordAfter } from './lines.ts';
import { type Json, textAt } from './objects.ts';

const STATES = 'PERMANENT|NOARP|REACHABLE|STALE|NONE|INCOMPLETE|DELAY|PROBE|FAILED';
const NEIGHBOUR = new RegExp(`^[0-9a-f.:]+ dev \\S+ .*\\b(?:${STATES})\\b`);

/** Whether a text is what `ip neigh` prints. */
export function looksLikeNeighbours(text: string): boolean {
  return new RegExp(NEIGHBOUR, 'm').test(text);
}

/** Facts of `ip neigh`. An entry without a MAC address (`FAILED`, `INCOMPLETE`) says nothing. */
export function readNeighbours(file: ContextFile): Listing {
  return readLines(file, (line) => {
    if (!NEIGHBOUR.test(line.text)) return undefined;
    const words = line.text.split(/\s+/);
    const mac = macText(wordAfter(words, 'lladdr'));
    const device = wordAfter(words, 'dev') ?? '';
    if (mac === undefined) return [];
    return [
      {
        kind: 'neighbour',
        node: file.folder,
        address: words[0] ?? '',
        device,
        mac,
        source: lineSource(file, line),
      },
    ];
  });
}

/** Facts of an element of `ip -j neigh`; undefined for an object that is none. */
export function neighbourFacts(object: Json, file: ContextFile): Fact[] | undefined {
  const address = textAt(object, 'dst');
  if (address === undefined || !Array.isArray(object['state'])) return undefined;
  const mac = macText(textAt(object, 'lladdr'));
  if (mac === undefined) return [];
  return [
    {
      kind: 'neighbour',
      node: file.folder,
      address,
      device: textAt(object, 'dev') ?? '',
      mac,
      source: { file: file.path, place: `neighbour ${address}` },
    },
  ];
}
