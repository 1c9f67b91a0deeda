/** `bridge fdb show` (iproute2), as text and as the JSON of `bridge -j fdb show`. */
import { macText } from '../address.ts';
import type { ContextFile, Fact } from './facts.ts';
import { type Listing, lineSource, readLines, wordAfter } from './lines.ts';
import { type Json, textAt } from './objects.ts';

const ENTRY = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2} (?:dev|dst|vlan|self|master) /i;

/** Whether a text is a forwarding database. */
export function looksLikeForwarding(text: string): boolean {
  return new RegExp(ENTRY, 'im').test(text);
}

/** Facts of `bridge fdb show`. */
export function readForwarding(file: ContextFile): Listing {
  return readLines(file, (line) => {
    if (!ENTRY.test(line.text)) return undefined;
    const words = line.text.trim().split(/\s+/);
    return [
      {
        kind: 'forwarding',
        node: file.folder,
        mac: (words[0] ?? '').toLowerCase(),
        device: wordAfter(words, 'dev') ?? '',
        destination: wordAfter(words, 'dst'),
        source: lineSource(file, line),
      },
    ];
  });
}

/** Facts of an element of `bridge -j fdb show`; undefined for an object that is none. */
export function forwardingFacts(object: Json, file: ContextFile): Fact[] | undefined {
  const mac = macText(textAt(object, 'mac'));
  const device = textAt(object, 'ifname');
  if (mac === undefined || device === undefined) return undefined;
  return [
    {
      kind: 'forwarding',
      node: file.folder,
      mac,
      device,
      destination: textAt(object, 'dst'),
      source: { file: file.path, place: `entry ${mac}` },
    },
  ];
}
