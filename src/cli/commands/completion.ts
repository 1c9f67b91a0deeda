/** `completion`: the script by which a shell completes commands, options and their arguments. */
import { standardProtocols } from '../../protocols/index.ts';
import { commandTree } from '../command-tree.ts';
import { completionScript, type Shell } from '../completion.ts';
import { ExitCode } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';
import { createProgram } from '../program.ts';
import { VERSION } from '../version.ts';

/** Prints the script for a shell. */
export function completion(shell: Shell, io: CommandIo): ExitCode {
  const commands = commandTree(createProgram(VERSION, io, () => {}));
  const protocols = standardProtocols.map(({ name }) => name);
  io.stdout.write(completionScript(shell, { commands, protocols }));
  return ExitCode.done;
}
