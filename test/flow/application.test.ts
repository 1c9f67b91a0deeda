/** What was said in flows: the lab's captures, and conversations cut in every way. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Application } from '../../src/flow/application.ts';
import { ApplicationObserver } from '../../src/flow/application-observer.ts';
import { ObservedTracker } from '../../src/flow/observed-tracker.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { FIXTURES } from '../corpus.ts';
import { octetsOf as octetsOfHex } from '../dissect-hex.ts';
import { capture, type TimedPacket, tcpPacket, udpPacket } from './packets.ts';
import { addCapture, octetsOf } from './track.ts';

const dissector = createDissector(standardProtocols);

/** What was said in the flows of a capture, by `client > server`. */
function said(octets: Uint8Array): Map<string, Application> {
  const tracker = new ObservedTracker(dissector, { seed: 1, maxFlows: 20_000 });
  const observer = new ApplicationObserver(() => tracker.base);
  tracker.observer = observer;
  addCapture(tracker, octets, 'capture');
  const found = new Map<string, Application>();
  for (const { id, client, server } of tracker.flows()) {
    const application = observer.application(id);
    if (application !== undefined) found.set(`${client.ip}:${client.port} > ${server.ip}:${server.port}`, application);
  }
  return found;
}

const inLab = (path: string) => said(octetsOf(`${FIXTURES}${path}`));

describe('the lab', () => {
  test('HTTP through VXLAN: first request, answer, and how many', () => {
    const found = inLab('flannel-vxlan/node1-eth1.pcap');
    expect(found.get('10.244.2.9:36306 > 10.244.1.170:80')).toEqual({
      protocol: 'http',
      request: 'GET /0.txt',
      host: '10.244.1.170',
      status: 200,
      delay: expect.closeTo(0.000209, 6),
      requests: 4,
      responses: 4,
      errors: 1,
    });
  });

  test('HTTP of large bodies in fragmented tunnels', () => {
    const found = inLab('outer-fragmentation/node2-eth1.pcap');
    expect(found.get('10.244.2.9:36306 > 10.244.1.170:80')).toMatchObject({
      protocol: 'http',
      requests: 1,
      responses: 1,
    });
  });

  test.each<[string, object]>([
    [
      'dns-no-answer/node1-eth1.pcap',
      { exchanges: [{ question: 'A web.default.svc.cluster.local', asked: 2 }], questions: 1, unanswered: 1 },
    ],
    [
      'flannel-vxlan/node3-eth1.pcap',
      {
        exchanges: [
          {
            question: 'A web.default.svc.cluster.local',
            asked: 1,
            rcode: 'NoError',
            answers: ['10.96.0.80'],
            delay: expect.closeTo(0.000199, 6),
          },
        ],
        questions: 1,
        unanswered: 0,
      },
    ],
  ])('DNS: %s', (path, expected) => {
    expect([...inLab(path).values()][0]).toEqual({ protocol: 'dns', ...expected });
  });

  test('DNS: an answer that came after the question was repeated', () => {
    const [application] = inLab('dns-lost-answer/node1-eth1.pcap').values();
    expect(application).toMatchObject({
      exchanges: expect.arrayContaining([
        expect.objectContaining({
          question: 'AAAA web.default.svc.cluster.local',
          asked: 2,
          delay: expect.closeTo(5, 1),
        }),
      ]),
      unanswered: 0,
    });
  });

  test('BGP: the hold timer expires, and the session comes back', () => {
    const sessions = [...inLab('bgp-hold-timer-expired/node1-eth0.pcap').values()].filter(
      ({ protocol }) => protocol === 'bgp',
    );
    expect(sessions).toHaveLength(2);
    expect(sessions[0]).toMatchObject({
      events: [
        { from: '10.20.0.3', message: 'OPEN', as: 64_512, hold_time: 3, identifier: '10.20.0.3' },
        { from: '10.20.0.5', message: 'OPEN', as: 64_512, hold_time: 3, identifier: '10.20.0.5' },
        {
          time: expect.stringMatching(/^2026-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/),
          from: '10.20.0.5',
          message: 'NOTIFICATION',
          reason: 'Hold Timer Expired',
        },
      ],
      notifications: 1,
    });
    expect(sessions[1]).toMatchObject({ events: [{ message: 'OPEN' }, { message: 'OPEN' }], notifications: 0 });
  });
});

