/** Agreement and differences as text. */
import { type Agreement, type Comparison, type Difference, STACK, totalAgreement } from './compare.ts';

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

/** A line for a protocol's agreement: `unexplained` are differences that are not listed as known. */
function agreementRow(name: string, agreement: Agreement, unexplained: number): string[] {
  const { packets, stacks, fields, equal } = agreement;
  const differ = [String(fields - equal), String(unexplained), percent(equal, fields)];
  return [name, String(packets), percent(stacks, packets), String(fields), ...differ];
}

/**
 * A line a protocol and one for all: packets whose stack agrees, fields that are equal; then what was not compared. A field counts once for a
 * packet, and is equal when all its values there are; a difference that is known is explained, but is none the less one.
 */
export function agreementTable(comparison: Comparison, unknown: readonly Difference[], protocol?: string): string {
  const unexplained = (name: string): number =>
    unknown.filter((difference) => difference.protocol === name && difference.field !== STACK).length;
  const rows = [...comparison.agreements]
    .filter(([name]) => protocol === undefined || name === protocol)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, agreement]) => agreementRow(name, agreement, unexplained(name)));
  const total = agreementRow('all', totalAgreement(comparison), unknown.filter(({ field }) => field !== STACK).length);
  const header = ['protocol', 'packets', 'stack agrees', 'fields compared', 'differ', 'unexplained', 'equal'];
  const foreign = [...comparison.foreign].sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} ${count}`);
  return `${columns([header, ...rows, total])}\n\npackets with a protocol that is not ours: ${foreign.join(', ') || 'none'}\n`;
}

function shortened(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function grouped<T>(items: readonly T[], key: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return [...groups].sort(([, a], [, b]) => b.length - a.length);
}

const PLACES = 3;

/** The differences by field, then by values, the most frequent first; at most `limit` pairs of values a field. */
export function differenceList(differences: readonly Difference[], limit: number): string {
  return grouped(differences, ({ field }) => field)
    .map(([field, found]) => {
      const files = new Set(found.map(({ file }) => file)).size;
      const pairs = grouped(found, ({ ours, theirs }) => `${ours}\0${theirs}`);
      const shown = pairs.slice(0, limit).map(([, same]) => {
        const places = same.slice(0, PLACES).map(({ file, packet }) => `${file}#${packet}`);
        return (
          `  ${same.length} ×  ${places.join(' ')}${same.length > PLACES ? ' …' : ''}\n` +
          `    ours   ${JSON.stringify(shortened(same[0]?.ours ?? ''))}\n` +
          `    theirs ${JSON.stringify(shortened(same[0]?.theirs ?? ''))}\n`
        );
      });
      const more = pairs.length > limit ? `  … ${pairs.length - limit} other pairs of values\n` : '';
      return `${field}: ${found.length} packets differ, in ${files} captures\n${shown.join('')}${more}`;
    })
    .join('\n');
}
