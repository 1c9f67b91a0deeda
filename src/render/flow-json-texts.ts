/** Texts in lines of flows' JSON. */
import { COMMUNITY_ID_VERSION } from '../flow/community-id.ts';
import { FlowFlag, Trouble } from '../flow/flow-columns.ts';
import { protocolName } from '../flow/ip-protocol.ts';
import { stateOf } from '../flow/tcp-state.ts';
import { jsonString } from './safe-text.ts';

/** Counters of trouble up to where `zero_window_time` may stand between them, and those behind it. */
export const COUNTERS = [
  { name: 'retransmissions', counter: Trouble.retransmissions },
  { name: 'fast_retransmissions', counter: Trouble.fastRetransmissions },
  { name: 'spurious_retransmissions', counter: Trouble.spuriousRetransmissions },
  { name: 'out_of_order', counter: Trouble.outOfOrder },
  { name: 'duplicate_acks', counter: Trouble.duplicateAcks },
  { name: 'lost_segments', counter: Trouble.lostSegments },
  { name: 'zero_windows', counter: Trouble.zeroWindows },
] as const;
export const LAST_COUNTERS = [
  { name: 'window_full', counter: Trouble.windowFull },
  { name: 'keep_alives', counter: Trouble.keepAlives },
] as const;
const NO_TROUBLE = [...COUNTERS, ...LAST_COUNTERS].map(({ name }) => `,"${name}":0`).join('');

type CounterName = (typeof COUNTERS | typeof LAST_COUNTERS)[number]['name'];

/** What stands in lines as it is. */
export const Fixed = {
  id: '{"type":"flow","id":',
  communityId: `,"community_id":"${COMMUNITY_ID_VERSION}`,
  port: '","port":',
  clientEnd: '},"server":{"ip":"',
  guessedClientEnd: ',"guessed":true},"server":{"ip":"',
  icmp: '},"icmp":',
  /** Behind the server, and behind what ICMP tells. */
  serverStart: '},"start":',
  start: ',"start":',
  end: ',"end":',
  duration: ',"duration":',
  c2s: ',"c2s":{"packets":',
  s2c: ',"s2c":{"packets":',
  ipBytes: ',"ip_bytes":',
  payloadBytes: ',"payload_bytes":',
  wireBytes: ',"wire_bytes":',
  zeroWindowTime: ',"zero_window_time":',
  rttSamples: ',"rtt":{"samples":',
  min: ',"min":',
  mean: ',"mean":',
  max: ',"max":',
  ttl: ',"ttl":[',
  duplicates: ',"duplicates":',
  fin: ',"fin":',
  rst: ',"rst":',
  /** Behind what TCP tells, and of flows that are not TCP's. */
  tcpTunnel: '}},"tunnel":[',
  tunnel: ',"tunnel":[',
  tunnelServer: '","server":"',
  tunnelEnd: '"}',
  firstPacket: '],"first_packet":',
  ...(Object.fromEntries([...COUNTERS, ...LAST_COUNTERS].map(({ name }) => [name, `,"${name}":`])) as Record<
    CounterName,
    string
  >),
};

/** What stands between the Community ID and the client's address. */
export function head(point: string, protocol: number): string {
  return `","point":${jsonString(point)},"protocol":"${protocolName(protocol)}","client":{"ip":"`;
}

/** Parts of the number that tells what is said of a direction's SYN, beside the MSS in the lowest 16 bits; 0 for none seen. */
export const WINDOW_SCALE_SHIFT = 16;
export const OPENED = 1 << 24;
export const CALM = 1 << 25;

/** What stands before the initial sequence number where there is one: no trouble where all is calm, the MSS and the window scale. */
export function opening(told: number): string {
  const mss = told & 0xffff;
  const scale = (told >>> WINDOW_SCALE_SHIFT) & 0xff;
  return [
    (told & CALM) === 0 ? '' : NO_TROUBLE,
    mss === 0 ? '' : `,"mss":${mss}`,
    scale === 0 ? '' : `,"window_scale":${scale - 1}`,
    (told & OPENED) === 0 ? '' : ',"isn":',
  ].join('');
}

const TIMED_HANDSHAKE = FlowFlag.handshake | FlowFlag.handshakeTimed;

/** Whether the time that the handshake of a connection with these flags took is told. */
export function isTimed(flags: number): boolean {
  return (flags & TIMED_HANDSHAKE) === TIMED_HANDSHAKE;
}

/** How far a TCP connection with these flags got, up to the time that its handshake took. */
export function tcpState(flags: number): string {
  const isShakenHands = (flags & FlowFlag.handshake) !== 0;
  return `,"tcp":{"state":"${stateOf(flags, clientOf(flags))}","handshake":${isShakenHands}${isTimed(flags) ? ',"rtt":' : ''}`;
}

/** How it was closed, up to the number of SYNs. */
export function tcpClose(flags: number): string {
  const state = stateOf(flags, clientOf(flags));
  const close = state === 'closed' ? 'fin' : state === 'reset' || state === 'refused' ? 'rst' : undefined;
  return `${close === undefined ? '' : `,"close":"${close}"`},"flags":{"syn":`;
}

function clientOf(flags: number): number {
  return (flags & FlowFlag.clientIsSecond) === 0 ? 0 : 1;
}

/** What stands before the addresses of a tunnel, by the JSON of what it is apart from them. */
export function tunnelStart(json: string): string {
  return `${json.slice(0, -1)},"client":"`;
}
