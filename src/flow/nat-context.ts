/** What nodes tell of their address translations: lists of connections (`conntrack -L`) and rules (`iptables-save`). */
import type { Endpoints } from './nat-evidence.ts';

/** One direction of a tracked connection. */
interface Tuple {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
}

/** A connection the kernel of a node tracks: as its client began it, and as answers come back. */
export interface TrackedConnection {
  readonly node: string;
  readonly protocol: string;
  readonly original: Tuple;
  readonly reply: Tuple;
}

/** A rule that sends what is for one address to another: `to` is `address:port`. */
export interface DestinationRule {
  readonly node: string;
  readonly protocol: string | undefined;
  readonly to: string;
}

interface Translated {
  readonly node: string;
  readonly reply: Tuple;
}

const keyOf = (protocol: string, client: string, clientPort = 0, server = '', serverPort = 0): string =>
  `${protocol} ${client} ${clientPort} ${server} ${serverPort}`;

/** Looks translations up. */
export class NatContext {
  private readonly connections = new Map<string, Translated[]>();
  private readonly rules = new Map<string, DestinationRule[]>();

  constructor(connections: Iterable<TrackedConnection> = [], rules: Iterable<DestinationRule> = []) {
    for (const { node, protocol, original, reply } of connections) {
      const { source, sourcePort, destination, destinationPort } = original;
      const key = keyOf(protocol, source, sourcePort, destination, destinationPort);
      const known = this.connections.get(key) ?? [];
      this.connections.set(key, known);
      known.push({ node, reply });
    }
    for (const rule of rules) this.rules.set(rule.to, [...(this.rules.get(rule.to) ?? []), rule]);
  }

  /** Says which node's list has `original` go on as `translated`, or as far as that: a client or a server that is already the translated one. */
  translation(original: Endpoints, translated: Endpoints): string | undefined {
    // Of ICMP a list tells no ports, and a flow's identifier is none.
    const isIcmp = original.protocol.startsWith('icmp');
    const port = (number: number | undefined): number | undefined => (isIcmp ? undefined : number);
    const key = keyOf(
      original.protocol,
      original.client,
      port(original.clientPort),
      original.server,
      port(original.serverPort),
    );
    for (const { node, reply } of this.connections.get(key) ?? []) {
      const isServer = reply.source === translated.server && reply.sourcePort === port(translated.serverPort);
      const isClient = reply.destination === translated.client && reply.destinationPort === port(translated.clientPort);
      const isSameClient =
        translated.client === original.client && port(translated.clientPort) === port(original.clientPort);
      const isSameServer =
        translated.server === original.server && port(translated.serverPort) === port(original.serverPort);
      if ((isServer && (isClient || isSameClient)) || (isClient && isSameServer))
        return `${of(node, 'conntrack')} has it`;
    }
    return undefined;
  }

  /** Says which node has a rule that sends to the server of `translated`, where it is not the server of `original`. */
  rule(translated: Endpoints, original: Endpoints): string | undefined {
    if (translated.server === original.server && translated.serverPort === original.serverPort) return undefined;
    const to = `${translated.server.includes(':') ? `[${translated.server}]` : translated.server}:${translated.serverPort}`;
    const rule = this.rules.get(to)?.find(({ protocol }) => (protocol ?? translated.protocol) === translated.protocol);
    return rule === undefined ? undefined : `${of(rule.node, 'iptables')} translates to ${to}`;
  }
}

function of(node: string, what: string): string {
  return node === '' ? what : `${what} of ${node}`;
}
