/** Commands that are measured in turns over the same or like captures, and what is asked of the figures. */
import { isInstalled, type Measured, measure } from './measure.ts';
import type { Workload } from './workload.ts';
import type { WorkloadName, WorkloadVariation } from './workload-kinds.ts';

/** The capture a contender reads, by what it is made of. */
export interface CaptureWanted {
  readonly name: WorkloadName;
  /** Part of the size the bench is run with; `slice` is the short one for slow programs. */
  readonly size: number | 'slice';
  readonly variation?: WorkloadVariation;
  readonly compression?: 'default' | 'fast';
}

/** A command that is measured. */
export interface Contender {
  readonly id: string;
  /** Words of the command; `F`, `G`, … stand for the captures, `rows` for the program that only dissects, `netdissect` for ours. */
  readonly words: readonly string[];
  readonly captures: readonly CaptureWanted[];
  /** `own`: the time is what the command says it took once it was loaded. */
  readonly clock?: 'own';
  /** Debian package of a peer. */
  readonly package?: string;
}

/** What is asked of a contest's figures. */
export type Goal =
  /** The time of `ours` by that of `peer`, run for run; by packet where the peer reads another capture. */
  | { readonly kind: 'time'; readonly ours: string; readonly peer: string; readonly atMost: number }
  /** Most memory held, in MB. */
  | { readonly kind: 'memory'; readonly ours: string; readonly atMost: number }
  /** The same of `ours` by that of `peer`. */
  | { readonly kind: 'memory ratio'; readonly ours: string; readonly peer: string; readonly atMost: number }
  /** How far the times are from a line over the sizes of the captures, as part of the line's. */
  | { readonly kind: 'line'; readonly atMost: number };

/** A part of the bench that can be run by itself. */
export interface Contest {
  readonly section: string;
  readonly title: string;
  /** What there is to know of it, for whoever reads the figures. */
  readonly note?: string;
  readonly contenders: readonly Contender[];
  readonly goals: readonly Goal[];
  /** Times the number of runs, where these are short. */
  readonly runs?: number;
}

/** What a contender read, and how it did. */
export interface ContenderResult {
  readonly id: string;
  readonly command: string;
  readonly packets: number;
  readonly flows: number;
  readonly octets: number;
  readonly runs: readonly Measured[];
}

export interface ContestResult {
  readonly section: string;
  readonly title: string;
  readonly note: string | undefined;
  readonly contenders: readonly ContenderResult[];
  /** Contenders that are not installed here. */
  readonly missing: readonly { readonly id: string; readonly package: string }[];
  readonly goals: readonly Goal[];
}

/** How names in a contender's words become what is run. */
export interface Surroundings {
  readonly capture: (wanted: CaptureWanted) => Workload;
  /** A command's words with those of ours in place of `netdissect` and `rows`. */
  readonly program: (words: readonly string[]) => readonly string[];
}

/** Runs the contenders in turns. */
export function hold(contest: Contest, runs: number, { capture, program }: Surroundings): ContestResult {
  const isHere = ({ package: debian, words }: Contender): boolean => debian === undefined || isInstalled(words[0]!);
  const entered = contest.contenders.filter(isHere).map((contender) => {
    const captures = contender.captures.map(capture);
    const named = contender.words.map((word) => captures['FG'.indexOf(word)]?.path ?? word);
    return { contender, captures, words: program(named), measured: [] as Measured[] };
  });
  for (let run = 0; run < runs * (contest.runs ?? 1); run++) {
    for (const { contender, words, measured } of entered)
      measured.push(measure(words[0]!, words.slice(1), contender.clock));
  }
  return {
    section: contest.section,
    title: contest.title,
    note: contest.note,
    contenders: entered.map(({ contender, captures, measured }) => {
      const sum = (of: 'packets' | 'flows' | 'octets'): number =>
        captures.reduce((total, { facts }) => total + facts[of], 0);
      return {
        id: contender.id,
        command: contender.words.join(' '),
        packets: sum('packets'),
        flows: sum('flows'),
        octets: sum('octets'),
        runs: measured,
      };
    }),
    missing: contest.contenders
      .filter((contender) => !isHere(contender))
      .map(({ id, package: debian = '' }) => ({ id, package: debian })),
    goals: contest.goals,
  };
}
