/** The reference of all fields, made from the declarations. */
import type { Field } from '../dissect/field.ts';
import type { Protocol } from '../dissect/protocol.ts';

/** One field as the reference shows it. */
export interface FieldEntry {
  readonly protocol: string;
  /** Name in filters. */
  readonly name: string;
  /** Path in a layer's JSON object. */
  readonly path: string;
  /** Width in words: `16 bits`, `variable`, `computed`. */
  readonly width: string;
  readonly kind: string;
  readonly title: string;
  /** Specification of the protocol. */
  readonly source: string;
}

function widthText(field: Field): string {
  if (field.kind === 'list') return 'list';
  if (field.computed) return 'computed';
  if (field.bitWidth === 0) return 'variable';
  return field.bitWidth === 1 ? '1 bit' : `${field.bitWidth} bits`;
}

/** Every field of the protocols, in the order of their declarations. */
export function fieldReference(protocols: readonly Protocol[]): FieldEntry[] {
  const entries: FieldEntry[] = [];
  for (const protocol of protocols) {
    const add = (field: Field, above: string): void => {
      const path = above === '' ? field.key : `${above}.${field.key}`;
      const { name, kind, title } = field;
      entries.push({
        protocol: protocol.name,
        name,
        path,
        width: widthText(field),
        kind,
        title,
        source: protocol.source,
      });
      for (const child of field.children) add(child, kind === 'list' ? `${path}[]` : path);
      if (field.alternative !== undefined) add(field.alternative, above);
    };
    for (const field of [...protocol.fixed, ...protocol.loose]) add(field, '');
  }
  return entries;
}

/** The reference as Markdown, a table for each protocol. */
export function fieldMarkdown(protocols: readonly Protocol[]): string {
  const parts: string[] = [];
  for (const protocol of protocols) {
    const entries = fieldReference([protocol]);
    if (entries.length === 0) continue;
    parts.push(
      `## ${protocol.name}: ${protocol.title}\n\n${protocol.source}\n\n| field | JSON | width | meaning |\n|---|---|---|---|`,
    );
    for (const { name, path, width, title } of entries)
      parts.push(`| \`${name}\` | \`${path}\` | ${width} | ${title.replaceAll('|', '\\|')} |`);
    parts.push('');
  }
  return parts.join('\n');
}
