/** `fields` and `schema`: what the declarations say of the output. */

import { standardProtocols } from '../../protocols/index.ts';
import { fieldMarkdown, fieldReference, filterReference } from '../../render/field-reference.ts';
import { jsonText } from '../../render/safe-text.ts';
import { recordSchema } from '../../render/schema.ts';
import { ExitCode, UsageError } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';
import { Output } from '../output.ts';

export interface FieldsOptions {
  readonly markdown: boolean | undefined;
  readonly json: boolean | undefined;
}

/** Lists the fields whose name or meaning contains the pattern; exit status 1 where none does. */
export function fields(pattern: string, options: FieldsOptions, io: CommandIo): ExitCode {
  if (options.markdown && options.json) throw new UsageError('--markdown and --json exclude each other');
  const output = new Output(io.stdout);
  const wanted = pattern.toLowerCase();
  if (options.markdown) {
    output.line(fieldMarkdown(standardProtocols));
    output.flush();
    return ExitCode.done;
  }
  const found = [...fieldReference(standardProtocols), ...filterReference()].filter(
    ({ name, title }) => name.includes(wanted) || title.toLowerCase().includes(wanted),
  );
  const nameWidth = found.reduce((width, { name }) => Math.max(width, name.length), 0);
  const listed = new Set<string>();
  for (const entry of found) {
    if (options.json) output.line(jsonText({ type: 'field', ...entry }));
    // Protocols of one family share names: mDNS has DNS' fields.
    else if (!listed.has(entry.name))
      output.line(`${entry.name.padEnd(nameWidth)}  ${entry.width.padEnd(9)}  ${entry.title}`);
    listed.add(entry.name);
  }
  output.flush();
  return found.length === 0 ? ExitCode.nothingMatched : ExitCode.done;
}

/** Prints the JSON Schema of the records. */
export function schema(io: CommandIo): ExitCode {
  const output = new Output(io.stdout);
  output.line(JSON.stringify(recordSchema(standardProtocols), undefined, 2));
  output.flush();
  return ExitCode.done;
}
