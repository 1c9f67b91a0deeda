/** What the compilation of one filter knows: its text, the names it may use, and the engine for regular expressions. */
import type { Node, WordNode } from './ast.ts';
import type { FieldCatalog, NameEntry } from './field-catalog.ts';
import { FilterError } from './filter-error.ts';
import { didYouMean } from './near-names.ts';
import type { RegexEngine } from './regex.ts';
import { PLACES, type Place } from './row-choice.ts';

/** A name, and the place it was restricted to. */
export interface ResolvedName {
  readonly entry: NameEntry;
  readonly place: Place | undefined;
}

export class Scope {
  readonly text: string;
  readonly regex: RegexEngine | undefined;
  /** Names the filter uses, without `inner.` and the like. */
  readonly used = new Set<string>();
  private readonly catalog: FieldCatalog;

  constructor(text: string, catalog: FieldCatalog, regex: RegexEngine | undefined) {
    this.text = text;
    this.catalog = catalog;
    this.regex = regex;
  }

  fail(message: string, { at, end }: { readonly at: number; readonly end: number }): never {
    throw new FilterError(message, this.text, at, end);
  }

  /** What a word names, if it is a name at all. */
  resolve(word: string): ResolvedName | undefined {
    const whole = this.catalog.get(word);
    if (whole !== undefined) return { entry: whole, place: undefined };
    const place = PLACES.find((prefix) => word.startsWith(`${prefix}.`));
    if (place === undefined) return undefined;
    const entry = this.catalog.get(word.slice(place.length + 1));
    return entry && { entry, place };
  }

  failUnknown(node: WordNode): never {
    if (/^[0-9:]/.test(node.text)) this.fail(`a field is expected here, not the value '${node.text}'`, node);
    const place = PLACES.find((prefix) => node.text.startsWith(`${prefix}.`));
    const word = place === undefined ? node.text : node.text.slice(place.length + 1);
    return this.fail(`no field or protocol is named '${word}'${this.near(word)}`, node);
  }

  /** Names near to a word that could be one, for the end of a message. */
  near(word: string): string {
    return /^[a-z_][\w-]*(?:\.[\w-]+)*$/i.test(word) ? didYouMean(word, this.catalog.names()) : '';
  }

  /** Whether the node is made of literals alone, so that its type depends on what it is compared with. */
  isLiteral(node: Node): boolean {
    switch (node.kind) {
      case 'text':
      case 'character':
        return true;
      case 'word':
        return this.resolve(node.text) === undefined;
      case 'negative':
        return this.isLiteral(node.operand);
      case 'arithmetic':
        return this.isLiteral(node.left) && this.isLiteral(node.right);
      default:
        return false;
    }
  }
}
