/** Filters over records, such as flows: paths of keys compared with values, in the language of packet filters. */
import type { ComparisonNode, MembershipNode, Node } from './ast.ts';
import { FilterError } from './filter-error.ts';
import { didYouMean } from './near-names.ts';
import { parseFilter } from './parser.ts';

/** A compiled filter over records. */
export type RecordFilter = (record: object) => boolean;

type Value = string | number | boolean;

/**
 * Compiles `tcp.rtt > 0.1 && server.port == 80 && !nat`: a path alone asks whether there is something (not 0, not false, not an empty list); of
 * lists any element will do. `paths` are the paths there are, for errors; what lies below a path is one too.
 * Throws FilterError.
 */
export function compileRecordFilter(text: string, paths: ReadonlySet<string>): RecordFilter {
  const isPath = (word: string): boolean => paths.has(word);
  return compile(parseFilter(text, isPath), text, paths);
}

function compile(node: Node, text: string, paths: ReadonlySet<string>): RecordFilter {
  switch (node.kind) {
    case 'and':
    case 'or':
    case 'xor': {
      const tests = node.operands.map((operand) => compile(operand, text, paths));
      if (node.kind === 'and') return (record) => tests.every((test) => test(record));
      if (node.kind === 'or') return (record) => tests.some((test) => test(record));
      return (record) => tests.filter((test) => test(record)).length % 2 === 1;
    }
    case 'not': {
      const test = compile(node.operand, text, paths);
      return (record) => !test(record);
    }
    case 'comparison':
      return comparison(node, text, paths);
    case 'membership':
      return membership(node, text, paths);
    case 'word': {
      const path = pathOf(node, text, paths);
      return (record) => valuesAt(record, path).some((value) => value !== false && value !== 0 && value !== '');
    }
    default:
      throw new FilterError(
        'only paths, values and comparisons of both can be asked of records',
        text,
        node.at,
        node.end,
      );
  }
}

function pathOf(node: Node, text: string, paths: ReadonlySet<string>): readonly string[] {
  if (node.kind === 'word' && paths.has(node.text)) return node.text.split('.');
  const word = node.kind === 'word' ? node.text : '';
  throw new FilterError(`no key is named '${word}'${didYouMean(word, paths)}`, text, node.at, node.end);
}

/** The value a node stands for: a quoted text, a number, a boolean, or the word itself. */
function literalOf(node: Node, text: string): Value {
  if (node.kind === 'text') return node.octets;
  if (node.kind === 'negative') return -Number(literalOf(node.operand, text));
  if (node.kind !== 'word') throw new FilterError('a value is needed here', text, node.at, node.end);
  if (/^(true|false)$/i.test(node.text)) return /^t/i.test(node.text);
  return /^[0-9.]+(e-?\d+)?$|^0x[0-9a-f]+$/i.test(node.text) && Number.isFinite(Number(node.text))
    ? Number(node.text)
    : node.text;
}

function comparison(node: ComparisonNode, text: string, paths: ReadonlySet<string>): RecordFilter {
  const path = pathOf(node.left, text, paths);
  const wanted = literalOf(node.right, text);
  const { operator } = node;
  if (operator === 'matches') {
    throw new FilterError("'matches' is not known for records; 'contains' is", text, node.at, node.end);
  }
  // As in Wireshark, "not equal" holds when no value is equal, and there is one.
  if (operator === '!=') {
    return (record) => {
      const values = valuesAt(record, path);
      return values.length > 0 && values.every((value) => compare(value, wanted) !== 0);
    };
  }
  return (record) => valuesAt(record, path).some((value) => holds(value, operator, wanted));
}

function membership(node: MembershipNode, text: string, paths: ReadonlySet<string>): RecordFilter {
  const path = pathOf(node.operand, text, paths);
  const members = node.members.map(({ from, to }) => ({
    from: literalOf(from, text),
    to: to === undefined ? undefined : literalOf(to, text),
  }));
  return (record) =>
    valuesAt(record, path).some((value) =>
      members.some(({ from, to }) =>
        to === undefined ? compare(value, from) === 0 : compare(value, from) >= 0 && compare(value, to) <= 0,
      ),
    );
}

function holds(value: Value, operator: string, wanted: Value): boolean {
  if (operator === 'contains') return String(value).includes(String(wanted));
  const order = compare(value, wanted);
  switch (operator) {
    case '===':
    case '==':
      return order === 0;
    case '!==':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}

/** Below, at or above 0; NaN where the two can't be compared. */
function compare(value: Value, wanted: Value): number {
  if (typeof value === 'string') {
    const other = String(wanted);
    return value === other ? 0 : value < other ? -1 : 1;
  }
  return Number(value) - Number(wanted);
}

/** Values at a path; lists on the way are looked through. */
function valuesAt(record: unknown, path: readonly string[]): Value[] {
  let found: unknown[] = [record];
  for (const key of path) {
    found = found.flatMap((value) => {
      const values = Array.isArray(value) ? value : [value];
      return values.flatMap((one: unknown) =>
        typeof one === 'object' && one !== null && Object.hasOwn(one, key)
          ? [(one as Readonly<Record<string, unknown>>)[key]]
          : [],
      );
    });
  }
  return found.flat().flatMap((value): Value[] => {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return [value];
    // Something that holds more is there.
    return typeof value === 'object' && value !== null && Object.keys(value).length > 0 ? [true] : [];
  });
}
