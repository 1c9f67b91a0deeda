/** Finds what a header carries: by code points, by ports, by content. */
import { type CodeTables, codeTables, type DecodeAs } from './code-tables.ts';
import type { Layers } from './layers.ts';
import { lastPlan, type Plan, type Plans, planProtocol, readNumber, Step } from './plan.ts';
import type { Dispatch, Protocol, TableName } from './protocol.ts';
import { idsWithout, type Registry } from './reach.ts';

/** A fixed set of protocols, `P`, with their ids and the tables that name one through another. */
export class Dispatcher<P extends Protocol = Protocol> implements Dispatch, Registry {
  /** Protocols by id; id 0 is none. */
  readonly protocols: readonly P[];
  /** Kinds of tunnel by index; index 0 is none. */
  readonly tunnelKinds: readonly string[];
  protected readonly tables: CodeTables;
  private readonly decodeAs: readonly DecodeAs[];
  private readonly ids = new Map<string, number>();
  private plansById: Plans;

  /** Throws when two protocols have one name or claim one code point, or an override names an unknown protocol. */
  constructor(protocols: readonly P[], decodeAs: readonly DecodeAs[]) {
    const none = protocols[0];
    if (none === undefined) throw new Error('a dissector needs at least one protocol');
    if (protocols.length > 255) throw new Error('a dissector holds at most 255 protocols');
    this.protocols = [none, ...protocols];
    protocols.forEach((protocol, index) => {
      if (this.ids.has(protocol.name)) throw new Error(`two protocols are named '${protocol.name}'`);
      this.ids.set(protocol.name, index + 1);
    });
    this.tables = codeTables(protocols, decodeAs);
    this.decodeAs = decodeAs;
    const kinds: string[] = [''];
    const context = {
      table: (name: TableName) => this.tables[name],
      named: (name: string) => this.named(name),
      tunnelKind: (kind: string) => {
        if (!kinds.includes(kind)) kinds.push(kind);
        return kinds.indexOf(kind);
      },
      protocolCount: this.protocols.length,
    };
    this.plansById = [undefined, ...protocols.map((protocol) => planProtocol(protocol, context))];
    this.tunnelKinds = kinds;
  }

  /** What the chain does with each protocol, by id. */
  get plans(): Plans {
    return this.plansById;
  }

  /**
   * From here on looks for layers of the protocols `wanted` alone: leaves out the rows within which none of them can be, and what is wrong with these.
   * Messages of a stream are put together only where one of them could be theirs.
   */
  narrow(wanted: Iterable<number>): void {
    const without = idsWithout(new Set(wanted), this);
    this.plansById = this.plans.map((plan, id) => (plan !== undefined && without.has(id) ? lastPlan(plan) : plan));
  }

  idsIn(table: TableName): readonly number[] {
    const { protocols, decodeAs } = this;
    const registered = [...protocols.keys()].filter((id) => protocols[id]?.carriedBy[table] !== undefined);
    const overrides = decodeAs.filter((override) => override.table === table);
    return [...registered, ...overrides.map(({ protocol }) => this.named(protocol))];
  }

  lookup(table: TableName, code: number): number {
    return this.tables[table][code] ?? 0;
  }

  named(name: string): number {
    return this.ids.get(name) ?? 0;
  }

  /** Protocol ids by code, for those who follow chains without rows. */
  codePoints(table: TableName): Uint16Array {
    return this.tables[table];
  }

  /** Id of what the datagram of protocol `id` at `at` carries, by ports or by content; negative where by content. */
  carriedByPort(id: number, view: DataView, at: number, payload: number, limit: number): number {
    return this.byPort(this.plans[id]!, view, at, payload, limit);
  }

  /** Id of what follows the header of `plan` at `at`, by its declaration; a guess is answered as the negative id. */
  nextOf(plan: Plan, view: DataView, at: number, payload: number, limit: number): number {
    if (plan.nextTable !== undefined) {
      const code = readNumber(view, at, plan.nextPlace!);
      if (code >= plan.protocol.nextFrom) return plan.nextTable[code]!;
      return plan.protocol.nextBelow?.(this, view, at, payload, limit) ?? 0;
    }
    if (plan.nextId !== 0) return plan.nextId;
    return plan.protocol.next === undefined ? 0 : plan.protocol.next(this, view, at, payload, limit);
  }

  /** Destination port, then source port, then content; a guess is answered as the negative id. */
  byPort(plan: Plan, view: DataView, at: number, payload: number, limit: number): number {
    if ((plan.steps & Step.last) !== 0) return 0;
    const table = plan.portTable!;
    let id = table[readNumber(view, at, plan.destinationPort!)]!;
    if (id !== 0 && this.accepts(id, view, payload, limit)) return id;
    id = table[readNumber(view, at, plan.sourcePort!)]!;
    if (id !== 0 && this.accepts(id, view, payload, limit)) return id;
    if (payload >= limit) return 0;
    const octet = view.getUint8(payload);
    const guesses = plan.guesses[octet] ?? this.addGuesses(plan, octet);
    for (let i = 0; i < guesses.length; i++) {
      const guess = guesses[i]!;
      if (this.plans[guess]!.protocol.guess!.when(view, payload, limit)) return -guess;
    }
    return 0;
  }

  /** Notes the ids of the protocols to try for a payload that begins with `octet`. */
  private addGuesses(plan: Plan, octet: number): readonly number[] {
    const { nextPorts } = plan.protocol;
    const ids: number[] = [];
    for (let id = 1; id < this.protocols.length; id++) {
      const guess = this.protocols[id]?.guess;
      if (nextPorts !== undefined && guess?.in.includes(nextPorts) && (guess.first?.(octet) ?? true)) ids.push(id);
    }
    plan.guesses[octet] = ids;
    return ids;
  }

  private accepts(id: number, view: DataView, start: number, end: number): boolean {
    const { looksLike } = this.plans[id]!.protocol;
    return looksLike === undefined || looksLike(view, start, end);
  }

  /** Kind of tunnel that a header opens in what stands around it, extension headers left out. */
  tunnelKind(plan: Plan, layers: Layers, parent: number): number {
    let around = parent;
    while (this.plans[layers.protocol[around]!]!.isExtension && layers.parent[around]! >= 0)
      around = layers.parent[around]!;
    return plan.tunnelIn![layers.protocol[around]!]!;
  }
}
