/** Agreement and differences as text. */
import type { Comparison, Difference } from './compare.ts';

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${(Math.floor((part / whole) * 1e5) / 1e3).toFixed(3)} %`;
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
    )
    .join('\n');
}

/** A line a protocol: packets whose stack agrees, values that are equal; then what was not compared. */
export function agreementTable(comparison: Comparison, protocol?: string): string {
  const rows = [...comparison.agreements]
    .filter(([name]) => protocol === undefined || name === protocol)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { packets, stacks, values, equal }]) => [
      name,
      String(packets),
      name === 'frame' ? '' : percent(stacks, packets),
      String(values),
      String(values - equal),
      percent(equal, values),
    ]);
  const header = ['protocol', 'packets', 'stack agrees', 'values compared', 'differ', 'equal'];
  const foreign = [...comparison.foreign].sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} ${count}`);
  return `${columns([header, ...rows])}\n\npackets with a protocol that is not ours: ${foreign.join(', ') || 'none'}\n`;
}

function shortened(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/** The differences by field, the most frequent first, at most `limit` of each field. */
export function differenceList(differences: readonly Difference[], limit: number): string {
  const byField = new Map<string, Difference[]>();
  for (const difference of differences) {
    const found = byField.get(difference.field);
    if (found === undefined) byField.set(difference.field, [difference]);
    else found.push(difference);
  }
  return [...byField]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([field, found]) => {
      const files = new Set(found.map(({ file }) => file)).size;
      const examples = found
        .slice(0, limit)
        .map(
          ({ file, packet, ours, theirs }) =>
            `  ${file}#${packet}\n    ours   ${JSON.stringify(shortened(ours))}\n    theirs ${JSON.stringify(shortened(theirs))}\n`,
        );
      return `${field}: ${found.length} packets differ, in ${files} captures\n${examples.join('')}`;
    })
    .join('\n');
}
