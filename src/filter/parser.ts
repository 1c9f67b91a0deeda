/** Reads a filter into a tree: a Pratt parser for Wireshark's display filter language, with tcpdump's words beside it. */
import {
  type ArithmeticOperator,
  type CombinationNode,
  type ComparisonOperator,
  depthOver,
  type Member,
  type MembershipNode,
  type Node,
  type Quantifier,
  type WordNode,
} from './ast.ts';
import { CaptureWords } from './capture-words.ts';
import { Lexer, type Operator } from './lexer.ts';

/** Characters a filter may have; what is longer was not written by a person. */
export const MAX_FILTER_LENGTH = 65_536;
/** Parentheses, negations and operators that may stand in one another, so that no filter overflows the stack. */
const MAX_FILTER_DEPTH = 100;

/** How strongly operators bind: Wireshark's order. Comparisons chain: `1 < x < 5`. */
const POWER: Readonly<Record<string, number>> = {
  or: 10,
  xor: 20,
  and: 30,
  '==': 50,
  '!=': 50,
  '===': 50,
  '!==': 50,
  '<': 50,
  '<=': 50,
  '>': 50,
  '>=': 50,
  contains: 50,
  matches: 50,
  in: 50,
  'not in': 50,
  '&': 60,
  '+': 70,
  '-': 70,
  '*': 80,
  '/': 80,
  '%': 80,
};
/** `not` takes a whole comparison, but no combination. */
const NOT_POWER = 40;
const COMPARISON_POWER = 50;
const NEGATIVE_POWER = 90;
const QUANTIFIERS: readonly string[] = ['any', 'all'];

/**
 * The tree of a filter; `isName` tells fields and protocols from words of tcpdump's, where a word could be both.
 * Throws FilterError.
 */
export function parseFilter(text: string, isName: (word: string) => boolean): Node {
  return new Parser(text, isName).parse();
}

class Parser {
  private readonly lexer: Lexer;
  private readonly words: CaptureWords;
  private nesting = 0;

  constructor(text: string, isName: (word: string) => boolean) {
    this.lexer = new Lexer(text);
    this.words = new CaptureWords(this.lexer, isName);
  }

  parse(): Node {
    const { lexer } = this;
    if (lexer.text.length > MAX_FILTER_LENGTH) lexer.fail(`a filter has at most ${MAX_FILTER_LENGTH} characters`, 0);
    if (lexer.atEnd) lexer.fail('the filter is empty', 0);
    const root = this.group();
    if (!lexer.atEnd) this.failAtRest();
    return this.words.finish(root);
  }

  private failAtRest(): never {
    const { lexer } = this;
    const next = lexer.peek();
    if (next === '=') lexer.fail("'=' alone is no operator; '==' compares");
    if (lexer.isAtWord) {
      const { at } = lexer;
      const word = lexer.word();
      lexer.fail(`an operator is expected before '${word}'`, at, lexer.at);
    }
    return lexer.fail(`an operator is expected here${lexer.insteadOf()}`);
  }

  /** What stands between parentheses, or is the whole filter. */
  private group(): Node {
    this.words.enterGroup();
    const node = this.expression(0);
    this.words.leaveGroup();
    return node;
  }

  private expression(power: number): Node {
    if (++this.nesting > MAX_FILTER_DEPTH) this.failTooDeep();
    let left = this.prefix(power);
    for (;;) {
      const operator = this.lexer.peekOperator();
      const binding = operator && POWER[operator.name];
      if (operator === undefined || binding === undefined || binding <= power) break;
      left = this.infix(left, operator, binding);
      if (left.depth > MAX_FILTER_DEPTH) this.failTooDeep();
    }
    this.nesting -= 1;
    return left;
  }

  private failTooDeep(): never {
    return this.lexer.fail(`a filter nests at most ${MAX_FILTER_DEPTH} deep`);
  }

  private infix(left: Node, operator: Operator, binding: number): Node {
    const { name } = operator;
    if (name === 'and' || name === 'or' || name === 'xor') {
      this.words.noteOperator(operator);
      this.lexer.at = operator.end;
      return combine(name, left, this.expression(binding));
    }
    if (binding === COMPARISON_POWER) return this.comparison(left, undefined);
    this.lexer.at = operator.end;
    const right = this.expression(binding);
    const depth = depthOver(left, right);
    return {
      kind: 'arithmetic',
      operator: name as ArithmeticOperator,
      left,
      right,
      depth,
      at: left.at,
      end: right.end,
    };
  }

  /** Comparisons and memberships; in a chain each is between neighbours. */
  private comparison(first: Node, quantifier: Quantifier | undefined): Node {
    let whole: Node | undefined;
    let left = first;
    for (;;) {
      const operator = this.lexer.peekOperator();
      if (operator === undefined || POWER[operator.name] !== COMPARISON_POWER) break;
      this.lexer.at = operator.end;
      if (operator.name === 'in' || operator.name === 'not in') {
        const membership = this.membership(left, quantifier);
        const depth = membership.depth + 1;
        const { at, end } = membership;
        const test: Node =
          operator.name === 'in' ? membership : { kind: 'not', operand: membership, depth, at: first.at, end };
        return whole === undefined ? { ...test, at: Math.min(at, first.at) } : combine('and', whole, test);
      }
      const right = this.expression(COMPARISON_POWER);
      const comparison: Node = {
        kind: 'comparison',
        operator: operator.name as ComparisonOperator,
        quantifier,
        left,
        right,
        depth: depthOver(left, right),
        at: left.at,
        end: right.end,
      };
      whole = whole === undefined ? comparison : combine('and', whole, comparison);
      left = right;
    }
    return whole ?? this.lexer.fail(`a comparison is expected here${this.lexer.insteadOf()}`);
  }

