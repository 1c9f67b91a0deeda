/** Filters as predicates: the entry to this folder. */
import type { Dissector } from '../dissect/dissector.ts';
import type { CombinationNode, Node, WordNode } from './ast.ts';
import { compileComparison, compileMembership, type Predicate } from './comparison.ts';
import type { ComputedField } from './computed-fields.ts';
import type { FilterContext } from './context.ts';
import { compileOperand } from './expression.ts';
import { catalogOf } from './field-catalog.ts';
import { occurrences } from './field-target.ts';
import { protocolPresence } from './operand.ts';
import { parseFilter } from './parser.ts';
import { loadRegexEngine, type RegexEngine } from './regex.ts';
import { rowChoice } from './row-choice.ts';
import { Scope } from './scope.ts';
import type { Take } from './value.ts';

/** A compiled filter. */
export interface Filter {
  /** The filter as written. */
  readonly text: string;
  /** Names of the fields and protocols it asks about, so that what is costly is worked out only where it is needed. */
  readonly names: ReadonlySet<string>;
  /** Whether the packet is selected. */
  readonly matches: (context: FilterContext) => boolean;
}

export interface FilterOptions {
  /** Computed fields beside those of the packet itself. */
  readonly computed?: readonly ComputedField[];
  /** Needed for `matches`; `loadFilter` brings its own. */
  readonly regex?: RegexEngine;
}

/**
 * Compiles a filter for packets dissected with `dissector`: Wireshark's display filter language, and tcpdump's words.
 * Throws FilterError where the filter is wrong; Error where it has `matches` and no engine for regular expressions is given.
 */
export function compileFilter(text: string, dissector: Dissector, options: FilterOptions = {}): Filter {
  const catalog = catalogOf(dissector, options.computed);
  const root = parseFilter(text, (name) => catalog.get(name) !== undefined);
  const scope = new Scope(text, catalog, options.regex);
  const matches = compileTest(scope, root);
  return { text, names: scope.used, matches };
}

/** Compiles a filter, and loads the engine for regular expressions first where the filter has any. Rejects with FilterError. */
export async function loadFilter(text: string, dissector: Dissector, options: FilterOptions = {}): Promise<Filter> {
  const needsRegex = options.regex === undefined && /matches|~/.test(text);
  const regex = needsRegex ? await loadRegexEngine() : options.regex;
  return compileFilter(text, dissector, regex === undefined ? options : { ...options, regex });
}

function compileTest(scope: Scope, node: Node): Predicate {
  switch (node.kind) {
    case 'and':
    case 'or':
    case 'xor':
      return combination(scope, node);
    case 'not': {
      const test = compileTest(scope, node.operand);
      return (context) => !test(context);
    }
    case 'comparison':
      return compileComparison(scope, node);
    case 'membership':
      return compileMembership(scope, node);
    case 'word':
      return presence(scope, node);
    case 'arithmetic':
    case 'negative': {
      if (scope.isLiteral(node)) scope.fail('a value alone is no test', node);
      const { each } = compileOperand(scope, node);
      return (context) => each(context, isNonZero);
    }
    case 'slice':
    case 'call': {
      const { each } = compileOperand(scope, node);
      return (context) => each(context, isThere);
    }
    default:
      return scope.fail('a value alone is no test', node);
  }
}

const isThere: Take = () => true;

/** A result is true when any of its bits is set. */
const isNonZero: Take = (value) => (typeof value === 'string' ? /[^\0]/.test(value) : Number(value) !== 0);

function combination(scope: Scope, { kind, operands }: CombinationNode): Predicate {
  const tests = operands.map((operand) => compileTest(scope, operand));
  const [first, second] = tests;
  if (tests.length === 2 && first !== undefined && second !== undefined) {
    if (kind === 'and') return (context) => first(context) && second(context);
    if (kind === 'or') return (context) => first(context) || second(context);
  }
  if (kind === 'and') return (context) => tests.every((test) => test(context));
  if (kind === 'or') return (context) => tests.some((test) => test(context));
  return (context) => tests.filter((test) => test(context)).length % 2 === 1;
}

/** A name alone: whether the packet has the field or protocol. */
function presence(scope: Scope, node: WordNode): Predicate {
  const resolved = scope.resolve(node.text);
  if (resolved === undefined) {
    if (/^[0-9]/.test(node.text)) scope.fail('a value alone is no test', node);
    return scope.failUnknown(node);
  }
  const { entry, place } = resolved;
  const choice = rowChoice(place, node.layers);
  if (entry.kind === 'protocol') {
    scope.used.add(entry.name);
    return protocolPresence(entry, choice);
  }
  if (entry.kind === 'field') {
    scope.used.add(entry.name);
    const each = occurrences(entry.targets, choice);
    return (context) => each(context, () => true);
  }
  const { each } = compileOperand(scope, node);
  return (context) => each(context, isThere);
}
