/**
 * Writes `key-batch.generated.ts`: one function that sums up a batch of packets for flow tracking without rows of layers. Each case of its switch
 * is made from a protocol's declaration, with offsets, masks and code points as literals and the state of the chain in locals. It knows sound
 * packets of common protocols; at any other it stops, and the rows of layers are asked. So the declarations stay the only source, and what the
 * function can't do it leaves alone.
 */
import type { Field } from '../dissect/field.ts';
import type { Protocol, TableName } from '../dissect/protocol.ts';
import { CaseGenerator } from '../protocols/case-generator.ts';
import { readExpression } from '../protocols/generated-expressions.ts';
import { KeyBit } from './queue.ts';

/** Expression that reads the 32 bits of an address, or has the 128 bits of one numbered. */
function readAddress(field: Field): string {
  const at = `at + ${field.octetOffset}`;
  return field.bitWidth === 32 ? `view.getInt32(${at})` : `addresses.numberOf(view, ${at}) | 0`;
}

class Generator extends CaseGenerator {
  write(): string {
    const cases = this.cases();
    return `${HEAD}
${this.imports('../protocols')}
import type { KeyBatch, KeyBatchContext } from './key-batch-context.ts';
import { type FlowQueue, hashKey, QUEUE_CAPACITY } from './queue.ts';

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
  return function keyBatch(view, batch, from, to, cut) {
  const { start: starts, length: lengths, wireLength: wireLengths, seconds, nanos } = batch;
  const { baseSeconds, firstProtocol, key3: pointAndFlags, packetsBefore } = context;
  let entry = queue.count;
  let row = from;
  for (; row < to && entry < QUEUE_CAPACITY; row++) {
    if (cut !== undefined && !cut(row)) break;
    let at = starts[row]!;
    let limit = at + lengths[row]!;
    const wire = wireLengths[row]! > lengths[row]! ? wireLengths[row]! : lengths[row]!;
    if (wire > 0x3fffffff || nanos[row]! < 0) break;
    let wireEnd = (at + wire) | 0;
    let id = firstProtocol;
    let parent = 0;
    let isSound = false;
    let network = -1;
    let source = 0;
    let destination = 0;
    let flags = 0;
    let octets = 0;
    let hops = 0;
    let transport = -1;
    let payload = 0;
    let protocol = 0;
    let sourcePort = 0;
    let destinationPort = 0;
    let outerSource = 0;
    let outerDestination = 0;
    let tunnel = 0;
    let outerPort = 0;
    chain: for (;;) {
      switch (id) {
${cases}
        default:
          break chain;
      }
    }
    if (!isSound || network < 0) break;
    // Either endpoint may be the lower one, which no processor can predict: the two change places without a branch.
    const isSecond = source === destination ? +(sourcePort > destinationPort) : +(source > destination);
    const addressSwap = (source ^ destination) & -isSecond;
    const portSwap = (sourcePort ^ destinationPort) & -isSecond;
    const outerSwap = (outerSource ^ outerDestination) & -isSecond;
    const word0 = source ^ addressSwap;
    const word1 = destination ^ addressSwap;
    const word2 = ((sourcePort ^ portSwap) << 16) | (destinationPort ^ portSwap);
    const word3 = pointAndFlags | flags | protocol;
    const word4 = outerSource ^ outerSwap;
    const word5 = outerDestination ^ outerSwap;
    key0[entry] = word0;
    key1[entry] = word1;
    key2[entry] = word2;
    key3[entry] = word3;
    key4[entry] = word4;
    key5[entry] = word5;
    key6[entry] = tunnel;
    hash[entry] = hashKey(seed, word0, word1, word2, word3, word4, word5, tunnel);
    direction[entry] = isSecond;
    networkAt[entry] = network;
    transportAt[entry] = transport;
    payloadAt[entry] = payload;
    end[entry] = limit;
    ipLength[entry] = octets;
    payloadLength[entry] = wireEnd - payload;
    ttl[entry] = hops;
    tunnelPort[entry] = outerPort;
    wireLength[entry] = wire;
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
        return this.enterTunnel(this.tunnelKind(String(protocol.tunnel)), protocol);
      case 'transport':
        return this.transport(protocol);
      default:
        return [];
    }
  }

  private network(protocol: Protocol): string[] {
    const field = (key: string): Field => fieldOf(protocol, key);
    const isIpv6 = field('src').bitWidth === 128;
    const kinds = Object.entries(protocol.tunnel as Readonly<Record<string, string>>);
    return [
      'if (behind >= wireEnd) break chain;',
      ...kinds.flatMap(([around, kind]) => [
        `if (parent === ${this.id(around)}) {`,
        ...this.enterTunnel(this.tunnelKind(kind)).map((line) => `  ${line}`),
        '}',
      ]),
      'network = at;',
      `source = ${readAddress(field('src'))};`,
      `destination = ${readAddress(field('dst'))};`,
      `octets = declared - at;`,
      `hops = ${readExpression(field(isIpv6 ? 'hlim' : 'ttl'))};`,
      `protocol = ${readExpression(fieldOf(protocol, protocol.nextField?.key ?? ''))};`,
      ...(isIpv6 ? [`flags |= ${KeyBit.ipv6};`] : [`flags &= ~${KeyBit.ipv6};`]),
      'transport = -1;',
      'sourcePort = 0;',
      'destinationPort = 0;',
    ];
  }

  private enterTunnel(kind: number, protocol?: Protocol): string[] {
    const id = protocol?.fixed.find(({ key }) => key === 'vni');
    return [
      'if (network < 0 || tunnel !== 0) break chain;',
      'outerSource = source;',
      'outerDestination = destination;',
      `if ((flags & ${KeyBit.ipv6}) !== 0) flags |= ${KeyBit.outerIpv6};`,
      'outerPort = transport < 0 ? 0 : destinationPort;',
      id === undefined ? `tunnel = ${kind} << 24;` : `tunnel = ${(kind << 24) | (1 << 31)} | ${readExpression(id)};`,
    ];
  }

  private transport(protocol: Protocol): string[] {
    return [
      `sourcePort = ${readExpression(fieldOf(protocol, 'srcport'))};`,
      `destinationPort = ${readExpression(fieldOf(protocol, 'dstport'))};`,
      'transport = at;',
      'payload = behind;',
    ];
  }

  protected nextByPorts(protocol: Protocol, table: TableName): readonly string[] {
    // Octet streams carry no packets of their own.
    if (protocol.stream !== undefined) return ['isSound = true;', 'break chain;'];
    return [
      'if (behind >= wireEnd) {',
      '  isSound = true;',
      '  break chain;',
      '}',
      `let carried = ${this.lookup(table, 'destinationPort')};`,
      'if (carried === 0 || guarded[carried] !== 0) {',
      `  carried = Math.abs(dispatch.carriedByPort(${this.id(protocol.name)}, view, at, behind, limit));`,
      '}',
      'if (terminal[carried] !== 0) {',
      '  isSound = true;',
      '  break chain;',
      '}',
      'id = carried;',
      ...this.goOn(protocol),
    ];
  }
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
  return new Generator('dispatch').write();
}
