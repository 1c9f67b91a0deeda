/**
 * Generated functions over headers: a switch with a case for each common protocol, made from its declaration. A case looks whether its header is
 * sound, and leaves the chain before anything else; what is done with a sound header is what such functions differ in.
 */
import { Dissector } from '../dissect/dissector.ts';
import type { Protocol, TableName } from '../dissect/protocol.ts';
import { fragmentTest, readExpression, readOnce } from './generated-expressions.ts';
import { standardProtocols } from './index.ts';

/** Protocols with a case, with the module and constant that declare them where a function of theirs is called. */
export const COMMON: Readonly<Record<string, readonly [module: string, constant: string]>> = {
  eth: ['ethernet', 'ethernet'],
  vlan: ['vlan', 'vlan'],
  raw: ['raw', 'raw'],
  ip: ['ipv4', 'ipv4'],
  ipv6: ['ipv6', 'ipv6'],
  tcp: ['tcp', 'tcp'],
  udp: ['udp', 'udp'],
  vxlan: ['vxlan', 'vxlan'],
  'flannel-udp': ['flannel-udp', 'flannelUdp'],
  geneve: ['geneve', 'geneve'],
};

/** Makes the cases. Their state is in the locals `id`, `at`, `limit`, `wireEnd` and `parent`; a header's end is `behind`. */
export abstract class CaseGenerator {
  protected readonly dissector: Dissector = new Dissector(standardProtocols);
  /** Declared functions that are called, by the name they have in the generated file. */
  private readonly functions = new Map<string, string>();
  private readonly modules = new Map<string, string>();
  private readonly tables = new Set<string>();
  /** Name of the dissector in the generated function. */
  private readonly dispatch: string;
  /** Statement for a header that is not sound. */
  protected readonly leave: string;

  constructor(dispatch: string, leave: string) {
    this.dispatch = dispatch;
    this.leave = leave;
  }

  /** What a case does with a sound header. */
  protected abstract take(protocol: Protocol): readonly string[];
  /** How a case goes on behind a header with ports. */
  protected abstract nextByPorts(protocol: Protocol, table: TableName): readonly string[];
  /** All cases, to be made before `imports`, `constants` and `tableNames` are asked for. */
  protected cases(): string {
    return this.common()
      .map((protocol) => this.caseOf(protocol))
      .join('\n');
  }

  /** Protocols with a case. */
  protected common(): readonly Protocol[] {
    return this.dissector.protocols.filter((protocol, id) => id > 0 && COMMON[protocol.name] !== undefined);
  }

  /** Imports of what cases call, from the folder of protocols as the generated file sees it. */
  protected imports(folder: string): string {
    return [...this.modules]
      .map(([constant, module]) => `import { ${constant} } from '${folder}/${module}.ts';`)
      .join('\n');
  }

  protected constants(): string {
    return [...this.functions].map(([name, source]) => `const ${name} = ${source};`).join('\n');
  }

  /** Tables of code points that are read. */
  protected tableNames(): readonly string[] {
    return [...this.tables].sort();
  }

  /** Expression that reads a table of code points. */
  protected lookup(table: TableName, code: string): string {
    this.tables.add(table);
    return `${table}[${code}]!`;
  }

  protected id(name: string): number {
    const id = this.dissector.named(name);
    if (id === 0) throw new Error(`no protocol is named '${name}'`);
    return id;
  }

  protected tunnelKind(kind: string): number {
    const index = this.dissector.tunnelKinds.indexOf(kind);
    if (index <= 0) throw new Error(`no tunnel is called '${kind}'`);
    return index;
  }

  /** Steps to the next header. */
  protected goOn(protocol: Protocol): readonly string[] {
    return [`parent = ${this.id(protocol.name)};`, 'at = behind;', 'continue;'];
  }

  /** Name of a function that a protocol declares. */
  protected call(protocol: Protocol, member: 'next' | 'headerLength' | 'looksLike'): string {
    const [module, constant] = COMMON[protocol.name]!;
    this.modules.set(constant, module);
    const name = `${constant}${member.replace(/^\w/, (letter) => letter.toUpperCase())}`;
    this.functions.set(name, `${constant}.${member}!`);
    return name;
  }

