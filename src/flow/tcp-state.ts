/** How far a TCP connection got, by the flags of its flow. */
import { FlowFlag } from './flow-columns.ts';
import type { TcpState } from './flow-record.ts';

/** State of a connection by its flags; its client has the side `client` of the key. */
export function stateOf(state: number, client: number): TcpState {
  const both = (flag: number): boolean => (state & flag) !== 0 && (state & (flag << 1)) !== 0;
  const either = (flag: number): boolean => (state & (flag | (flag << 1))) !== 0;
  if (both(FlowFlag.finAcked)) return 'closed';
  if ((state & FlowFlag.refused) !== 0) return 'refused';
  if (either(FlowFlag.rst)) return 'reset';
  if (either(FlowFlag.fin)) return 'closing';
  if ((state & FlowFlag.handshake) !== 0) return 'established';
  if (either(FlowFlag.synAck)) return 'syn-received';
  return (state & (FlowFlag.syn << client)) !== 0 ? 'syn-sent' : 'established';
}
