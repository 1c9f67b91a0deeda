/**
 * Writes `key-batch.generated.ts`: one function that sums up a batch of packets for flow tracking without rows of layers. Each case of its switch
 * is made from a protocol's declaration, with offsets, masks and code points as literals; what it finds goes into the queue. It knows sound
 * packets of common protocols; at any other it stops, and the rows of layers are asked. So the declarations stay the only source, and what the
 * function can't do it leaves alone.
 */
import type { Field } from '../dissect/field.ts';
import type { Protocol, TableName } from '../dissect/protocol.ts';
import { CaseGenerator } from '../protocols/case-generator.ts';
import { readExpression } from '../protocols/generated-expressions.ts';
import { HAS_TUNNEL_ID, KeyBit, TUNNEL_KIND_SHIFT } from './queue.ts';

/** Expression that reads the 32 bits of an address, or has the 128 bits of one numbered. */
function readAddress(field: Field, at: string): string {
  const octet = `${at} + ${field.octetOffset}`;
  return field.bitWidth === 32 ? `view.getInt32(${octet})` : `addresses.numberOf(view, ${octet}) | 0`;
}

class Generator extends CaseGenerator {
  write(): string {
    const cases = this.cases();
    return `${HEAD}
${this.imports('../protocols')}
import type { KeyBatch, KeyBatchContext } from './key-batch-context.ts';
import { type FlowQueue, hashKey, QUEUE_CAPACITY, TUNNEL_KIND_SHIFT } from './queue.ts';

${this.constants()}

/**
 * Makes the function that adds rows of a batch to the queue, from \`from\` up to \`to\`, until it is full or comes to a packet that needs rows of
 * layers. It answers the row it has come to. With a cutter, each row is cut before it is summed up. Made once a pass, it has its tables and the queue's columns for constants.
 */
export function createKeyBatch(context: KeyBatchContext, queue: FlowQueue): KeyBatch {
  const { dispatch, addresses, seed, guarded, terminal } = context;
  const { ${this.tableNames().join(', ')} } = context;
  const { key0, key1, key2, key3, key4, key5, key6, hash, direction, networkAt, transportAt, payloadAt } = queue;
  const { end, ipLength, payloadLength, ttl, tunnelPort, wireLength, time, packet, copy } = queue;

  /** Keeps what is around a tunnel, of which the key's last word is given; false where no packet is, or another tunnel. */
  function enterTunnel(view: DataView, entry: number, word: number): boolean {
    const network = networkAt[entry]!;
    const transport = transportAt[entry]!;
    if (network < 0 || key6[entry] !== 0) return false;
    if (transport >= 0) tunnelPort[entry] = ${this.port('dstport', 'transport')};
    key6[entry] = word;
${this.byVersion((protocol) => this.around(protocol))}
    return true;
  }

  // What is found goes straight into the queue's columns: locals, whose values meet in each header on other ways, are moved to and fro for 3 ns a packet.
  return function keyBatch(view, batch, from, to, cut) {
  const { start: starts, length: lengths, wireLength: wireLengths, seconds, nanos } = batch;
  const { baseSeconds, firstProtocol, key3: pointAndFlags, packetsBefore } = context;
  let entry = queue.count;
  let row = from;
  rows: for (; row < to && entry < QUEUE_CAPACITY; row++) {
    if (cut !== undefined && !cut(row)) break;
    let at = starts[row]!;
    let limit = at + lengths[row]!;
    if (wireLengths[row]! > 0x3fffffff || nanos[row]! < 0) break;
    // Octets that were captured were on the wire, whatever the record says.
    const wire = Math.max(wireLengths[row]! | 0, lengths[row]!);
    let wireEnd = (at + wire) | 0;
    let id = firstProtocol;
    let parent = 0;
    networkAt[entry] = -1;
    tunnelPort[entry] = 0;
    wireLength[entry] = wire;
    key3[entry] = pointAndFlags;
    key4[entry] = 0;
    key5[entry] = 0;
    key6[entry] = 0;
    chain: for (;;) {
      switch (id) {
${cases}
        default:
          break rows;
      }
    }
    const network = networkAt[entry]!;
    if (network < 0) break;
    let source = 0;
    let destination = 0;
${this.byVersion((protocol) => this.packet(protocol))}
    const transport = transportAt[entry]!;
    const sourcePort = ${this.port('srcport', 'transport')};
    const destinationPort = ${this.port('dstport', 'transport')};
    const outerSource = key4[entry]!;
    const outerDestination = key5[entry]!;
    // Either endpoint may be the lower one, which no processor can predict: the two change places without a branch.
    const isSecond = source === destination ? +(sourcePort > destinationPort) : +(source > destination);
    const addressSwap = (source ^ destination) & -isSecond;
    const portSwap = (sourcePort ^ destinationPort) & -isSecond;
    const outerSwap = (outerSource ^ outerDestination) & -isSecond;
    const word0 = source ^ addressSwap;
    const word1 = destination ^ addressSwap;
    const word2 = ((sourcePort ^ portSwap) << 16) | (destinationPort ^ portSwap);
    const word4 = outerSource ^ outerSwap;
    const word5 = outerDestination ^ outerSwap;
    key0[entry] = word0;
    key1[entry] = word1;
    key2[entry] = word2;
    key4[entry] = word4;
    key5[entry] = word5;
    hash[entry] = hashKey(seed, word0, word1, word2, key3[entry]!, word4, word5, key6[entry]!);
    direction[entry] = isSecond;
    end[entry] = limit;
    payloadLength[entry] = wireEnd - payloadAt[entry]!;
    time[entry] = (seconds[row]! - baseSeconds) * 1e9 + nanos[row]!;
    packet[entry] = packetsBefore + row;
    copy[entry] = 0;
    entry++;
  }
  queue.count = entry;
  return row;
  };
}
`;
  }

