/** Names of capture points: where packets were captured, told as briefly as it stays unambiguous. */
import type { CaptureInterface } from './interface.ts';

/** Compressions first, then what capturing programs call their files; tcpdump -C appends a number. */
const EXTENSIONS: readonly RegExp[] = [/\.(gz|zst|lz4|xz|bz2)$/i, /\.(pcapng|pcap|cap|dump|dmp|ntar)\d*$/i];

const STANDARD_INPUT = '-';

/**
 * Names each input by the shortest suffix of its path that no other input shares, without its extensions: `a/eth0.pcap` and
 * `b/eth0.pcap` are `a/eth0` and `b/eth0`, `x/eth1.pcap.gz` is `eth1`. Inputs that differ by extension only keep it; the same
 * path twice has the same name. Standard input, `-`, is `stdin`.
 */
export function pointNames(paths: readonly string[]): string[] {
  const distinct = [...new Set(paths)];
  const bare = distinct.map(withoutExtensions);
  const named = new Map(
    distinct.map((path, index) => [path, shortestSuffix(index, bare) ?? shortestSuffix(index, distinct)]),
  );
  return paths.map((path) => named.get(path) ?? path);
}

/**
 * The point of one interface: that of its input, with `:` and the interface's name where the input has several. An interface
 * without a name is called by its number within its section, `if0`.
 */
export function interfacePoint(input: string, interfaces: readonly CaptureInterface[], id: number): string {
  const own = interfaces[id];
  if (own === undefined) return input;
  const name = interfaceName(own);
  return interfaces.every((other) => interfaceName(other) === name) ? input : `${input}:${name}`;
}

/** The name the capture gives an interface, or `if` and its number within its section. */
export function interfaceName(described: CaptureInterface): string {
  return described.name ?? `if${described.number}`;
}

function withoutExtensions(path: string): string {
  if (path === STANDARD_INPUT) return 'stdin';
  const bare = EXTENSIONS.reduce((name, extension) => name.replace(extension, ''), path);
  return bare === '' || bare.endsWith('/') ? path : bare;
}

/**
 * The fewest last segments of one path that are not also the last segments of another, or all of them; undefined where another
 * path has the very same.
 */
function shortestSuffix(index: number, paths: readonly string[]): string | undefined {
  const own = segments(paths[index] ?? '');
  const others = paths.filter((_, other) => other !== index).map(segments);
  for (let length = 1; length < own.length; length++) {
    const suffix = own.slice(-length).join('/');
    if (others.every((other) => other.slice(-length).join('/') !== suffix)) return suffix;
  }
  const whole = own.join('/');
  return others.some((other) => other.join('/') === whole) ? undefined : whole;
}

function segments(path: string): string[] {
  return path.split(/[/\\]/).filter((segment) => segment !== '' && segment !== '.');
}