/** What one end says, and when it has all of what the other said before. */
interface Turn {
  readonly from: 'client' | 'server';
  readonly octets: Uint8Array;
}

const CLIENT = '10.0.0.1:50000';

const latin = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const client = (octets: string | Uint8Array): Turn => ({
  from: 'client',
  octets: typeof octets === 'string' ? latin(octets) : octets,
});
const server = (octets: string | Uint8Array): Turn => ({ ...client(octets), from: 'server' });

/** Segments of a conversation whose turns are cut at the given lengths, over and over. */
function conversation(turns: readonly Turn[], port: number, cuts: readonly number[], turned = false): TimedPacket[] {
  const ends = { client: CLIENT, server: `10.0.0.2:${port}` };
  const next = { client: 1000, server: 5000 };
  const packets = [
    tcpPacket({ from: ends.client, to: ends.server, seq: 999, flags: 'S' }),
    tcpPacket({ from: ends.server, to: ends.client, seq: 4999, ack: 1000, flags: 'SA' }),
  ];
  let cut = 0;
  for (const { from, octets } of turns) {
    const to = from === 'client' ? 'server' : 'client';
    const segments: TimedPacket[] = [];
    for (let at = 0; at < octets.length; ) {
      const length = cuts[cut++ % cuts.length] ?? octets.length;
      const payload = octets.subarray(at, at + length);
      segments.push(
        tcpPacket({ from: ends[from], to: ends[to], seq: next[from] + at, ack: next[to], flags: 'A', payload }),
      );
      at += length;
    }
    next[from] += octets.length;
    // The first segment stays where it is; those behind come in the opposite order.
    if (turned) segments.splice(1, segments.length, ...segments.slice(1).reverse());
    packets.push(...segments);
  }
  return packets;
}

const CLIENT_HELLO = `16 0301 00c4  01 0000c0 0303
  cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7  00  0006 1301 1303 1302  01 00  0091
  0000 000b 0009 00 0006 736572766572  ff01 0001 00  000a 0014 0012 001d 0017 0018 0019 0100 0101 0102 0103 0104
  0023 0000  0033 0026 0024 001d 0020 99381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c
  002b 0003 02 0304  000d 0020 001e 0403 0503 0603 0203 0804 0805 0806 0401 0501 0601 0201 0402 0502 0602 0202
  002d 0002 01 01  001c 0002 4001`;
const SERVER_HELLO = `16 0303 005a  02 000056 0303
  a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e26928  00  1301  00  002e
  0033 0024 001d 0020 c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f  002b 0002 0304`;
const MARKER = 'ff'.repeat(16);
const QUESTION = '0377656207636c7573746572056c6f63616c00 0001 0001';

