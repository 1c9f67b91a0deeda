/** What the figures of a contest say of its goals. */
import type { ContenderResult, ContestResult, Goal } from './contest.ts';
import { type Measured, type Quartiles, quartiles } from './measure.ts';

/** A goal and what was found: `holds` is undefined where a contender was missing. */
export interface Verdict {
  readonly goal: string;
  readonly found: Quartiles | undefined;
  /** The same ratio of processor times, which a busy machine disturbs less; of times only. */
  readonly cpu: number | undefined;
  readonly atMost: number;
  readonly holds: boolean | undefined;
}

/** Medians of a contender's runs. */
export interface Summary {
  readonly wall: Quartiles;
  readonly cpu: number | undefined;
  /** MB. */
  readonly memory: number | undefined;
  readonly packetsPerSecond: number | undefined;
  readonly megabytesPerSecond: number | undefined;
  readonly nanosPerPacket: number | undefined;
}

export function summary({ runs, packets, octets }: ContenderResult): Summary {
  const wall = quartiles(runs.map((run) => run.wall));
  const median = (values: readonly (number | undefined)[]): number | undefined => {
    const known = values.filter((value) => value !== undefined);
    return known.length === 0 ? undefined : quartiles(known).median;
  };
  const hasPackets = packets > 0;
  return {
    wall,
    cpu: median(runs.map((run) => run.cpu)),
    memory: median(runs.map((run) => run.memory)),
    packetsPerSecond: hasPackets ? packets / wall.median : undefined,
    megabytesPerSecond: hasPackets ? octets / wall.median / 1e6 : undefined,
    nanosPerPacket: hasPackets ? (wall.median * 1e9) / packets : undefined,
  };
}

export function verdicts(contest: ContestResult): Verdict[] {
  return contest.goals.map((goal) => {
    const found = figure(goal, contest);
    return {
      goal: inWords(goal),
      found,
      cpu: goal.kind === 'time' ? ratios(goal, contest, 'cpu')?.median : undefined,
      atMost: goal.atMost,
      holds: found === undefined ? undefined : found.median <= goal.atMost,
    };
  });
}

function inWords(goal: Goal): string {
  switch (goal.kind) {
    case 'time':
      return `time of ${goal.ours} ÷ ${goal.peer}`;
    case 'memory':
      return `MB of ${goal.ours}`;
    case 'memory ratio':
      return `memory of ${goal.ours} ÷ ${goal.peer}`;
    case 'line':
      return 'farthest from a line';
  }
}

const named = ({ contenders }: ContestResult, id: string): ContenderResult | undefined =>
  contenders.find((contender) => contender.id === id);

function figure(goal: Goal, contest: ContestResult): Quartiles | undefined {
  switch (goal.kind) {
    case 'time':
      return ratios(goal, contest, 'wall');
    case 'memory ratio':
      return ratios(goal, contest, 'memory');
    case 'memory': {
      const memory = named(contest, goal.ours)?.runs.flatMap((run) => run.memory ?? []) ?? [];
      return memory.length === 0 ? undefined : quartiles(memory);
    }
    case 'line':
      return offLine(contest.contenders);
  }
}

/** One figure of ours by the peer's, run for run; times by packet. */
function ratios(
  goal: { readonly ours: string; readonly peer: string },
  contest: ContestResult,
  of: keyof Measured,
): Quartiles | undefined {
  const ours = named(contest, goal.ours);
  const peer = named(contest, goal.peer);
  if (ours === undefined || peer === undefined) return undefined;
  const scale = of !== 'memory' && ours.packets > 0 ? peer.packets / ours.packets : 1;
  const found = ours.runs.map(
    (run, index) => (scale * (run[of] ?? Number.NaN)) / (peer.runs[index]?.[of] || Number.NaN),
  );
  return found.some(Number.isNaN) ? undefined : quartiles(found);
}

/** Distance of each median time from the line through all of them, as a part of the line's: the greatest. */
function offLine(contenders: readonly ContenderResult[]): Quartiles {
  const points = contenders.map((contender) => ({ x: contender.octets, y: summary(contender).wall.median }));
  const mean = (of: 'x' | 'y'): number => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [x, y] = [mean('x'), mean('y')];
  const slope =
    points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) /
    points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  const farthest = Math.max(...points.map((point) => Math.abs(point.y / (y + slope * (point.x - x)) - 1)));
  return { low: farthest, median: farthest, high: farthest };
}
