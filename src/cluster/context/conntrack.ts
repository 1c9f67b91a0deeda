/** `conntrack -L` (conntrack-tools) and `/proc/net/nf_conntrack`, as text. */
import type { ConnectionTuple, ContextFile } from './facts.ts';
import { type Listing, lineSource, readLines, wholeNumber } from './lines.ts';

/** `tcp      6 118 TIME_WAIT src=… dst=… … src=… dst=…`; in /proc `ipv4     2 ` stands before it. */
const ENTRY = /^(?:ipv[46]\s+\d+\s+)?([a-z0-9-]+)\s+\d+\s.*?\bsrc=\S+ dst=\S+ .*\bsrc=\S+ dst=\S+/;

/** Whether a text is a list of connections. */
export function looksLikeConnections(text: string): boolean {
  return new RegExp(ENTRY, 'm').test(text);
}

/** Facts of the connections. */
export function readConnections(file: ContextFile): Listing {
  return readLines(file, (line) => {
    const [, protocol] = ENTRY.exec(line.text) ?? [];
    // conntrack prints its own count to the error stream, which people redirect too.
    if (/^conntrack v[\d.]+ /.test(line.text)) return [];
    if (protocol === undefined) return undefined;
    const second = line.text.indexOf('src=', line.text.indexOf('src=') + 1);
    return [
      {
        kind: 'connection',
        node: file.folder,
        protocol,
        original: tuple(line.text.slice(0, second)),
        reply: tuple(line.text.slice(second)),
        source: lineSource(file, line),
      },
    ];
  });
}

function tuple(text: string): ConnectionTuple {
  const value = (key: string): string | undefined => new RegExp(`\\b${key}=(\\S+)`).exec(text)?.[1];
  return {
    source: value('src') ?? '',
    destination: value('dst') ?? '',
    sourcePort: wholeNumber(value('sport')),
    destinationPort: wholeNumber(value('dport')),
  };
}
