/** `ip route` (iproute2), as text and as the JSON of `ip -j route`, and `route -n` (net-tools). */
import type { ContextFile, Fact, RouteFact } from './facts.ts';
import { type Line, type Listing, lineSource, readLines, wordAfter } from './lines.ts';
import { type Json, objectsAt, textAt } from './objects.ts';

const TYPES = [
  'unicast',
  'local',
  'broadcast',
  'multicast',
  'throw',
  'unreachable',
  'prohibit',
  'blackhole',
  'nat',
  'anycast',
];
const ANY_IPV4 = '0.0.0.0/0';
const ANY_IPV6 = '::/0';
const ROUTE = /^(?:[a-z]+ )?(?:default|[0-9a-f.:]+(?:\/\d+)?)(?: .*)? (?:dev|via|proto|nexthop|scope) /m;

/** Whether a text is what `ip route` prints. */
export function looksLikeRoutes(text: string): boolean {
  return ROUTE.test(`${text.replace(/$/gm, ' ')}`) && !/ lladdr /.test(text);
}

/** Whether a text is what `route -n` prints. */
export function looksLikeRouteTable(text: string): boolean {
  return /^Destination\s+Gateway\s+Genmask\s/m.test(text);
}

/** Facts of `ip route`. The paths of a route with several are indented `nexthop` lines. */
export function readRoutes(file: ContextFile): Listing {
  let last = '';
  return readLines(file, (line) => {
    const words = line.text.trim().split(/\s+/);
    if (words[0] === 'nexthop') return last === '' ? undefined : [route(file, line, last, 'unicast', words)];
    const [first = ''] = words;
    const isTyped = TYPES.includes(first);
    const destination = destinationOf((isTyped ? words[1] : first) ?? '', words);
    if (destination === undefined) return undefined;
    last = destination;
    const hasPaths = !words.includes('dev') && !words.includes('via') && !isTyped;
    return hasPaths ? [] : [route(file, line, destination, isTyped ? first : 'unicast', words)];
  });
}

function destinationOf(text: string, words: readonly string[]): string | undefined {
  // Only routes of IPv6 have a preference (RFC 4191).
  const isIpv6 = wordAfter(words, 'via')?.includes(':') === true || words.includes('pref');
  if (text === 'default') return isIpv6 ? ANY_IPV6 : ANY_IPV4;
  return /^[0-9a-f.:]+(?:\/\d+)?$/.test(text) && /[.:]/.test(text) ? text : undefined;
}

function route(
  file: ContextFile,
  line: Line,
  destination: string,
  routeType: string,
  words: readonly string[],
): RouteFact {
  const via = wordAfter(words, 'via');
  return {
    kind: 'route',
    node: file.folder,
    destination,
    // `via inet6 fe80::1`: the family stands before an address of another one.
    gateway: via === 'inet6' || via === 'inet' ? wordAfter(words, via) : via,
    device: wordAfter(words, 'dev'),
    routeType,
    source: lineSource(file, line),
  };
}

/** Facts of an element of `ip -j route`; undefined for an object that is none. */
export function routeFacts(object: Json, file: ContextFile): Fact[] | undefined {
  const dst = textAt(object, 'dst');
  const isRoute = ['gateway', 'protocol', 'scope', 'nexthops', 'flags', 'type', 'via'].some((key) => key in object);
  if (dst === undefined || !isRoute || 'lladdr' in object || 'state' in object) return undefined;
  const paths = objectsAt(object, 'nexthops');
  return (paths.length === 0 ? [object] : paths).map((path) => ({
    kind: 'route',
    node: file.folder,
    destination: dst === 'default' ? (textAt(path, 'gateway')?.includes(':') === true ? ANY_IPV6 : ANY_IPV4) : dst,
    gateway: textAt(path, 'gateway'),
    device: textAt(path, 'dev'),
    routeType: textAt(object, 'type') ?? 'unicast',
    source: { file: file.path, place: `route ${dst}` },
  }));
}

/** Facts of `route -n`. */
export function readRouteTable(file: ContextFile): Listing {
  return readLines(file, (line) => {
    const [destination = '', gateway = '', mask = '', flags = '', , , , device] = line.text.trim().split(/\s+/);
    if (/^(?:Kernel|Destination)$/.test(destination)) return [];
    if (device === undefined || !/^[\d.]+$/.test(destination) || !/^[\d.]+$/.test(mask)) return undefined;
    return [
      {
        kind: 'route',
        node: file.folder,
        destination: `${destination}/${mask}`,
        gateway: flags.includes('G') ? gateway : undefined,
        device: device === '*' || device === '-' ? undefined : device,
        // A rejecting route has no device here, whatever its type.
        routeType: device === '*' || flags.includes('!') ? 'blackhole' : 'unicast',
        source: lineSource(file, line),
      },
    ];
  });
}
