import { describe, expect, test } from 'vitest';
import { dissectHex, layersOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';
import { hexOfText, TCP_PAYLOAD, tcpFrame } from '../tcp-frame.ts';

const PORT = 50051;
const PREFACE = hexOfText('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const http2Of = (hex: string, port = PORT) => dissectHex(tcpFrame(port, hex)).filter(({ layer }) => layer === 'http2');
function summaries(hex: string): (string | undefined)[] {
  const layers = layersOf(tcpFrame(PORT, hex));
  return [...Array(layers.count).keys()]
    .filter((row) => layers.protocolOf(row).name === 'http2')
    .map((row) => layers.protocolOf(row).summary?.(layers.view, layers.start[row]!, layers.end[row]!, layers, row));
}
const hexOfNumber = (value: number, octets: number): string => value.toString(16).padStart(octets * 2, '0');
const frame = (type: number, flags: number, stream: number, payload = ''): string => {
  const digits = payload.replace(/\s/g, '');
  return (
    hexOfNumber(digits.length / 2, 3) + hexOfNumber(type, 1) + hexOfNumber(flags, 1) + hexOfNumber(stream, 4) + digits
  );
};
/** A header block of a gRPC response: `:status: 200`, `content-type: application/grpc` (RFC 7541 §6). */
const GRPC_BLOCK = '88 5f 8b 1d75d0620d263d4c4d6564';

test('the beginning of a gRPC connection: preface, SETTINGS, HEADERS and DATA, each a layer', () => {
  const hex = [
    PREFACE,
    frame(4, 0, 0, '0002 00000000  0004 003fffff  0010 00000001'),
    frame(1, 0x04, 1, GRPC_BLOCK),
    frame(0, 0x01, 1, '00 00000003 0a0161'),
  ].join('');
  expect(http2Of(hex)).toMatchObject([
    { guessed: true, range: [TCP_PAYLOAD, TCP_PAYLOAD + 24], magic: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' },
    {
      length: 18,
      type: 4,
      flags: 0,
      flags_ack_settings: false,
      r: 0,
      streamid: 0,
      settings: [
        { id: 2, enable_push: 0 },
        { id: 4, initial_window_size: 4194303 },
        { id: 16, unknown: 1 },
      ],
    },
    {
      type: 1,
      flags: 4,
      flags_eh: true,
      flags_end_stream: false,
      streamid: 1,
      headers: '88:5f:8b:1d:75:d0:62:0d:26:3d:4c:4d:65:64',
    },
    { type: 0, flags_end_stream: true, data_data: '00:00:00:00:03:0a:01:61' },
  ]);
  expect(summaries(hex)).toEqual([
    'connection preface',
    'SETTINGS len=18',
    'HEADERS stream=1 len=14 gRPC',
    'DATA stream=1 len=8 gRPC message len=3',
  ]);
});

test.each([
  [
    'PRIORITY',
    frame(2, 0, 3, '80000001 0f'),
    { exclusive: 1, stream_dependency: 1, headers_weight: 15 },
    'PRIORITY stream=3 len=5',
  ],
  ['RST_STREAM', frame(3, 0, 3, '00000008'), { rst_stream_error: 8 }, 'RST_STREAM stream=3 len=4 CANCEL'],
  ['SETTINGS acknowledged', frame(4, 1, 0), { flags_ack_settings: true, settings: [] }, 'SETTINGS len=0 ack'],
  [
    'PUSH_PROMISE',
    frame(5, 4, 1, '00000002 88'),
    { push_promise_promised_stream_id: 2, push_promise_header: '88' },
    'PUSH_PROMISE stream=1 len=5',
  ],
  ['PING', frame(6, 0, 0, '0102030405060708'), { ping: '01:02:03:04:05:06:07:08' }, 'PING len=8'],
  [
    'PING acknowledged',
    frame(6, 1, 0, '0102030405060708'),
    { pong: '01:02:03:04:05:06:07:08', flags_ack_ping: true },
    'PING len=8 ack',
  ],
  [
    'GOAWAY',
    frame(7, 0, 0, '00000005 0000000b 6869'),
    { goaway_last_stream_id: 5, goaway_error: 11, goaway_addata: '68:69' },
    'GOAWAY len=10 ENHANCE_YOUR_CALM',
  ],
  ['WINDOW_UPDATE', frame(8, 0, 0, '0000ffff'), { window_update_window_size_increment: 65535 }, 'WINDOW_UPDATE len=4'],
  ['CONTINUATION', frame(9, 4, 1, '88'), { continuation_header: '88', flags_eh: true }, 'CONTINUATION stream=1 len=1'],
  [
    'HEADERS with priority and padding',
    frame(1, 0x28, 1, '02 00000003 ff 8886 0000'),
    { pad_length: 2, stream_dependency: 3, headers_weight: 255, headers: '88:86', padding_octets: '00:00' },
    'HEADERS stream=1 len=10',
  ],
  [
    'DATA longer than its padding',
    frame(0, 0x08, 1, '01 aabb 00'),
    { pad_length: 1, data_data: 'aa:bb', padding_octets: '00' },
    'DATA stream=1 len=4',
  ],
  [
    'padding longer than the frame',
    frame(0, 0x08, 1, '09 aabb'),
    { pad_length: 9, padding_octets: 'aa:bb' },
    'DATA stream=1 len=3',
  ],
  ['a type that is not dissected', frame(12, 0, 0, '0001 61'), { type: 12, unknown: '00:01:61' }, 'ORIGIN len=3'],
])('%s', (_, hex, expected, summary) => {
  expect(http2Of(hex)[0]).toMatchObject(expected);
  expect(summaries(hex)).toEqual([summary]);
  expect(headerGaps(layersOf(tcpFrame(PORT, hex)))).toEqual([]);
});

test('padding longer than the frame is told', () => {
  const layers = layersOf(tcpFrame(PORT, frame(0, 0x08, 1, '09 aabb')));
  expect(headerGaps(layers)).toEqual([]);
  expect(layers.issues.at(0)).toMatchObject({ code: 'overrun', needed: 9, available: 2 });
});

describe('what is HTTP/2', () => {
  test.each([
    ['the preface on a port of HTTP/1', PREFACE, 80, 1],
    ['half a preface', PREFACE.slice(0, 24), PORT, 0],
    ['a frame that goes on behind whole ones', `${frame(4, 1, 0)}000010 00 00 00000001 aa`, PORT, 2],
    ['a first frame that goes on', '000010 00 00 00000001 aa', PORT, 0],
    ['nothing but zeros', '00'.repeat(18), PORT, 0],
    ['DATA on stream 0', frame(0, 1, 0, 'aa'), PORT, 0],
    ['SETTINGS on a stream', frame(4, 0, 1, '0002 00000000'), PORT, 0],
    ['SETTINGS of a broken length', frame(4, 0, 0, '0002 000000'), PORT, 0],
    ['a flag nobody defined', frame(0, 0x40, 1, 'aa'), PORT, 0],
    ['the reserved bit', frame(0, 0, 0x80000001, 'aa'), PORT, 0],
    ['a type nobody defined', frame(0x4d, 0, 1, 'aa'), PORT, 0],
    ['octets behind that are no frame', `${frame(4, 1, 0)} ff`, PORT, 0],
    ['a payload beyond the usual limit', `004001 00 00 00000001 ${'00'.repeat(16385)}`, PORT, 0],
  ])('%s', (_, hex, port, layers) => {
    expect(http2Of(hex, port)).toHaveLength(layers);
  });
});

test('frames that are cut by the capture', () => {
  const hex = tcpFrame(PORT, PREFACE + frame(1, 0x28, 1, '02 00000003 ff 8886 0000'));
  for (let captured = TCP_PAYLOAD; captured <= hex.replace(/\s/g, '').length / 2; captured++) {
    expect(headerGaps(layersOf(hex, { captured }))).toEqual([]);
  }
});
