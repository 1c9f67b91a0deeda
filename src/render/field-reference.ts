/** The reference of all fields, made from the declarations. */

import { NO_NAMES } from '../cluster/names.ts';
import type { Field } from '../dissect/field.ts';
import type { Protocol } from '../dissect/protocol.ts';
import { ALIAS_FIELDS, COMPUTED_FIELDS } from '../filter/computed-fields.ts';
import { nameFields } from '../filter/name-fields.ts';

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

/**
 * Every field of the protocols, in the order of their declarations. What stands at several places of one protocol (a DNS name in each section
 * of records) is told once, at the first of them.
 */
export function fieldReference(protocols: readonly Protocol[]): FieldEntry[] {
  const entries: FieldEntry[] = [];
  for (const protocol of protocols) {
    const told = new Set<string>();
    const add = (field: Field, above: string): void => {
      const path = above === '' ? field.key : `${above}.${field.key}`;
      const { name, kind, title } = field;
      if (!told.has(name)) {
        entries.push({
          protocol: protocol.name,
          name,
          path,
          width: widthText(field),
          kind,
          title,
          source: protocol.source,
        });
      }
      told.add(name);
      for (const child of field.children) add(child, kind === 'list' ? `${path}[]` : path);
      if (field.alternative !== undefined) add(field.alternative, above);
    };
    for (const field of [...protocol.fixed, ...protocol.loose]) add(field, '');
  }
  return entries;
}

/** What filters and columns know beside the fields of protocols: facts of the frame, either of two fields, and names. */
export function filterReference(): FieldEntry[] {
  const entry = (name: string, title: string, kind: string, source: string): FieldEntry => ({
    protocol: name.split('.')[0] ?? '',
    name,
    path: '',
    width: 'computed',
    kind,
    title,
    source,
  });
  return [
    ...[...COMPUTED_FIELDS, ...nameFields(NO_NAMES)].map((of) => entry(of.name, of.title, of.type, of.source)),
    ...ALIAS_FIELDS.map((of) => entry(of.name, `${of.title}: ${of.of.join(' or ')}`, 'alias', '')),
  ];
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
  parts.push('## In filters and columns only\n\n| field | meaning |\n|---|---|');
  for (const { name, title } of filterReference()) parts.push(`| \`${name}\` | ${title} |`);
  return parts.join('\n');
}
