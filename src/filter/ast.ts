/** Filters as trees. `at` and `end` are the characters of the text a node stands for. */

/** How two values are compared; `~=` of the text is `!==` here, and words are their signs. */
export type ComparisonOperator = '==' | '!=' | '===' | '!==' | '<' | '<=' | '>' | '>=' | 'contains' | 'matches';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '&';
/** Whether one value of several has to fit, or each. */
export type Quantifier = 'any' | 'all';

/** Octets or layers from `start` (negative: from the end): `length` of them, or up to and with `last`, or all that follow. */
export interface IndexRange {
  readonly start: number;
  readonly length?: number;
  readonly last?: number;
}

interface Placed {
  readonly at: number;
  readonly end: number;
  /** Nodes on the longest way down from here. */
  readonly depth: number;
}

/** A word without quotes: the name of a field or protocol, or a literal. */
export interface WordNode extends Placed {
  readonly kind: 'word';
  readonly text: string;
  /** Layers it is restricted to by `#`. */
  readonly layers: readonly IndexRange[];
}
/** A quoted string, as octets: one character each. */
export interface TextNode extends Placed {
  readonly kind: 'text';
  readonly octets: string;
}
/** A character constant: `'\n'`. */
export interface CharacterNode extends Placed {
  readonly kind: 'character';
  readonly code: number;
}
export interface SliceNode extends Placed {
  readonly kind: 'slice';
  readonly operand: Node;
  readonly parts: readonly IndexRange[];
}
export interface CallNode extends Placed {
  readonly kind: 'call';
  readonly name: string;
  readonly operands: readonly Node[];
}
export interface ArithmeticNode extends Placed {
  readonly kind: 'arithmetic';
  readonly operator: ArithmeticOperator;
  readonly left: Node;
  readonly right: Node;
}
export interface NegativeNode extends Placed {
  readonly kind: 'negative';
  readonly operand: Node;
}
export interface ComparisonNode extends Placed {
  readonly kind: 'comparison';
  readonly operator: ComparisonOperator;
  readonly quantifier: Quantifier | undefined;
  readonly left: Node;
  readonly right: Node;
}
/** One member of a set: a value, or a range with both ends in it. */
export interface Member {
  readonly from: Node;
  readonly to: Node | undefined;
}
export interface MembershipNode extends Placed {
  readonly kind: 'membership';
  readonly quantifier: Quantifier | undefined;
  readonly operand: Node;
  readonly members: readonly Member[];
}
export interface NotNode extends Placed {
  readonly kind: 'not';
  readonly operand: Node;
}
/** Any number of tests in a row, so that a long chain nests no deeper than a short one. */
export interface CombinationNode extends Placed {
  readonly kind: 'and' | 'or' | 'xor';
  readonly operands: readonly Node[];
}

export type Node =
  | WordNode
  | TextNode
  | CharacterNode
  | SliceNode
  | CallNode
  | ArithmeticNode
  | NegativeNode
  | ComparisonNode
  | MembershipNode
  | NotNode
  | CombinationNode;

/** Depth of a node over `below`. */
export function depthOver(...below: readonly Node[]): number {
  return below.reduce((deepest, node) => Math.max(deepest, node.depth), 0) + 1;
}