const CONVERSATIONS: readonly (readonly [name: string, port: number, turns: readonly Turn[], expected: object])[] = [
  [
    'HTTP: bodies, HEAD, 100 Continue, an error and a pipelined request',
    8080,
    [
      client('POST /up HTTP/1.1\r\nHost: web\r\nContent-Length: 14\r\nExpect: 100-continue\r\n\r\n'),
      server('HTTP/1.1 100 Continue\r\n\r\n'),
      client('GET /no/head\r\n\n'),
      server('HTTP/1.1 201 Created\r\nContent-Length: 22\r\n\r\nHTTP/1.1 999 No head\r\n'),
      client('HEAD /a HTTP/1.1\r\nHost: web\r\n\r\nGET /b HTTP/1.1\r\nHost: web\r\n\r\n'),
      server('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'),
      client('GET /c HTTP/1.1\r\nHost: web\r\n\r\n'),
      server('HTTP/1.1 204 No Content\r\n\r\n'),
    ],
    {
      protocol: 'http',
      request: 'POST /up',
      host: 'web',
      status: 201,
      delay: 0,
      requests: 4,
      responses: 4,
      errors: 1,
    },
  ],
  [
    'TLS on any port',
    31_443,
    [
      client(octetsOfHex(CLIENT_HELLO)),
      server(octetsOfHex(SERVER_HELLO)),
      client(octetsOfHex('17 0303 0004 01020304')),
    ],
    {
      protocol: 'tls',
      sni: 'server',
      version: 'TLS 1.3',
      cipher: 'TLS_AES_128_GCM_SHA256',
      ja4: 't13d030900_55b375c5d22e_59cd3dafc54d',
    },
  ],
  [
    'TLS that is refused',
    31_443,
    [client(octetsOfHex(CLIENT_HELLO)), server(octetsOfHex('15 0301 0002 02 28'))],
    {
      protocol: 'tls',
      sni: 'server',
      version: 'TLS 1.3',
      ja4: 't13d030900_55b375c5d22e_59cd3dafc54d',
      alert: 'Fatal: Handshake Failure',
    },
  ],
  [
    'DNS over TCP',
    53,
    [
      client(octetsOfHex(`0023 abcd 0100 0001 0000 0000 0000 ${QUESTION}`)),
      server(octetsOfHex(`0033 abcd 8180 0001 0001 0000 0000 ${QUESTION} c00c 0001 0001 0000001e 0004 0a600050`)),
      client(octetsOfHex(`0023 abce 0100 0001 0000 0000 0000 ${QUESTION}`)),
      server(octetsOfHex(`0023 abce 8182 0001 0000 0000 0000 ${QUESTION}`)),
    ],
    {
      protocol: 'dns',
      exchanges: [
        { question: 'A web.cluster.local', asked: 1, rcode: 'NoError', answers: ['10.96.0.80'], delay: 0 },
        { question: 'A web.cluster.local', asked: 1, rcode: 'ServFail', answers: [], delay: 0 },
      ],
      questions: 2,
      unanswered: 0,
    },
  ],
  [
    'BGP on another port',
    1179,
    [
      client(octetsOfHex(`${MARKER} 0025 01 04 5ba0 00b4 0a000001 08 02 06 41 04 00010000`)),
      server(octetsOfHex(`${MARKER} 001d 01 04 fc00 005a 0a000002 00`)),
      client(octetsOfHex(`${MARKER} 0013 04 ${MARKER} 0017 02 0000 0000`)),
      server(octetsOfHex(`${MARKER} 0013 04 ${MARKER} 0015 03 06 04`)),
    ],
    {
      protocol: 'bgp',
      events: [
        { message: 'OPEN', from: '10.0.0.1', as: 65_536, hold_time: 180, identifier: '10.0.0.1' },
        { message: 'OPEN', from: '10.0.0.2', as: 64_512, hold_time: 90, identifier: '10.0.0.2' },
        { message: 'NOTIFICATION', from: '10.0.0.2', reason: 'Cease: Administrative Reset' },
      ].map((event) => ({ time: '1970-01-01T00:00:00.000000000Z', ...event })),
      keepalives: 2,
      updates: 1,
      notifications: 1,
    },
  ],
];

/** Shortest first segment that BGP is told by: a whole marker. */
const LEAST_CUT = 16;

