/** Random functions of the subset that is compiled, as text. Sums are cut to 32 bits, and variables keep the type of what they begin with. */
import type { Random } from '../fuzz/random.ts';

type NumberKind = 'i32' | 'u32' | 'f64';
type Kind = NumberKind | 'bool';

interface Variable {
  readonly name: string;
  readonly kind: Kind;
  readonly isConst: boolean;
}

const INTEGERS: readonly NumberKind[] = ['i32', 'u32'];
const NUMBERS: readonly NumberKind[] = ['i32', 'i32', 'u32', 'f64'];
const CONSTANTS = ['0', '1', '2', '7', '-1', '-5', '31', '255', '65535', '2147483647', '-2147483648'];
const COMPARISONS = ['<', '<=', '>', '>=', '===', '!=='];
/** Levels of statements within each other, and of expressions. */
const STATEMENT_DEPTH = 2;
const EXPRESSION_DEPTH = 2;

/** Writes one function, which calls another one. */
export class RandomProgram {
  private readonly random: Random;
  private names = 0;
  private canCall = false;

  constructor(random: Random) {
    this.random = random;
  }

  /** The body of a maker of the function: takes `columns` apart. */
  text(): string {
    const called = this.body();
    this.canCall = true;
    return [
      'const { u8, u16, i32, u32, f32, f64, view, isLittle, told, heard } = columns;',
      `function called(a, b) { ${called} }`,
      'const halfOf = (x) => x / 2;',
      `return function sample(a, b) { ${this.body()} };`,
    ].join('\n');
  }

  private body(): string {
    return `${this.block(STATEMENT_DEPTH, [], [])} return ${this.of('i32', EXPRESSION_DEPTH, [])};`;
  }

  private block(depth: number, outer: readonly Variable[], labels: readonly string[]): string {
    const variables = [...outer];
    const statements = Array.from({ length: 1 + this.random.below(4) }, () => this.statement(depth, variables, labels));
    return statements.join('\n');
  }

  private statement(depth: number, variables: Variable[], labels: readonly string[]): string {
    const { random } = this;
    const block = (more: readonly Variable[] = [], label: readonly string[] = []): string =>
      `{ ${this.block(depth - 1, [...variables, ...more], [...labels, ...label])} }`;
    const test = (): string => this.condition(EXPRESSION_DEPTH, variables);
    switch (random.below(depth > 0 ? 9 : 3)) {
      case 0:
        return this.declaration(variables);
      case 1:
      case 2:
        return this.assignment(variables);
      case 3:
        return `if (${test()}) ${block()}`;
      case 4:
        return `if (${test()}) ${block()} else ${block()}`;
      case 5: {
        const [name, label] = [this.name(), this.name()];
        const turns = 1 + random.below(5);
        const index: Variable = { name, kind: 'i32', isConst: true };
        return `${label}: for (let ${name} = 0; ${name} < ${turns}; ${name}++) ${block([index], [label])}`;
      }
      case 6:
        if (labels.length === 0) return this.assignment(variables);
        return `if (${test()}) ${random.pick(['break', 'continue'])} ${random.oneIn(2) ? random.pick(labels) : ''};`;
      case 7: {
        const end = random.oneIn(2) ? `default: ${this.assignment(variables)}` : '';
        const value = this.of('i32', 1, variables);
        return `switch (${value} & 7) { case 0: ${this.assignment(variables)} break; case 3: case 4: ${block()} ${end} }`;
      }
      default:
        return `if (${test()}) return ${this.of('i32', EXPRESSION_DEPTH, variables)};`;
    }
  }

  private declaration(variables: Variable[]): string {
    const kind = this.random.pick<Kind>(['i32', 'i32', 'u32', 'f64', 'bool']);
    const value = this.of(kind, EXPRESSION_DEPTH, variables);
    const variable = { name: this.name(), kind, isConst: this.random.oneIn(2) };
    variables.push(variable);
    return `${variable.isConst ? 'const' : 'let'} ${variable.name} = ${value};`;
  }

  private assignment(variables: readonly Variable[]): string {
    const { random } = this;
    const integer = (): string => this.of(random.pick(INTEGERS), 1, variables);
    const numeric = (): string => this.of(random.pick(NUMBERS), 1, variables);
    const assigned = variables.filter(({ isConst }) => !isConst);
    if (assigned.length > 0 && random.oneIn(2)) {
      const { name, kind } = random.pick(assigned);
      if (kind === 'i32' && random.oneIn(2))
        return `${name} ${random.pick(['&=', '|=', '^=', '<<=', '>>='])} ${integer()};`;
      if (kind === 'f64' && random.oneIn(2)) return `${name} ${random.pick(['+=', '-=', '*=', '/='])} ${numeric()};`;
      return `${name} = ${this.of(kind, EXPRESSION_DEPTH, variables)};`;
    }
    const at = this.place(variables);
    return random.pick([
      () => `${random.pick(['u8', 'u16', 'i32', 'u32'])}[${at}] = ${integer()};`,
      () => `${random.pick(['u8', 'u16', 'i32'])}[${at}] ${random.pick(['^=', '+=', '-=', '|='])} ${integer()} & 255;`,
      () => `${random.pick(['f32', 'f64'])}[${at}] = ${numeric()};`,
      () => `heard(${this.of('i32', 1, variables)});`,
    ])();
  }

