/** Recognises HTTP/2: the connection preface (RFC 9113 §3.4) and frames by their headers (§4.1, §6). */

import { encodeUtf8 } from '../capture/utf8.ts';

/** `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n` */
const PREFACE = encodeUtf8('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
/** Octets of the preface. */
const PREFACE_LENGTH = PREFACE.length;
/** Length, type, flags and stream. */
export const FRAME_HEADER = 9;
/** Greatest payload unless the peer allows more by SETTINGS_MAX_FRAME_SIZE; common implementations leave it there. */
const GREATEST_PAYLOAD = 2 ** 14;

export const FrameType = {
  data: 0,
  headers: 1,
  priority: 2,
  resetStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
  alternativeService: 10,
  origin: 12,
  priorityUpdate: 16,
} as const;

/** Flags; 0x01 acknowledges SETTINGS and PING, and ends a stream else. */
export const FrameFlag = { ack: 0x01, endStream: 0x01, endHeaders: 0x04, padded: 0x08, priority: 0x20 } as const;

/** What the header of a frame of one type may say. */
interface FrameRule {
  /** Flags that are defined. */
  readonly flags: number;
  /** Least and greatest payload in octets. */
  readonly least: number;
  readonly greatest: number;
  /** Whether it stands on a stream, on the connection (stream 0), or on either. */
  readonly on: 'stream' | 'connection' | 'either';
}

const { ack, endStream, endHeaders, padded, priority } = FrameFlag;
const rule = (flags: number, on: FrameRule['on'], least: number, greatest = GREATEST_PAYLOAD): FrameRule => ({
  flags,
  on,
  least,
  greatest,
});

const RULES: Readonly<Record<number, FrameRule>> = {
  [FrameType.data]: rule(endStream | padded, 'stream', 0),
  [FrameType.headers]: rule(endStream | endHeaders | padded | priority, 'stream', 1),
  [FrameType.priority]: rule(0, 'stream', 5, 5),
  [FrameType.resetStream]: rule(0, 'stream', 4, 4),
  [FrameType.settings]: rule(ack, 'connection', 0),
  [FrameType.pushPromise]: rule(endHeaders | padded, 'stream', 4),
  [FrameType.ping]: rule(ack, 'connection', 8, 8),
  [FrameType.goAway]: rule(0, 'connection', 8),
  [FrameType.windowUpdate]: rule(0, 'either', 4, 4),
  [FrameType.continuation]: rule(endHeaders, 'stream', 0),
  [FrameType.alternativeService]: rule(0, 'either', 2),
  [FrameType.origin]: rule(0, 'connection', 0),
  [FrameType.priorityUpdate]: rule(0, 'connection', 4),
};

const payloadLength = (view: DataView, at: number): number => (view.getUint16(at) << 8) | view.getUint8(at + 2);

/** Octets at `at` that agree with the preface, as far as they are there. */
function prefaceOctets(view: DataView, at: number, end: number): number {
  let same = 0;
  while (same < PREFACE_LENGTH && at + same < end && view.getUint8(at + same) === PREFACE[same]) same++;
  return same;
}

/** Whether the connection preface begins at `at`, as far as it is there. */
export function isPreface(view: DataView, at: number, end: number): boolean {
  return at < end && prefaceOctets(view, at, end) === Math.min(PREFACE_LENGTH, end - at);
}

/** Whether the nine octets at `at` are a frame's header that breaks no rule of its type. */
function isFrame(view: DataView, at: number): boolean {
  const allowed = RULES[view.getUint8(at + 3)];
  if (allowed === undefined) return false;
  const length = payloadLength(view, at);
  const flags = view.getUint8(at + 4);
  const stream = view.getUint32(at + 5);
  if (length < allowed.least || length > allowed.greatest || (flags & ~allowed.flags) !== 0 || stream > 0x7fffffff)
    return false;
  if (allowed.on !== 'either' && (stream === 0) !== (allowed.on === 'connection')) return false;
  if (view.getUint8(at + 3) === FrameType.settings) return length % 6 === 0 && (flags === 0 || length === 0);
  // Data of nothing says at least that it is the last.
  return view.getUint8(at + 3) !== FrameType.data || length > 0 || flags === endStream;
}

/** Octets of the preface or frame at `start`; 0 for neither, -1 where too little is there to tell. */
export function http2Length(view: DataView, start: number, end: number): number {
  if (isPreface(view, start, end)) return PREFACE_LENGTH;
  if (start + FRAME_HEADER > end) return -1;
  return isFrame(view, start) ? FRAME_HEADER + payloadLength(view, start) : 0;
}

/**
 * Whether the octets are HTTP/2 beyond doubt: they begin with the whole preface, or are frames that break no rule up to the end; the
 * last may go on behind it, but not the first.
 */
export function isHttp2(view: DataView, start: number, end: number): boolean {
  if (prefaceOctets(view, start, end) === PREFACE_LENGTH) return true;
  let at = start;
  while (at + FRAME_HEADER <= end) {
    if (!isFrame(view, at)) return false;
    const next = at + FRAME_HEADER + payloadLength(view, at);
    if (at === start && next > end) return false;
    at = next;
  }
  return at > start && (at >= end || view.getUint8(at) === 0);
}
