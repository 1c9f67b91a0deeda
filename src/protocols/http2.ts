/** HTTP/2 in clear text: the connection preface and frames (RFC 9113). Header blocks depend on those before them and stay coded. */
import { bytes, computed, hex, list, named, octets, packed, text, uint } from '../dissect/field.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { FieldCursor } from './field-cursor.ts';
import { FRAME_HEADER, FrameFlag, FrameType, http2Length, isHttp2, isPreface } from './http2-frame.ts';
import { grpcMessageLength, namesGrpc } from './http2-grpc.ts';

const TYPES: Readonly<Record<number, string>> = {
  0: 'DATA',
  1: 'HEADERS',
  2: 'PRIORITY',
  3: 'RST_STREAM',
  4: 'SETTINGS',
  5: 'PUSH_PROMISE',
  6: 'PING',
  7: 'GOAWAY',
  8: 'WINDOW_UPDATE',
  9: 'CONTINUATION',
  10: 'ALTSVC',
  12: 'ORIGIN',
  16: 'PRIORITY_UPDATE',
};

/** IANA "HTTP/2 Error Code". */
const ERRORS: Readonly<Record<number, string>> = {
  0: 'NO_ERROR',
  1: 'PROTOCOL_ERROR',
  2: 'INTERNAL_ERROR',
  3: 'FLOW_CONTROL_ERROR',
  4: 'SETTINGS_TIMEOUT',
  5: 'STREAM_CLOSED',
  6: 'FRAME_SIZE_ERROR',
  7: 'REFUSED_STREAM',
  8: 'CANCEL',
  9: 'COMPRESSION_ERROR',
  10: 'CONNECT_ERROR',
  11: 'ENHANCE_YOUR_CALM',
  12: 'INADEQUATE_SECURITY',
  13: 'HTTP_1_1_REQUIRED',
};

/** IANA "HTTP/2 Settings". */
const SETTINGS = {
  1: 'HEADER_TABLE_SIZE',
  2: 'ENABLE_PUSH',
  3: 'MAX_CONCURRENT_STREAMS',
  4: 'INITIAL_WINDOW_SIZE',
  5: 'MAX_FRAME_SIZE',
  6: 'MAX_HEADER_LIST_SIZE',
  8: 'ENABLE_CONNECT_PROTOCOL',
  9: 'NO_RFC7540_PRIORITIES',
};

