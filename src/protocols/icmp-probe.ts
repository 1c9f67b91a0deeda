/** Extended echo (PROBE), RFC 8335 §2 and §3, which ICMP and ICMPv6 share. */
import { bits, type Field, flag, hex, named, uint } from '../dissect/field.ts';
import type { FieldEmitter } from '../dissect/walk.ts';

/** States of the probed interface's neighbour entry. */
const STATES = { 0: 'reserved', 1: 'incomplete', 2: 'reachable', 3: 'stale', 4: 'delay', 5: 'probe', 6: 'failed' };

/** Codes of the reply. */
export const PROBE_REPLY_CODES = {
  0: 'no error',
  1: 'malformed query',
  2: 'no such interface',
  3: 'no such table entry',
  4: 'multiple interfaces satisfy the query',
};

/** The fields behind the identifier, named for the protocol. */
export const probeFields = (protocol: 'icmp' | 'icmpv6') => {
  const at = (name: string): { name: string } => ({ name: `${protocol}.ext.echo.${name}` });
  return {
    ext_echo_seq: uint(8, 'Sequence Number', at('seq')),
    ext_echo_req: bits(8, 'Probe', {
      res: uint(7, 'Reserved', hex, at('req.res')),
      local: flag('Interface is on the proxy itself', at('req.local')),
    }),
    ext_echo_rsp: bits(8, 'Probe Result', {
      state: uint(3, 'State', named(STATES), at('rsp.state')),
      res: uint(2, 'Reserved', hex, at('rsp.res')),
      active: flag('Interface is active', at('rsp.active')),
      ipv4: flag('IPv4 runs on it', at('rsp.ipv4')),
      ipv6: flag('IPv6 runs on it', at('rsp.ipv6')),
    }),
  };
};

type ProbeFields = Readonly<Record<keyof ReturnType<typeof probeFields>, Field>>;

/** Emits sequence number and flags, which begin at `at`. */
export function emitProbe(emit: FieldEmitter, fields: ProbeFields, isReply: boolean, at: number): void {
  emit.field(fields.ext_echo_seq, at);
  emit.field(isReply ? fields.ext_echo_rsp : fields.ext_echo_req, at + 1);
}
