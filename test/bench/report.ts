/** Figures as text: lines for a terminal, and BENCHMARKS.md. */
import type { ContestResult } from './contest.ts';
import type { Machine } from './machine.ts';
import type { Quartiles } from './measure.ts';
import type { Check } from './truth.ts';
import { summary, verdicts } from './verdict.ts';

/** Everything one run of the bench has found. */
export interface Bench {
  readonly command: string;
  readonly machine: Machine;
  readonly size: string;
  readonly slice: string;
  readonly runs: number;
  readonly contests: readonly ContestResult[];
  readonly checks: readonly Check[];
}

const number = (value: number | undefined, digits = 3): string =>
  value === undefined ? '' : Number(value.toPrecision(digits)).toLocaleString('en', { maximumFractionDigits: 4 });

const spread = ({ low, median, high }: Quartiles): string =>
  low === high ? number(median) : `${number(median)} (${number(low, 2)}–${number(high, 2)})`;

type Row = readonly string[];

function figures(contest: ContestResult): Row[] {
  return contest.contenders.map((contender) => {
    const { wall, cpu, memory, packetsPerSecond, megabytesPerSecond, nanosPerPacket } = summary(contender);
    const millions = packetsPerSecond === undefined ? undefined : packetsPerSecond / 1e6;
    return [
      contender.id,
      contender.packets === 0 ? '' : contender.packets.toLocaleString('en'),
      spread(wall),
      number(cpu),
      number(millions),
      number(megabytesPerSecond),
      number(nanosPerPacket),
      number(memory),
    ];
  });
}

const FIGURES: Row = ['command', 'packets', 'seconds', 'CPU s', 'Mpackets/s', 'MB/s', 'ns/packet', 'RSS MB'];
const GOALS: Row = ['', 'found', 'at most', '', 'by CPU time'];

function goals(contest: ContestResult): Row[] {
  return verdicts(contest).map(({ goal, found, cpu, atMost, holds }) => [
    goal,
    found === undefined ? 'not measured' : spread(found),
    number(atMost),
    holds === undefined ? '' : holds ? 'holds' : 'misses',
    number(cpu),
  ]);
}

function checked(checks: readonly Check[]): Row[] {
  return checks.map(({ what, expected, found }) => [
    what,
    String(expected),
    expected === found ? 'the same' : String(found),
  ]);
}

const CHECKS: Row = ['', 'generator', 'found'];

/** A contest for a terminal. */
export function contestText(contest: ContestResult): string {
  const missing = contest.missing.map(({ id, package: debian }) => `  ${id}: not installed (Debian package ${debian})`);
  const found = goals(contest);
  return [
    `${contest.section}: ${contest.title}`,
    columns([FIGURES, ...figures(contest)]),
    ...(found.length === 0 ? [] : [columns([GOALS, ...found])]),
    ...missing,
    '',
  ].join('\n');
}

export function checksText(checks: readonly Check[]): string {
  return columns([CHECKS, ...checked(checks)]);
}

function columns(rows: readonly Row[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))),
    )
    .map((cells) => `  ${cells.join('  ')}`.trimEnd())
    .join('\n');
}

function table([head = [], ...rows]: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    line(head),
    `|${head.map((_, column) => (column === 0 ? '---' : '---:')).join('|')}|`,
    ...rows.map(line),
  ].join('\n');
}

/** BENCHMARKS.md. */
export function markdown({ command, machine, size, slice, runs, contests, checks }: Bench): string {
  const versions = machine.peers.map(({ name, version }) => `${name} ${version}`).join(', ');
  const parts = contests.flatMap((contest) => {
    const found = goals(contest);
    return [
      `## ${contest.title}`,
      table([FIGURES, ...figures(contest)]),
      ...(found.length === 0 ? [] : [table([GOALS, ...found])]),
      ...(contest.note === undefined ? [] : [contest.note]),
      ...contest.missing.map(({ id, package: debian }) => `${id} was not installed (Debian package ${debian}).`),
    ];
  });
  return `${[
    '# Benchmarks',
    `Written by \`${command}\`; nothing here is edited by hand.`,
    `${machine.processor}, ${machine.cores} cores, ${machine.memory} GB; ${machine.system}; Node ${machine.node}. ${versions}.`,
    `Whole processes, ${runs} runs in turns: each command once, then each once again. Medians, with the quartiles in brackets; ratios run for run. Captures of ${size}, and of ${slice} for tshark, lie in memory: none is read from a disk. Variables of the environment that set up Node (NODE_…) are left out. RSS is the most memory held, of all threads.`,
    ...parts,
    '## Results, checked',
    'What the generator put into the captures, and what was found.',
    table([CHECKS, ...checked(checks)]),
  ].join('\n\n')}\n`;
}