export const http2 = defineProtocol('http2', {
  title: 'Hypertext Transfer Protocol 2',
  source: 'RFC 9113 §3.4, §4, §6',
  // In clear text it has no port of its own (RFC 9113 §3.3).
  guess: { in: ['tcpPort'], when: isHttp2 },
  looksLike: (view, start, end) => http2Length(view, start, end) !== 0,
  fields: {},
  variable: () => ({
    magic: text('Connection Preface'),
    length: uint(24, 'Length', octets),
    type: uint(8, 'Type', named(TYPES)),
    flags: uint(8, 'Flags', hex),
    flags_end_stream: computed('bool', 'End Stream', { name: 'http2.flags.end_stream' }),
    flags_eh: computed('bool', 'End Headers', { name: 'http2.flags.eh' }),
    flags_padded: computed('bool', 'Padded', { name: 'http2.flags.padded' }),
    flags_priority: computed('bool', 'Priority', { name: 'http2.flags.priority' }),
    flags_ack_settings: computed('bool', 'Acknowledgment', { name: 'http2.flags.ack.settings' }),
    flags_ack_ping: computed('bool', 'Acknowledgment', { name: 'http2.flags.ack.ping' }),
    ...packed({ r: uint(1, 'Reserved'), streamid: uint(31, 'Stream Identifier') }),
    pad_length: uint(8, 'Pad Length', octets, { name: 'http2.padding' }),
    ...packed({ exclusive: uint(1, 'Exclusive'), stream_dependency: uint(31, 'Stream Dependency') }),
    headers_weight: uint(8, 'Weight', { name: 'http2.headers.weight' }),
    data_data: bytes('Data', 0, { name: 'http2.data.data' }),
    headers: bytes('Header Block Fragment'),
    rst_stream_error: uint(32, 'Error', named(ERRORS), { name: 'http2.rst_stream.error' }),
    settings: list('Setting', {
      id: uint(16, 'Identifier', named(SETTINGS)),
      header_table_size: uint(32, 'Header Table Size', octets),
      enable_push: uint(32, 'Enable Push'),
      max_concurrent_streams: uint(32, 'Maximum Concurrent Streams'),
      initial_window_size: uint(32, 'Initial Window Size', octets),
      max_frame_size: uint(32, 'Maximum Frame Size', octets),
      max_header_list_size: uint(32, 'Maximum Header List Size', octets),
      extended_connect: uint(32, 'Extended CONNECT'),
      unknown: uint(32, 'Value'),
    }),
    ...packed({
      push_promise_r: uint(1, 'Reserved', { name: 'http2.push_promise.r' }),
      push_promise_promised_stream_id: uint(31, 'Promised Stream Identifier', {
        name: 'http2.push_promise.promised_stream_id',
      }),
    }),
    push_promise_header: bytes('Header Block Fragment', 0, { name: 'http2.push_promise.header' }),
    ping: bytes('Ping', 8),
    pong: bytes('Pong', 8),
    ...packed({
      goaway_r: uint(1, 'Reserved', { name: 'http2.goway.r' }),
      goaway_last_stream_id: uint(31, 'Last Stream Identifier', { name: 'http2.goaway.last_stream_id' }),
    }),
    goaway_error: uint(32, 'Error', named(ERRORS), { name: 'http2.goaway.error' }),
    goaway_addata: bytes('Additional Debug Data', 0, { name: 'http2.goaway.addata' }),
    ...packed({
      window_update_r: uint(1, 'Reserved', { name: 'http2.window_update.r' }),
      window_update_window_size_increment: uint(31, 'Window Size Increment', octets, {
        name: 'http2.window_update.window_size_increment',
      }),
    }),
    continuation_header: bytes('Header Block Fragment', 0, { name: 'http2.continuation.header' }),
    unknown: bytes('Unknown'),
    padding_octets: bytes('Padding'),
  }),
  messages: { prefix: FRAME_HEADER, length: http2Length },
  details: emitMessage,
  summary: summarize,
  issues: { overrun: 'a part of the frame is longer than what is left of it' },
});

type FlagList = readonly (readonly [number, keyof typeof http2.variable])[];

/** Flags by frame type, from the highest bit on, with the keys of their http2.variable. */
const FLAGS: Readonly<Record<number, FlagList>> = {
  [FrameType.data]: [
    [FrameFlag.padded, 'flags_padded'],
    [FrameFlag.endStream, 'flags_end_stream'],
  ],
  [FrameType.headers]: [
    [FrameFlag.priority, 'flags_priority'],
    [FrameFlag.padded, 'flags_padded'],
    [FrameFlag.endHeaders, 'flags_eh'],
    [FrameFlag.endStream, 'flags_end_stream'],
  ],
  [FrameType.settings]: [[FrameFlag.ack, 'flags_ack_settings']],
  [FrameType.pushPromise]: [
    [FrameFlag.padded, 'flags_padded'],
    [FrameFlag.endHeaders, 'flags_eh'],
  ],
  [FrameType.ping]: [[FrameFlag.ack, 'flags_ack_ping']],
  [FrameType.continuation]: [[FrameFlag.endHeaders, 'flags_eh']],
};

/** Key of the field for the value of a setting, by its identifier. */
const SETTING_KEYS: Readonly<Record<number, keyof typeof http2.variable.settings.of>> = {
  1: 'header_table_size',
  2: 'enable_push',
  3: 'max_concurrent_streams',
  4: 'initial_window_size',
  5: 'max_frame_size',
  6: 'max_header_list_size',
  8: 'extended_connect',
};

/** Types whose frames may be padded. */
const PADDED_TYPES: readonly number[] = [FrameType.data, FrameType.headers, FrameType.pushPromise];

