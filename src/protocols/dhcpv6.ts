/** Dynamic Host Configuration Protocol for IPv6, RFC 8415. */
import { bytes, type Field } from '../dissect/field.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { emitBody } from './body.ts';
import { dhcpv6Message, isRelayMessage } from './dhcpv6-options.ts';
import { DHCPV6_MESSAGES } from './dhcpv6-registries.ts';

/** Octets before the options. */
const HEADER = 4;
const RELAY_HEADER = 34;
const RELAY_MESSAGE = 9;
/** Messages within messages that a summary looks into. */
const NAMED_DEPTH = 4;

const trailing = { trailing: bytes('Trailing Octets') };

export const dhcpv6 = defineProtocol('dhcpv6', {
  title: 'Dynamic Host Configuration Protocol for IPv6',
  source: 'RFC 8415 §8',
  carriedBy: { udpPort: [546, 547] },
  fields: {},
  variable: () => ({ ...dhcpv6Message.specs, ...trailing }),
  minimum: HEADER,
  headerLength: 'all',
  details: showMessage,
  summary: summarize,
  issues: { optionBeyondMessage: 'an option reaches beyond the message, or the option it stands in' },
});

function showMessage(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  const fields: Readonly<Record<string, Field>> = dhcpv6.variable;
  const taken = emitBody(emit, fields, dhcpv6Message, view, start, end, start);
  if (taken < end) emit.octets(dhcpv6.variable.trailing, taken, end);
}

function summarize(view: DataView, start: number, end: number): string {
  const names: string[] = [];
  let at = start;
  for (let depth = 0; at >= 0 && at + HEADER <= end && depth < NAMED_DEPTH; depth++) {
    const type = view.getUint8(at);
    const name = DHCPV6_MESSAGES[type] ?? `type ${type}`;
    if (!isRelayMessage(type)) {
      const transaction = ((view.getUint16(at + 1) << 8) | view.getUint8(at + 3)).toString(16).padStart(6, '0');
      return [...names, `${name} xid 0x${transaction}`].join(' ');
    }
    names.push(name);
    at = relayedMessage(view, at + RELAY_HEADER, end);
  }
  return names.join(' ');
}

/** First octet of the message in the options of [from, end); -1 where none is relayed. */
function relayedMessage(view: DataView, from: number, end: number): number {
  for (let at = from; at + 4 <= end; at += 4 + view.getUint16(at + 2)) {
    if (view.getUint16(at) === RELAY_MESSAGE) return at + 4;
  }
  return -1;
}