describe.each(CONVERSATIONS)('%s', (_, port, turns, expected) => {
  const place = `${CLIENT} > 10.0.0.2:${port}`;

  test('in whole segments', () => {
    expect(said(capture(conversation(turns, port, [4096]))).get(place)).toEqual(expected);
  });

  test('cut anywhere, and out of order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 30 }),
        fc.boolean(),
        (cuts, turned) => {
          // Of segments out of order as many are held as fit into a limit.
          const least = port === 1179 ? LEAST_CUT : turned ? 4 : 1;
          const lengths = cuts.map((cut) => cut + least - 1);
          expect(said(capture(conversation(turns, port, lengths, turned))).get(place)).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('cut off or overwritten at any octet: no error, and nothing that was not there', () => {
    const packets = conversation(turns, port, [50]);
    const known = new Set(JSON.stringify(expected).match(/[A-Za-z]{3,}/g));
    fc.assert(
      fc.property(fc.nat(packets.length - 1), fc.nat(80), fc.nat(255), fc.boolean(), (index, at, value, isCut) => {
        const changed = packets.map(({ time, octets }, i) => {
          if (i !== index) return { time, octets };
          const copy = octets.slice(0, isCut ? Math.max(40, at) : octets.length);
          if (!isCut && 40 + at < copy.length) copy[40 + at] = value;
          return { time, octets: copy };
        });
        const application = said(capture(changed)).get(place);
        if (isCut) {
          for (const word of JSON.stringify(application ?? {}).match(/[A-Za-z]{3,}/g) ?? [])
            expect(known).toContain(word);
        }
      }),
      { numRuns: 200 },
    );
  });
});

test('HTTP goes on behind a gap', () => {
  const turns = [
    client('GET /a HTTP/1.1\r\n\r\n'),
    server(`HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n${'x'.repeat(200)}`),
    client('GET /b HTTP/1.1\r\n\r\n'),
    server('HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n'),
  ];
  const packets = conversation(turns, 80, [60]).filter((_, i) => i !== 4);
  // Enough packets for the hole to be given up.
  const acks = Array.from({ length: 40 }, () =>
    tcpPacket({ from: CLIENT, to: '10.0.0.2:80', seq: 1038, ack: 5281, flags: 'A' }),
  );
  expect([...said(capture([...packets, ...acks])).values()]).toMatchObject([{ requests: 2, responses: 2, errors: 1 }]);
});

test.each<[string, TimedPacket[]]>([
  ['no protocol that is known', conversation([client('\x01\x02\x03'), server('SSH-2.0-x\r\n')], 80, [4096])],
  ['a letter that might begin a method', conversation([client('P'), server('p')], 23, [4096])],
  ['a datagram that is no message', [udpPacket({ from: CLIENT, to: '10.0.0.2:53', payload: 'x' })]],
  ['nothing', conversation([], 80, [1])],
])('nothing is told of %s', (_, packets) => {
  expect([...said(capture(packets)).values()]).toEqual([]);
});

test('facts of as many flows are kept as were asked for, until they are told', () => {
  const tracker = new ObservedTracker(dissector, { seed: 1, maxFlows: 20_000 });
  const observer = new ApplicationObserver(() => tracker.base, 2);
  tracker.observer = observer;
  const request = (port: number): TimedPacket =>
    tcpPacket({ from: `10.0.0.1:${port}`, to: '10.0.0.2:80', seq: 1, payload: 'GET / HTTP/1.1\r\n\r\n' });
  addCapture(tracker, capture([1, 2, 3].map(request)), 'capture');
  expect([1, 2, 3].map((flow) => observer.application(flow)?.protocol)).toEqual(['http', 'http', undefined]);
  expect(observer.left).toBe(1);
  observer.release(1);
  addCapture(tracker, capture([request(4)]), 'capture');
  expect([1, 4].map((flow) => observer.application(flow)?.protocol)).toEqual([undefined, 'http']);
});

test('what is held of all flows has a limit', () => {
  const tracker = new ObservedTracker(dissector, { seed: 1, maxFlows: 20_000 });
  const observer = new ApplicationObserver(() => tracker.base);
  tracker.observer = observer;
  const packets: TimedPacket[] = [];
  for (let flow = 0; flow < 400; flow++) {
    const ends = { from: `10.0.${flow >> 8}.${flow & 255}:50000`, to: '10.1.0.1:80' };
    packets.push(tcpPacket({ ...ends, seq: 1, payload: 'GET / HTTP/1.1\r\n' }));
    for (let i = 0; i < 60; i++) packets.push(tcpPacket({ ...ends, seq: 1000 + 1100 * i, payload: 'x'.repeat(1000) }));
  }
  addCapture(tracker, capture(packets), 'capture');
  expect(observer.held).toBeGreaterThan(10 * 1024 * 1024);
  expect(observer.held).toBeLessThanOrEqual(16 * 1024 * 1024);
  for (let flow = 1; flow <= 400; flow++) observer.release(flow);
  expect(observer.held).toBe(0);
});