  private membership(operand: Node, quantifier: Quantifier | undefined): MembershipNode {
    const { lexer } = this;
    lexer.expect('{', 'to begin a set');
    if (lexer.peek() === '}') lexer.fail('a set has at least one member');
    const members: Member[] = [];
    do {
      const from = this.expression(COMPARISON_POWER);
      const to = lexer.accept('..') ? this.expression(COMPARISON_POWER) : undefined;
      members.push({ from, to });
    } while (lexer.accept(','));
    lexer.expect('}', 'to end the set');
    const depth = depthOver(operand, ...members.flatMap(({ from, to }) => (to === undefined ? [from] : [from, to])));
    return { kind: 'membership', operand, quantifier, members, depth, at: operand.at, end: lexer.at };
  }

  private prefix(power: number): Node {
    const { lexer } = this;
    const next = lexer.peek();
    const { at } = lexer;
    if (next === '(' || next === '{') {
      lexer.at += 1;
      const node = next === '(' ? this.group() : this.expression(COMPARISON_POWER);
      lexer.expect(next === '(' ? ')' : '}', `to close '${next}' of column ${at + 1}`);
      return this.suffix({ ...node, at, end: lexer.at });
    }
    if (next === '!' && !lexer.text.startsWith('!=', at)) {
      lexer.at += 1;
      return this.not(at);
    }
    if (next === '-' || next === '+') {
      lexer.at += 1;
      const operand = this.expression(NEGATIVE_POWER);
      if (next === '+') return { ...operand, at };
      return { kind: 'negative', operand, depth: operand.depth + 1, at, end: operand.end };
    }
    const octets = lexer.acceptText();
    if (octets !== undefined) return this.suffix({ kind: 'text', octets, depth: 1, at, end: lexer.at });
    const code = lexer.acceptCharacter();
    if (code !== undefined) return { kind: 'character', code, depth: 1, at, end: lexer.at };
    if (!lexer.isAtWord) lexer.fail(`a field, a protocol or a value is expected here${lexer.insteadOf()}`);
    return this.atWord(at, power);
  }

  private atWord(at: number, power: number): Node {
    const { lexer } = this;
    const identifier = lexer.peekIdentifier();
    if (identifier === 'not' || identifier === 'NOT') {
      lexer.at += identifier.length;
      return this.not(at);
    }
    if (QUANTIFIERS.includes(identifier)) {
      lexer.at += identifier.length;
      const operand = this.expression(COMPARISON_POWER);
      return { ...this.comparison(operand, identifier as Quantifier), at };
    }
    // tcpdump's words are tests: they do not stand within comparisons.
    const primitive = power < COMPARISON_POWER ? this.words.accept() : undefined;
    if (primitive !== undefined) return primitive;
    const operator = identifier === '' ? undefined : lexer.peekOperator();
    if (operator !== undefined) {
      lexer.fail(`a field, a protocol or a value is expected before '${identifier}'`, at, operator.end);
    }
    const text = lexer.word();
    const word: WordNode = { kind: 'word', text, layers: [], depth: 1, at, end: lexer.at };
    if (lexer.peek() === '(') return this.call(word);
    return this.suffix(lexer.accept('#') ? { ...word, layers: lexer.layers(), end: lexer.at } : word);
  }

  private not(at: number): Node {
    const operand = this.expression(NOT_POWER);
    return { kind: 'not', operand, depth: operand.depth + 1, at, end: operand.end };
  }

  private call(name: WordNode): Node {
    const { lexer } = this;
    lexer.expect('(', 'to begin the arguments');
    const operands: Node[] = [];
    if (lexer.peek() !== ')') {
      do operands.push(this.expression(COMPARISON_POWER));
      while (lexer.accept(','));
    }
    lexer.expect(')', 'to end the arguments');
    const depth = depthOver(...operands);
    return this.suffix({ kind: 'call', name: name.text, operands, depth, at: name.at, end: lexer.at });
  }

  /** Slices behind an operand. */
  private suffix(operand: Node): Node {
    const { lexer } = this;
    let node = operand;
    while (lexer.peek() === '[') {
      const parts = lexer.ranges();
      node = { kind: 'slice', operand: node, parts, depth: node.depth + 1, at: node.at, end: lexer.at };
      if (node.depth > MAX_FILTER_DEPTH) this.failTooDeep();
    }
    return node;
  }
}

/** Joins two tests; what is a combination of the same kind already takes the other one in. */
function combine(kind: CombinationNode['kind'], left: Node, right: Node): CombinationNode {
  const operands = left.kind === kind ? (left.operands as Node[]) : [left];
  operands.push(right);
  const depth = left.kind === kind ? Math.max(left.depth, right.depth + 1) : depthOver(left, right);
  return { kind, operands, depth, at: left.at, end: right.end };
}
