/** What stands in every line of a flow's JSON, as octets. */
import { COMMUNITY_ID_VERSION } from '../flow/community-id.ts';
import { Trouble } from '../flow/flow-columns.ts';
import { fixedText } from './text-buffer.ts';

export const ID = fixedText('{"type":"flow","id":');
export const COMMUNITY_ID = fixedText(`,"community_id":"${COMMUNITY_ID_VERSION}`);
export const POINT = fixedText('","point":');
export const CLIENT = fixedText(',"client":{"ip":"');
export const SERVER = fixedText(',"server":{"ip":"');
export const PORT = fixedText(',"port":');
export const GUESSED = fixedText(',"guessed":true');
export const ICMP = fixedText(',"icmp":');
export const START = fixedText(',"start":');
export const END = fixedText(',"end":');
export const DURATION = fixedText(',"duration":');
export const C2S = fixedText(',"c2s":{"packets":');
export const S2C = fixedText(',"s2c":{"packets":');
export const IP_BYTES = fixedText(',"ip_bytes":');
export const PAYLOAD_BYTES = fixedText(',"payload_bytes":');
export const WIRE_BYTES = fixedText(',"wire_bytes":');
/** Counters of trouble up to where `zero_window_time` may stand between them, and those behind it. */
export const COUNTERS = [
  ['retransmissions', Trouble.retransmissions],
  ['fast_retransmissions', Trouble.fastRetransmissions],
  ['spurious_retransmissions', Trouble.spuriousRetransmissions],
  ['out_of_order', Trouble.outOfOrder],
  ['duplicate_acks', Trouble.duplicateAcks],
  ['lost_segments', Trouble.lostSegments],
  ['zero_windows', Trouble.zeroWindows],
] as const;
export const LAST_COUNTERS = [
  ['window_full', Trouble.windowFull],
  ['keep_alives', Trouble.keepAlives],
] as const;
export const NO_TROUBLE = fixedText([...COUNTERS, ...LAST_COUNTERS].map(([name]) => `,"${name}":0`).join(''));
export const COUNTER_TEXTS = [...COUNTERS, ...LAST_COUNTERS].map(([name]) => fixedText(`,"${name}":`));
export const ZERO_WINDOW_TIME = fixedText(',"zero_window_time":');
export const MSS = fixedText(',"mss":');
export const WINDOW_SCALE = fixedText(',"window_scale":');
export const ISN = fixedText(',"isn":');
export const RTT_SAMPLES = fixedText(',"rtt":{"samples":');
export const MIN = fixedText(',"min":');
export const MEAN = fixedText(',"mean":');
export const MAX = fixedText(',"max":');
export const TTL = fixedText(',"ttl":[');
export const DUPLICATES = fixedText(',"duplicates":');
export const STATE = fixedText(',"tcp":{"state":"');
export const SHAKEN_HANDS = fixedText('","handshake":true');
export const NO_HANDSHAKE = fixedText('","handshake":false');
export const RTT = fixedText(',"rtt":');
export const CLOSED_BY_FIN = fixedText(',"close":"fin"');
export const CLOSED_BY_RST = fixedText(',"close":"rst"');
export const SYN = fixedText(',"flags":{"syn":');
export const FIN = fixedText(',"fin":');
export const RST = fixedText(',"rst":');
export const END_OF_TCP = fixedText('}}');
export const TUNNEL = fixedText(',"tunnel":[');
export const FIRST_PACKET = fixedText('],"first_packet":');
export const APPLICATION = fixedText(',"application":');
export const NAT = fixedText(',"nat":');