function emitMessage(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  if (isPreface(view, start, end)) {
    emit.octets(http2.variable.magic, start, end);
    return;
  }
  if (start + FRAME_HEADER > end) return;
  const length = http2.variable.length.get(view, start);
  const cursor = new FieldCursor(emit, view, start, start + FRAME_HEADER + length, end, {
    issue: 'overrun',
    limit: http2.variable.length.name,
  });
  cursor.number(http2.variable.length);
  const type = cursor.number(http2.variable.type);
  const flags = cursor.number(http2.variable.flags);
  for (const [mask, key] of FLAGS[type] ?? []) {
    emit.value(http2.variable[key], (flags & mask) !== 0);
  }
  cursor.together(http2.variable.r, http2.variable.streamid);
  const padding =
    PADDED_TYPES.includes(type) && (flags & FrameFlag.padded) !== 0 ? cursor.number(http2.variable.pad_length) : 0;
  if (padding > cursor.left) emit.issue('overrun', padding, cursor.left, http2.variable.length.name);
  cursor.part(Math.max(0, cursor.left - padding), () => {
    emitPayload(cursor, type, flags);
    cursor.rest(http2.variable.unknown);
  });
  cursor.rest(http2.variable.padding_octets);
}

/** Emits what a frame of this type carries, its padding left out. */
function emitPayload(cursor: FieldCursor, type: number, flags: number): void {
  switch (type) {
    case FrameType.data:
      return cursor.octets(http2.variable.data_data, cursor.left);
    case FrameType.headers:
      if ((flags & FrameFlag.priority) !== 0) emitPriority(cursor);
      return cursor.octets(http2.variable.headers, cursor.left);
    case FrameType.priority:
      return emitPriority(cursor);
    case FrameType.resetStream:
      cursor.number(http2.variable.rst_stream_error);
      return;
    case FrameType.settings:
      return cursor.each(http2.variable.settings, cursor.left, 6, () => {
        const id = cursor.number(http2.variable.settings.of.id);
        cursor.number(http2.variable.settings.of[SETTING_KEYS[id] ?? 'unknown']);
      });
    case FrameType.pushPromise:
      cursor.together(http2.variable.push_promise_r, http2.variable.push_promise_promised_stream_id);
      return cursor.octets(http2.variable.push_promise_header, cursor.left);
    case FrameType.ping:
      cursor.number((flags & FrameFlag.ack) !== 0 ? http2.variable.pong : http2.variable.ping);
      return;
    case FrameType.goAway:
      cursor.together(http2.variable.goaway_r, http2.variable.goaway_last_stream_id);
      cursor.number(http2.variable.goaway_error);
      return cursor.octets(http2.variable.goaway_addata, cursor.left);
    case FrameType.windowUpdate:
      return cursor.together(http2.variable.window_update_r, http2.variable.window_update_window_size_increment);
    case FrameType.continuation:
      return cursor.octets(http2.variable.continuation_header, cursor.left);
    default:
  }
}

function emitPriority(cursor: FieldCursor): void {
  cursor.together(http2.variable.exclusive, http2.variable.stream_dependency);
  cursor.number(http2.variable.headers_weight);
}

/** `preface`, `HEADERS stream=1 len=70 gRPC`, `DATA stream=1 len=242 gRPC message len=237`, `GOAWAY NO_ERROR`. */
function summarize(view: DataView, start: number, end: number): string {
  if (isPreface(view, start, end)) return 'connection preface';
  if (start + FRAME_HEADER > end) return '';
  const type = http2.variable.type.get(view, start + 3);
  const length = http2.variable.length.get(view, start);
  const stream = http2.variable.streamid.get(view, start + 5);
  const payload = start + FRAME_HEADER;
  let words = TYPES[type] ?? `type ${type}`;
  if (stream !== 0) words += ` stream=${stream}`;
  words += ` len=${length}`;
  const isAck =
    (type === FrameType.settings || type === FrameType.ping) && (view.getUint8(start + 4) & FrameFlag.ack) !== 0;
  if (isAck) words += ' ack';
  if (type === FrameType.headers && namesGrpc(view, payload, Math.min(end, payload + length))) words += ' gRPC';
  if (type === FrameType.data) {
    const message = grpcMessageLength(view, payload, end, length);
    if (message >= 0) words += ` gRPC message len=${message}`;
  }
  const error = type === FrameType.resetStream ? payload : type === FrameType.goAway ? payload + 4 : end;
  if (error + 4 <= end) words += ` ${ERRORS[view.getUint32(error)] ?? view.getUint32(error)}`;
  return words;
}
