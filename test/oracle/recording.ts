/** What an independent dissector says of one capture, in a compact form: columns, one line of JSON each, compressed. */
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';

/** Values of one field: `packet[i]` (from 0) has `value[i]`, in the order of the packet's dissection tree. */
export interface Column {
  readonly packet: number[];
  /** Index of the protocol it stands in, in the packet's `trees`. */
  readonly tree: number[];
  readonly value: string[];
}

/** What a recording depends on; with another dissector or capture it is out of date. */
export interface Origin {
  readonly version: string;
  /** The dissector's arguments. */
  readonly command: string;
  /** SHA-1 of the capture. */
  readonly capture: string;
}

/** Digest that tells captures apart. */
export function captureDigest(capture: Uint8Array): string {
  return createHash('sha1').update(capture).digest('hex');
}

/** Everything recorded of one capture. */
export interface Recording {
  /** What it was made of: the dissector and the capture. */
  readonly origin: Origin;
  /** Exit status and message of the run; a damaged capture gives what stands before the damage. */
  readonly status: number;
  readonly message: string;
  /** Seconds since 1970 with nine decimals, by packet; '' for none. */
  readonly times: string[];
  readonly captured: number[];
  readonly lengths: number[];
  /** Protocol stacks, `eth:ethertype:ip:tcp`, by packet. */
  readonly stacks: string[];
  /** Protocols directly below each packet, `eth:ip:tcp`: what `Column.tree` counts. */
  readonly trees: string[];
  readonly columns: ReadonlyMap<string, Column>;
}

/** Characters of a value that are kept whole; of longer ones the beginning and a digest are. */
const LONGEST_VALUE = 160;

/** The value as it is recorded: a long one as its beginning, length and digest. */
export function recordedValue(value: string): string {
  if (value.length <= LONGEST_VALUE) return value;
  const digest = createHash('sha1').update(value).digest('hex').slice(0, 12);
  return `${value.slice(0, 64)}…[${value.length} characters, sha1 ${digest}]`;
}

/** Collects a recording packet by packet. */
export class RecordingBuilder {
  private readonly times: string[] = [];
  private readonly captured: number[] = [];
  private readonly lengths: number[] = [];
  private readonly stacks: string[] = [];
  private readonly trees: string[] = [];
  private readonly columns = new Map<string, Column>();
  private treeCount = 0;

  /** Begins a packet. */
  packet(): void {
    this.times.push('');
    this.captured.push(0);
    this.lengths.push(0);
    this.stacks.push('');
    this.trees.push('');
    this.treeCount = 0;
  }

  /** Begins a protocol of the packet. */
  tree(name: string): void {
    const last = this.trees.length - 1;
    this.trees[last] += this.treeCount === 0 ? name : `:${name}`;
    this.treeCount++;
  }

  /** Takes a property of the packet as a whole, by the name of its field. */
  frame(name: string, value: string): void {
    const last = this.times.length - 1;
    if (name === 'frame.time_epoch') this.times[last] = value;
    else if (name === 'frame.cap_len') this.captured[last] = Number(value);
    else if (name === 'frame.len') this.lengths[last] = Number(value);
    else if (name === 'frame.protocols') this.stacks[last] = value;
  }

  /** Takes a field of the protocol begun last. */
  field(name: string, value: string): void {
    let column = this.columns.get(name);
    if (column === undefined) {
      column = { packet: [], tree: [], value: [] };
      this.columns.set(name, column);
    }
    column.packet.push(this.times.length - 1);
    column.tree.push(this.treeCount - 1);
    column.value.push(recordedValue(value));
  }

  finish(origin: Origin, status: number, message: string): Recording {
    const { times, captured, lengths, stacks, trees, columns } = this;
    return { origin, status, message, times, captured, lengths, stacks, trees, columns };
  }
}

/** Numbers that mostly rise, as their differences. */
function differences(numbers: readonly number[]): number[] {
  return numbers.map((value, at) => value - (numbers[at - 1] ?? 0));
}

function sums(differences: readonly number[]): number[] {
  let sum = 0;
  return differences.map((difference) => {
    sum += difference;
    return sum;
  });
}

/** Texts as the distinct ones and indexes into them. */
function indexed(texts: readonly string[]): { distinct: string[]; index: number[] } {
  const places = new Map<string, number>();
  const index = texts.map((text) => {
    const place = places.get(text) ?? places.size;
    places.set(text, place);
    return place;
  });
  return { distinct: [...places.keys()], index };
}

function texts({ distinct, index }: { distinct: string[]; index: number[] }): string[] {
  return index.map((place) => distinct[place] ?? '');
}

/** The recording as the octets of its file. */
export function encodeRecording(recording: Recording): Buffer {
  const { origin, status, message, times, captured, lengths, stacks, trees } = recording;
  const head = { origin, status, message, times, captured, lengths, stacks: indexed(stacks), trees: indexed(trees) };
  const lines = [JSON.stringify(head)];
  for (const [name, column] of [...recording.columns].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const body = { packet: differences(column.packet), tree: column.tree, ...indexed(column.value) };
    lines.push(`${name}\t${JSON.stringify(body)}`);
  }
  return gzipSync(`${lines.join('\n')}\n`, { level: 9 });
}

/** Reads a recording; of the columns only those for which `wanted` holds. */
export function decodeRecording(octets: Uint8Array, wanted: (field: string) => boolean): Recording {
  const lines = gunzipSync(octets).toString('utf8').split('\n');
  const head = JSON.parse(lines[0] ?? '{}') as Omit<Recording, 'stacks' | 'trees' | 'columns'> & {
    stacks: { distinct: string[]; index: number[] };
    trees: { distinct: string[]; index: number[] };
  };
  const columns = new Map<string, Column>();
  for (const line of lines.slice(1)) {
    const tab = line.indexOf('\t');
    const name = line.slice(0, tab);
    if (tab < 0 || !wanted(name)) continue;
    const body = JSON.parse(line.slice(tab + 1)) as {
      packet: number[];
      tree: number[];
      distinct: string[];
      index: number[];
    };
    columns.set(name, { packet: sums(body.packet), tree: body.tree, value: texts(body) });
  }
  return { ...head, stacks: texts(head.stacks), trees: texts(head.trees), columns };
}

/** What a recording was made of, without reading its columns. */
export function originOf(octets: Uint8Array): Origin {
  const text = gunzipSync(octets).toString('utf8');
  return (JSON.parse(text.slice(0, text.indexOf('\n'))) as { origin: Origin }).origin;
}