  /** What the layer's role adds to the key. */
  protected take(protocol: Protocol): readonly string[] {
    switch (protocol.role) {
      case 'network':
        return this.network(protocol);
      case 'tunnel':
        return [this.enterTunnel(this.tunnelOf(protocol))];
      case 'transport':
        return ['transportAt[entry] = at;', 'payloadAt[entry] = behind;'];
      default:
        return [];
    }
  }

  private network(protocol: Protocol): string[] {
    const kinds = Object.entries(protocol.tunnel as Readonly<Record<string, string>>);
    return [
      `if (behind >= wireEnd) ${this.leave}`,
      `const kind = ${kinds.map(([around, kind]) => `parent === ${this.id(around)} ? ${this.tunnelKind(kind)} : `).join('')}0;`,
      `if (kind !== 0) ${this.enterTunnel('kind << TUNNEL_KIND_SHIFT')}`,
      'networkAt[entry] = at;',
      'transportAt[entry] = -1;',
    ];
  }

  private enterTunnel(word: string): string {
    return `if (!enterTunnel(view, entry, ${word})) ${this.leave}`;
  }

  /** The key's last word for a tunnel with a header of its own. */
  private tunnelOf(protocol: Protocol): string {
    const kind = this.tunnelKind(String(protocol.tunnel)) << TUNNEL_KIND_SHIFT;
    const id = protocol.fixed.find(({ key }) => key === 'vni');
    return id === undefined ? `${kind}` : `${kind | HAS_TUNNEL_ID} | ${readExpression(id)}`;
  }

  /** Lines for either version of IP, of the header at `network`. */
  private byVersion(lines: (protocol: Protocol) => readonly string[]): string {
    return this.common()
      .filter(({ role }) => role === 'network')
      .map((protocol) => `if (${versionTest(protocol)}) {\n      ${lines(protocol).join('\n      ')}\n    }`)
      .join(' else ')
      .replace(/^/, '    ');
  }

