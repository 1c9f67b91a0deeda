/** BIRD's BGP sessions: its configuration, and what `birdc show protocols all` and `birdc show route` print. */
import type { BgpPeerFact, ContextFile, Fact } from './facts.ts';
import { type Listing, lineSource, linesOf, wholeNumber } from './lines.ts';

/** Whether a text is BIRD's configuration. */
export function looksLikeBirdConfiguration(text: string): boolean {
  return /^router id /m.test(text) && /^\s*(?:protocol|template) \w+/m.test(text);
}

/** Whether a text is what birdc prints. */
export function looksLikeBirdOutput(text: string): boolean {
  return /^BIRD v?\d[\w.]* ready/m.test(text);
}

/** The neighbours that are configured. */
export function readBirdConfiguration(file: ContextFile): Listing {
  const facts: Fact[] = [];
  for (const line of linesOf(file.text)) {
    for (const [, address = '', asn] of line.text.matchAll(/\bneighbor ([0-9a-f.:]+)(?: port \d+)? as (\d+)/g)) {
      facts.push({
        kind: 'bgp-peer',
        node: file.folder,
        address,
        asn: wholeNumber(asn),
        state: undefined,
        source: lineSource(file, line),
      });
    }
  }
  return { facts, strange: undefined };
}

/** The sessions of `show protocols all`. The routes of `show route` are those of the kernel, which `ip route` tells. */
export function readBirdOutput(file: ContextFile): Listing {
  const facts: Fact[] = [];
  let state: string | undefined;
  let open: BgpPeerFact | undefined;
  for (const line of linesOf(file.text)) {
    const [, key, value = ''] = /^\s+(BGP state|Neighbor address|Neighbor AS):\s+(\S+)/.exec(line.text) ?? [];
    if (key === 'BGP state') state = value;
    else if (key === 'Neighbor address') {
      open = {
        kind: 'bgp-peer',
        node: file.folder,
        address: value.split('%', 1)[0] ?? '',
        asn: undefined,
        state,
        source: lineSource(file, line),
      };
      facts.push(open);
    } else if (key === 'Neighbor AS' && open !== undefined) {
      facts[facts.length - 1] = { ...open, asn: wholeNumber(value) };
    }
  }
  return { facts, strange: undefined };
}
