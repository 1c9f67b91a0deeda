/** What of a segment's header flows are followed by. */
import { tcp } from '../protocols/tcp.ts';

/** Octets of the header's fields, from its start (RFC 9293 §3.1). */
export const TcpOctet = {
  sequence: tcp.fields.seq_raw.octetOffset,
  acknowledgment: tcp.fields.ack_raw.octetOffset,
  flags: tcp.fields.flags.octetOffset + 1,
  window: tcp.fields.window_size_value.octetOffset,
} as const;

/** Flags of a segment, RFC 9293 §3.1. */
export const TcpFlag = { fin: 1, syn: 2, rst: 4, ack: 16 } as const;
export const OPENING_OR_CLOSING = TcpFlag.syn | TcpFlag.fin | TcpFlag.rst;
