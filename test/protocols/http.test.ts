import { describe, expect, test } from 'vitest';
import { dissectHex, layersOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';
import { hexOfText, TCP_PAYLOAD, tcpFrame } from '../tcp-frame.ts';

const frame = (text: string, port = 80): string => tcpFrame(port, hexOfText(text));
const httpOf = (text: string, port = 80) => dissectHex(frame(text, port)).filter(({ layer }) => layer === 'http');
const summaryOf = (text: string): string | undefined => {
  const layers = layersOf(frame(text));
  const row = layers.count - 1;
  return layers.protocolOf(row).summary?.(layers.view, layers.start[row]!, layers.end[row]!, layers, row);
};

const REQUEST = 'GET /find?q=pod HTTP/1.1\r\nHost: my-nginx.default\r\nUser-Agent: curl/8.5.0\r\nX-Trace: a\r\n\r\n';
const RESPONSE =
  'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n';

test('request: the parts of its line, every header line, and what follows from them', () => {
  expect(httpOf(REQUEST)).toEqual([
    {
      layer: 'http',
      range: [TCP_PAYLOAD, TCP_PAYLOAD + REQUEST.length],
      request: true,
      request_method: 'GET',
      request_uri: '/find?q=pod',
      request_uri_path: '/find',
      request_uri_query: 'q=pod',
      request_version: 'HTTP/1.1',
      headers: [
        { request_line: 'Host: my-nginx.default\r\n', host: 'my-nginx.default' },
        { request_line: 'User-Agent: curl/8.5.0\r\n', user_agent: 'curl/8.5.0' },
        { request_line: 'X-Trace: a\r\n' },
      ],
      head_end: '0d:0a',
      request_full_uri: 'http://my-nginx.default/find?q=pod',
    },
  ]);
  expect(summaryOf(REQUEST)).toBe('GET /find?q=pod');
});

test('response: the head is the header, the body the payload', () => {
  const layers = layersOf(frame(`${RESPONSE}hello`));
  const row = layers.count - 1;
  expect(httpOf(`${RESPONSE}hello`)).toEqual([
    {
      layer: 'http',
      range: [TCP_PAYLOAD, TCP_PAYLOAD + RESPONSE.length],
      response: true,
      response_version: 'HTTP/1.1',
      response_code: 200,
      response_phrase: 'OK',
      headers: [
        { response_line: 'Content-Type: text/html\r\n', content_type: 'text/html' },
        { response_line: 'Content-Length: 5\r\n', content_length_header: '5', content_length: 5 },
        { response_line: 'Set-Cookie: a=1\r\n', set_cookie: 'a=1' },
        { response_line: 'Set-Cookie: b=2\r\n', set_cookie: 'b=2' },
      ],
      head_end: '0d:0a',
    },
  ]);
  expect(layers.end[row]! - layers.payload[row]!).toBe('hello'.length);
  expect(layers.issues.count).toBe(0);
  expect(summaryOf(`${RESPONSE}hello`)).toBe('200 OK');
});

describe('where a message ends', () => {
  const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n';
  test.each([
    ['two requests in one segment', REQUEST + REQUEST, [REQUEST.length, REQUEST.length]],
    ['by Content-Length', `${RESPONSE}hello${RESPONSE}12345`, [RESPONSE.length + 5, RESPONSE.length + 5]],
    ['a response without a length takes the rest', `HTTP/1.0 200 OK\r\n\r\n${REQUEST}`, [19 + REQUEST.length]],
    [
      '304 has no body whatever it says',
      `HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n${RESPONSE}hello`,
      [48, RESPONSE.length + 5],
    ],
    [
      'after the last chunk',
      `${CHUNKED}5;x=y\r\nhello\r\n0\r\nExpires: 0\r\n\r\n${RESPONSE}hello`,
      [CHUNKED.length + 31, RESPONSE.length + 5],
    ],
    ['chunks that go on take the rest', `${CHUNKED}ffff\r\nhello`, [CHUNKED.length + 11]],
    ['chunks of no size take the rest', `${CHUNKED}\r\n\r\nhello`, [CHUNKED.length + 9]],
    ['line feeds alone end lines', 'GET / HTTP/1.0\nHost: a\n\nGET / HTTP/1.0\n\n', [24, 16]],
    ['what follows without being a message stays payload', `${REQUEST}\x00\x01`, [REQUEST.length]],
  ])('%s', (_, text, lengths) => {
    const layers = layersOf(frame(text));
    const rows = [...Array(layers.count).keys()].filter((row) => layers.protocolOf(row).name === 'http');
    expect(rows.map((row) => layers.end[row]! - layers.start[row]!)).toEqual(lengths);
  });
});

describe('messages that go on in later segments', () => {
  test.each([
    ['a body longer than its segment', `${RESPONSE}hel`, RESPONSE.length + 5],
    ['a head without its end', REQUEST.slice(0, 60), 61],
    ['a start line without its end', 'POST /a', 8],
    ['a method without its end', 'DELE', 5],
    ['a status line without its end', 'HTTP/1.1 20', 12],
  ])('%s', (_, text, needed) => {
    const layers = layersOf(frame(text));
    expect(layers.issues.at(0)).toMatchObject({ code: 'continues', needed, available: text.length });
  });

  test.each([
    ['its value as far as it is there', 'Cookie: secr', { cookie: 'secr' }],
    ['spaces at its end as a part of the value', 'User-Agent: Mozilla/5.0 ', { user_agent: 'Mozilla/5.0 ' }],
    ['nothing where the value has not begun', 'Cookie', {}],
    ['no number of digits that may be missing', 'Content-Length: 67', {}],
    ['no URI with a host that may go on', 'Host: ex', { host: 'ex' }],
  ])('a header line that is cut gives %s', (_, line, value) => {
    const [layer] = httpOf(`GET / HTTP/1.1\r\nAccept: a\r\n${line}`);
    expect(layer?.['headers']).toEqual([
      { request_line: 'Accept: a\r\n', accept: 'a' },
      { request_line: line, ...value },
    ]);
    expect(layer).not.toHaveProperty('request_full_uri');
  });
});

describe('what is HTTP', () => {
  test.each([
    ['a request on a port nobody registered', REQUEST, 30080, [true]],
    ['a response there', `${RESPONSE}hello`, 30080, [true]],
    ['a method nobody registered there', REQUEST.replace('GET', 'GETS'), 30080, []],
    ['a method nobody registered on port 80', REQUEST.replace('GET', 'GETS'), 80, [undefined]],
    ['the beginning of a request there', 'GET /', 30080, []],
    ['the beginning of a request on port 80', 'GET /', 80, [undefined]],
    ['a request of another protocol', 'OPTIONS rtsp://a RTSP/1.0\r\n\r\n', 80, []],
    ['the middle of a body', '<html>', 80, []],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\n', 80, []],
    ['a status line of no number', 'HTTP/1.1 abc\r\n\r\n', 80, []],
    ['TLS on port 80', '\x16\x03\x01', 80, []],
  ])('%s', (_, text, port, guessed) => {
    expect(httpOf(text, port).map((layer) => layer['guessed'])).toEqual(guessed);
  });
});

test.each([
  ['no reason phrase', 'HTTP/1.1 404\r\n\r\n', { response_code: 404 }],
  ['an empty reason phrase', 'HTTP/1.1 404 \r\n\r\n', { response_code: 404, response_phrase: '' }],
  ['spaces in the reason phrase', 'HTTP/1.1 404 Not Found\r\n\r\n', { response_phrase: 'Not Found' }],
  ['an absolute target', 'GET http://a/b HTTP/1.1\r\n\r\n', { request_full_uri: 'http://a/b' }],
  ['a header without a name', 'GET / HTTP/1.1\r\n: a\r\n\r\n', { headers: [{ request_line: ': a\r\n' }] }],
  [
    'a folded header line',
    'GET / HTTP/1.1\r\nA: b\r\n Host: c\r\n\r\n',
    { headers: [{ request_line: 'A: b\r\n' }, { request_line: ' Host: c\r\n' }] },
  ],
  [
    'a length that is no number',
    'GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n',
    { headers: [{ request_line: 'Content-Length: x\r\n', content_length_header: 'x' }] },
  ],
  [
    'header names of the language',
    'GET / HTTP/1.1\r\nconstructor: x\r\nrequest-line: y\r\n\r\n',
    { headers: [{ request_line: 'constructor: x\r\n' }, { request_line: 'request-line: y\r\n' }] },
  ],
])('%s', (_, text, expected) => {
  expect(httpOf(text)[0]).toMatchObject(expected);
});

test('the fields tile the head, and are in order however much of it was captured', () => {
  const whole = frame(`${RESPONSE}hello`);
  expect(headerGaps(layersOf(whole))).toEqual([]);
  for (let captured = TCP_PAYLOAD + 1; captured <= TCP_PAYLOAD + RESPONSE.length; captured++) {
    expect(headerGaps(layersOf(whole, { captured }))).toEqual([]);
    const layer = dissectHex(whole, { captured }).find(({ layer }) => layer === 'http');
    expect(layer?.range).toEqual([TCP_PAYLOAD, captured]);
  }
});