  private caseOf(protocol: Protocol): string {
    const lines = protocol.bare
      ? [`id = ${this.call(protocol, 'next')}(${this.dispatch}, view, at, at, limit);`, 'continue;']
      : [
          ...this.header(protocol),
          ...this.fragments(protocol),
          ...this.extent(protocol),
          ...this.take(protocol),
          ...this.next(protocol),
        ];
    const body = readOnce(lines)
      .map((line) => `          ${line}`)
      .join('\n');
    return `        // ${protocol.name}\n        case ${this.id(protocol.name)}: {\n${body}\n        }`;
  }

  /** Length of the header, and what must hold of it. */
  private header(protocol: Protocol): string[] {
    const { name, headerLengthField, headerLength, minimum, checks, trailer, quotes } = protocol;
    if (trailer ?? quotes) throw new Error(`${name}: a trailer or a quotation has no case`);
    const lines = [`if (at + ${minimum} > limit) ${this.leave}`];
    for (const { field, equals, atLeast } of checks) {
      if (equals !== undefined) lines.push(`if (${readExpression(field)} !== ${equals}) ${this.leave}`);
      // That a header has its least length is asked of its end.
      const isAsked = field === headerLengthField && atLeast !== undefined && atLeast <= minimum;
      if (atLeast !== undefined && !isAsked) lines.push(`if (${readExpression(field)} < ${atLeast}) ${this.leave}`);
    }
    if (headerLengthField === undefined && headerLength === undefined) {
      lines.push(`const behind = at + ${minimum};`);
      return lines;
    }
    const length =
      headerLengthField === undefined
        ? `${this.call(protocol, 'headerLength')}(view, at, limit)`
        : readExpression(headerLengthField);
    lines.push(`const behind = at + ${length};`, `if (behind < at + ${minimum} || behind > limit) ${this.leave}`);
    return lines;
  }

  /** A length that bounds the layer; one that is odd leaves the chain. */
  private extent({ name, extentField, extentIncludesHeader, extentUpTo, extentOf }: Protocol): string[] {
    if (extentOf !== undefined) throw new Error(`${name}: an extent by function has no case`);
    if (extentField === undefined) return [];
    const length = readExpression(extentField);
    if (extentUpTo !== Number.POSITIVE_INFINITY) return [`if (${length} <= ${extentUpTo}) ${this.leave}`];
    return [
      `const length = ${length};`,
      `const declared = ${extentIncludesHeader ? 'at' : 'behind'} + length;`,
      `if (length === 0 || declared < behind || declared > wireEnd) ${this.leave}`,
      'wireEnd = declared;',
      'if (declared < limit) limit = declared;',
    ];
  }

  private fragments(protocol: Protocol): string[] {
    const test = fragmentTest(protocol);
    return test === undefined ? [] : [`if (${test}) ${this.leave}`];
  }

  /** Where the chain goes on. */
  private next(protocol: Protocol): readonly string[] {
    const { name, nextTable, nextField, nextPorts, nextName, nextFrom, extentField, extentUpTo } = protocol;
    if (nextPorts !== undefined) return this.nextByPorts(protocol, nextPorts);
    const goOn = this.goOn(protocol);
    if (nextTable !== undefined && nextField !== undefined) {
      // The extent has seen to it that a number below is no code.
      const isChecked = nextFrom === 0 || (extentField === nextField && extentUpTo >= nextFrom - 1);
      if (!isChecked) throw new Error(`${name}: a number below the codes has no case`);
      return [`id = ${this.lookup(nextTable, readExpression(nextField))};`, ...goOn];
    }
    if (nextName !== undefined) return [`id = ${this.id(nextName)};`, ...goOn];
    return [`id = ${this.call(protocol, 'next')}(${this.dispatch}, view, at, behind, limit);`, ...goOn];
  }
}
