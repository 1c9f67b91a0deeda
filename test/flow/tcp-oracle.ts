/** What tshark's TCP analysis says of captures, as recorded in `fixtures/oracle/tcp-analysis.json`, and what ours says. */
import { IRREGULARITIES } from '../../src/flow/tcp-irregularities.ts';
import { addCapture, testTracker } from './track.ts';

export type Irregularity = keyof typeof IRREGULARITIES;
export const IRREGULARITY_NAMES = Object.keys(IRREGULARITIES) as Irregularity[];

/** Numbers of the flagged packets of one capture, by flag. */
export type Flagged = Partial<Record<Irregularity, readonly number[]>>;

/** What is recorded of one capture. */
export interface RecordedCapture {
  readonly flagged: Flagged;
  /** Packets of conversations that tshark takes for one where they are several: the same addresses in two tunnels, or at two points. */
  readonly merged?: readonly number[];
}

/** Recordings by path: `fixtures:…` for the lab's, `shared:…` for others'. */
export interface Recording {
  readonly tshark: string;
  readonly captures: Readonly<Record<string, RecordedCapture>>;
}

/** A day and more: tshark ends no conversation for being idle. */
const FOREVER = 1e9;

/** Packets that our analysis flags. */
export function ourFlagged(octets: Uint8Array): Flagged {
  const flagged: Partial<Record<Irregularity, number[]>> = {};
  const names = new Map<number, Irregularity>(IRREGULARITY_NAMES.map((name) => [IRREGULARITIES[name], name]));
  const tracker = testTracker({
    idle: FOREVER,
    tcpIdle: FOREVER,
    onIrregularity: (packet, counter) => {
      const name = names.get(counter);
      if (name === undefined) return;
      flagged[name] ??= [];
      flagged[name].push(packet);
    },
  });
  addCapture(tracker, octets, 'capture');
  return flagged;
}

/** Agreement over the packets that either side flags. */
export interface Agreement {
  both: number;
  oursOnly: number;
  theirsOnly: number;
}

/** Packets flagged by one side only. */
export interface Difference {
  readonly name: Irregularity;
  readonly oursOnly: readonly number[];
  readonly theirsOnly: readonly number[];
}

/** Compares both sides over one capture, packets of merged conversations left out, and adds to the agreement of each flag. */
export function compareFlags(
  ours: Flagged,
  { flagged, merged = [] }: RecordedCapture,
  into: Record<Irregularity, Agreement>,
): Difference[] {
  const left = new Set(merged);
  const differences: Difference[] = [];
  for (const name of IRREGULARITY_NAMES) {
    const a = new Set((ours[name] ?? []).filter((packet) => !left.has(packet)));
    const b = new Set((flagged[name] ?? []).filter((packet) => !left.has(packet)));
    const oursOnly = [...a].filter((packet) => !b.has(packet));
    const theirsOnly = [...b].filter((packet) => !a.has(packet));
    into[name].both += a.size - oursOnly.length;
    into[name].oursOnly += oursOnly.length;
    into[name].theirsOnly += theirsOnly.length;
    if (oursOnly.length + theirsOnly.length > 0) differences.push({ name, oursOnly, theirsOnly });
  }
  return differences;
}

/** A tally with nothing in it. */
export function noAgreement(): Record<Irregularity, Agreement> {
  const empty = (): Agreement => ({ both: 0, oursOnly: 0, theirsOnly: 0 });
  return Object.fromEntries(IRREGULARITY_NAMES.map((name) => [name, empty()])) as Record<Irregularity, Agreement>;
}
