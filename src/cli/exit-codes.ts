/** Exit statuses of the command; `--help`, the manual and the README are made from this table. */
export const ExitCode = {
  done: 0,
  nothingMatched: 1,
  usage: 2,
  damaged: 3,
  interrupted: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** What each status says. */
export const EXIT_MEANINGS: Readonly<Record<ExitCode, string>> = {
  0: 'done',
  1: 'asked for with --exit-status: no packet matched',
  2: 'wrong usage, an input that cannot be read or is no capture, or an output that cannot be written',
  3: 'a capture is damaged or cut off; all that could be read was printed first',
  130: 'interrupted',
};

/** A call that can't be carried out as it was written. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