  /** What the key has of a header around a tunnel. */
  private around(protocol: Protocol): string[] {
    const [src, dst] = [fieldOf(protocol, 'src'), fieldOf(protocol, 'dst')];
    return [
      `key4[entry] = ${readAddress(src, 'network')};`,
      `key5[entry] = ${readAddress(dst, 'network')};`,
      ...(src.bitWidth === 128 ? [`key3[entry] = key3[entry]! | ${KeyBit.outerIpv6};`] : []),
    ];
  }

  /** What the innermost packet's header says. */
  private packet(protocol: Protocol): string[] {
    const read = (key: string): string => readExpression(fieldOf(protocol, key), 'network');
    const { extentField, extentIncludesHeader, minimum } = protocol;
    const hopLimit = protocol.fixed.some(({ key }) => key === 'ttl') ? 'ttl' : 'hlim';
    const [src, dst] = [fieldOf(protocol, 'src'), fieldOf(protocol, 'dst')];
    const family = src.bitWidth === 128 ? `${KeyBit.ipv6} | ` : '';
    return [
      `source = ${readAddress(src, 'network')};`,
      `destination = ${readAddress(dst, 'network')};`,
      `ipLength[entry] = ${extentIncludesHeader ? '' : `${minimum} + `}${read(extentField?.key ?? '')};`,
      `ttl[entry] = ${read(hopLimit)};`,
      `key3[entry] = key3[entry]! | ${family}${read(protocol.nextField?.key ?? '')};`,
    ];
  }

  /** Reads a port, which all transport headers have in the same place. */
  private port(key: string, at: string): string {
    const reads = this.common()
      .filter(({ role, fixed }) => role === 'transport' && fixed.some((field) => field.key === key))
      .map((protocol) => readExpression(fieldOf(protocol, key), at));
    const [read, ...others] = new Set(reads);
    if (read === undefined || others.length > 0) throw new Error(`transport headers differ in the place of '${key}'`);
    return read;
  }

  /** Whether the protocol of a destination port is not enough: nobody has it, or the octets have to look like it, and don't or were not looked at. */
  private mustAsk(table: TableName): string {
    const looked = this.common()
      .filter(({ looksLike, carriedBy }) => looksLike !== undefined && carriedBy[table] !== undefined)
      .map((each) => `carried === ${this.id(each.name)} ? !${this.call(each, 'looksLike')}(view, behind, limit) : `);
    return `${looked.join('')}carried === 0 || guarded[carried] !== 0`;
  }

  protected nextByPorts(protocol: Protocol, table: TableName): readonly string[] {
    // Octet streams carry no packets of their own.
    if (protocol.stream !== undefined) return ['break chain;'];
    return [
      'if (behind >= wireEnd) break chain;',
      `let carried = ${this.lookup(table, readExpression(fieldOf(protocol, 'dstport')))};`,
      `if (${this.mustAsk(table)}) {`,
      `  carried = Math.abs(dispatch.carriedByPort(${this.id(protocol.name)}, view, at, behind, limit));`,
      '}',
      'if (terminal[carried] !== 0) break chain;',
      'id = carried;',
      ...this.goOn(protocol),
    ];
  }
}

/** Expression that tells one version of IP from the other, of a header that is sound. */
function versionTest({ name, checks }: Protocol): string {
  const [version, ...others] = checks.filter(({ equals }) => equals !== undefined);
  if (version === undefined || others.length > 0) throw new Error(`${name} has no version`);
  return `${readExpression(version.field, 'network')} === ${version.equals}`;
}

function fieldOf(protocol: Protocol, key: string): Field {
  const field = protocol.fixed.find((candidate) => candidate.key === key);
  if (field === undefined) throw new Error(`${protocol.name} has no fixed field '${key}'`);
  return field;
}

const HEAD =
  '/** Generated by `npm run generate` from the declarations in src/protocols; generate-key-batch.ts says what it is. Do not edit. */';

/** The text of `key-batch.generated.ts`. */
export function generateKeyBatch(): string {
  return new Generator('dispatch', 'break rows;').write();
}
