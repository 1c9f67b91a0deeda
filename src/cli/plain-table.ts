/** Small tables without lines, columns two blanks apart. For up to some hundred rows: the time they take grows with the square of the rows. */
import Table from 'cli-table3';
import type { Style } from '../render/style.ts';

const NO_LINES = Object.fromEntries(
  'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid'
    .split(' ')
    .map((part) => [part, '']),
);

/** A column: its heading, and whether its values are numbers. */
export interface TableColumn {
  readonly head: string;
  readonly isNumber?: boolean;
}

/** The rows as text under dimmed headings. Texts are taken as they are: names from captures must be safe already. */
export function plainTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  style: Style,
): string {
  const table = new Table({
    chars: { ...NO_LINES, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    head: columns.map(({ head }) => style.dim(head)),
    colAligns: columns.map(({ isNumber }) => (isNumber ? 'right' : 'left')),
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}