  /** An expression of a kind. */
  private of(kind: Kind, depth: number, variables: readonly Variable[]): string {
    const { random } = this;
    const known = variables.filter((variable) => variable.kind === kind);
    if (known.length > 0 && random.oneIn(3)) return random.pick(known).name;
    if (kind === 'bool') return this.condition(depth, variables);
    if (depth <= 0) return this.leaf(kind);
    const less = depth - 1;
    const integer = (): string => this.of(random.pick(INTEGERS), less, variables);
    const signed = (): string => this.of('i32', less, variables);
    const numeric = (): string => this.of(random.pick(NUMBERS), less, variables);
    const chosen = (): string =>
      `(${this.condition(less, variables)} ? ${this.of(kind, less, variables)} : ${this.of(kind, less, variables)})`;
    const order = random.pick(['', ', isLittle']);
    const octet = `(${this.place(variables)}) + ${random.below(9)}`;
    const made: Readonly<Record<NumberKind, readonly (() => string)[]>> = {
      i32: [
        chosen,
        () => `((${integer()} ${random.pick(['+', '-'])} ${integer()}) | 0)`,
        () => `(${integer()} ${random.pick(['&', '|', '^', '<<', '>>'])} ${integer()})`,
        () => `(${integer()} >>> ${1 + random.below(31)})`,
        () => `Math.imul(${integer()}, ${integer()})`,
        () => `Math.${random.pick(['min', 'max'])}(${signed()}, ${signed()})`,
        () => `~${integer()}`,
        () => `+${this.condition(less, variables)}`,
        () => `${random.pick(['i32', 'u16', 'u8'])}[${this.place(variables)}]`,
        () => `view.getUint8(${octet})`,
        () => `view.${random.pick(['getUint16', 'getInt32'])}(${octet}${order})`,
        () => `told(${signed()}, ${signed()})`,
        () => (this.canCall ? `called(${signed()}, ${signed()})` : signed()),
      ],
      u32: [
        chosen,
        () => `(${integer()} >>> 0)`,
        () => `u32[${this.place(variables)}]`,
        () => `view.getUint32(${octet}${order})`,
      ],
      f64: [
        chosen,
        () => `(${this.of('f64', less, variables)} ${random.pick(['+', '-', '*'])} ${numeric()})`,
        () => `(${numeric()} / ${numeric()})`,
        () => `(-${this.of('f64', less, variables)})`,
        () => `${random.pick(['f64', 'f32'])}[${this.place(variables)}]`,
        () => `halfOf(${numeric()})`,
      ],
    };
    return random.pick(made[kind])();
  }

  private leaf(kind: NumberKind): string {
    const { random } = this;
    if (kind === 'u32') return `u32[${random.below(16)}]`;
    if (kind === 'f64') return random.pick(['0.5', '1e10', `f64[${random.below(16)}]`, `f32[${random.below(16)}]`]);
    return random.oneIn(2) ? random.pick(['a', 'b']) : random.pick(CONSTANTS);
  }

  /** An index of a column. */
  private place(variables: readonly Variable[]): string {
    return this.random.oneIn(3) ? `${this.random.below(16)}` : `${this.of('i32', 0, variables)} & 15`;
  }

  private condition(depth: number, variables: readonly Variable[]): string {
    const { random } = this;
    const known = variables.filter(({ kind }) => kind === 'bool');
    if (known.length > 0 && random.oneIn(4)) return random.pick(known).name;
    const less = depth - 1;
    const other = (): string => this.condition(less, variables);
    switch (random.below(depth > 0 ? 7 : 1)) {
      case 1:
        return `(${other()} && ${other()})`;
      case 2:
        return `(${other()} || ${other()})`;
      case 3:
        return `!${other()}`;
      case 4:
        return `(${other()} ? ${other()} : ${other()})`;
      default: {
        // One side is known only when it runs: a comparison of constants is none when it is compiled.
        const [left, right] = random.pick([
          [`(a ^ ${this.of('i32', less, variables)})`, this.of('i32', less, variables)],
          [random.pick(['a', 'b']), this.of('f64', less, variables)],
          [
            `(f64[${random.below(16)}] + ${this.of(random.pick(NUMBERS), less, variables)})`,
            this.of(random.pick(NUMBERS), less, variables),
          ],
          [`u32[${random.below(16)}]`, this.of('u32', less, variables)],
        ]);
        return `(${left} ${random.pick(COMPARISONS)} ${right})`;
      }
    }
  }

  private name(): string {
    return `v${this.names++}`;
  }
}
