import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Layers } from '../../src/dissect/layers.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { Session } from '../../src/reassemble/session.ts';
import { layerObject } from '../../src/render/object.ts';
import { protocolsText } from '../../src/render/protocols-text.ts';

const dissector = createDissector(standardProtocols);
const RAW = 101;

const uint16 = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff];
const uint32 = (value: number): number[] => [...uint16(value >>> 16), ...uint16(value & 0xffff)];

/** IPv4 from 10.0.0.1 to 10.0.0.2; `word` is the one with flags and fragment offset. */
function ipv4(protocol: number, payload: readonly number[], { id = 1, word = 0, vni = 1 } = {}): Uint8Array {
  const length = uint16(20 + payload.length);
  return Uint8Array.from([
    0x45,
    0,
    ...length,
    ...uint16(id),
    ...uint16(word),
    64,
    protocol,
    0,
    0,
    10,
    0,
    0,
    vni,
    10,
    0,
    0,
    2,
    ...payload,
  ]);
}

/** A TCP segment from port 40000. */
function segment(sequence: number, payload: readonly number[], port = 179, flags = 0x18): Uint8Array {
  const header = [
    ...uint16(40000),
    ...uint16(port),
    ...uint32(sequence),
    ...uint32(1),
    0x50,
    flags,
    0x10,
    0,
    0,
    0,
    0,
    0,
  ];
  return ipv4(6, [...header, ...payload]);
}

/** Dissects packets one after the other in one session and answers what `seen` makes of each. */
function pass<T>(packets: readonly Uint8Array[], seen: (layers: Layers) => T, seconds: readonly number[] = []): T[] {
  const session = new Session();
  const layers = dissector.createLayers();
  return packets.map((octets, index) => {
    session.at(index + 1, seconds[index] ?? 0, 'eth0');
    dissector.dissect(layers, new DataView(octets.buffer), 0, octets.length, octets.length, RAW, 0, session);
    return seen(layers);
  });
}

describe('fragments', () => {
  const datagram = [
    ...uint16(5555),
    ...uint16(7777),
    ...uint16(40),
    ...uint16(0),
    ...Array.from({ length: 32 }, (_, i) => i),
  ];
  const piece = (from: number, to: number, id = 1): Uint8Array =>
    ipv4(17, datagram.slice(from, to), { id, word: (to < datagram.length ? 0x2000 : 0) | (from / 8) });
  const three = [piece(0, 16), piece(16, 32), piece(32, 40)];

  test.each([
    ['in order', [0, 1, 2], [1, 2, 3]],
    ['backwards', [2, 1, 0], [1, 2, 3]],
    ['with one twice', [1, 0, 1, 2], [1, 2, 4]],
  ])('%s: the packet appears where it is whole', (_, order, frames) => {
    const found = pass(
      order.map((index) => three[index]!),
      (layers) => ({ protocols: protocolsText(layers), last: layerObject(layers, layers.count - 1) }),
    );
    expect(found.slice(0, -1).map(({ protocols }) => protocols)).toEqual(order.slice(1).map(() => 'ip'));
    const whole = found.at(-1);
    expect(whole?.protocols).toBe('ip:udp');
    expect(whole?.last).toMatchObject({ layer: 'udp', source: 1, range: [0, 8], srcport: 5555, length: 40 });
    expect(whole?.last['frames']).toEqual(frames);
  });

  test('a fragment behind the end that the last one gives is no part of the packet', () => {
    const far = ipv4(17, Array<number>(16).fill(0xee), { word: 0x2000 | 8 });
    expect(pass([piece(0, 16), far, piece(16, 40)], protocolsText)).toEqual(['ip', 'ip', 'ip:udp']);
    const more = ipv4(17, datagram.slice(32, 40), { word: 0x2000 | 4 });
    const last = ipv4(17, datagram.slice(8, 16), { word: 1 });
    expect(pass([piece(0, 16), piece(16, 32), more, last], protocolsText).at(-1)).toBe('ip:udp');
  });

  test('packets of different identification stay apart', () => {
    const found = pass([piece(0, 16, 1), piece(16, 40, 2), piece(16, 40, 1)], protocolsText);
    expect(found).toEqual(['ip', 'ip', 'ip:udp']);
  });

  test('they wait 30 seconds', () => {
    expect(pass([piece(0, 16), piece(16, 40)], protocolsText, [0, 30])).toEqual(['ip', 'ip:udp']);
    expect(pass([piece(0, 16), piece(16, 40)], protocolsText, [0, 31])).toEqual(['ip', 'ip']);
  });

  test('octets that came first stay where another fragment says otherwise, and that is told', () => {
    const other = ipv4(
      17,
      datagram.slice(8, 24).map(() => 0xff),
      { word: 0x2001 },
    );
    const found = pass([piece(0, 16), other, piece(16, 40)], (layers) => {
      const codes = Array.from({ length: layers.issues.count }, (_, i) => layers.issues.at(i).code);
      const source = layers.sources[0];
      return { codes, octets: source === undefined ? [] : [...new Uint8Array(source.view.buffer)] };
    });
    expect(found[1]?.codes).toContain('fragmentOverlap');
    expect(found[2]?.octets.slice(0, 24)).toEqual([...datagram.slice(0, 16), ...Array<number>(8).fill(0xff)]);
  });

  test('without a session the first fragment is dissected as far as it goes', () => {
    const layers = dissector.createLayers();
    const octets = three[0]!;
    dissector.dissect(layers, new DataView(octets.buffer), 0, octets.length, octets.length, RAW);
    expect(protocolsText(layers)).toBe('ip:udp');
    expect(layers.issues.count).toBe(0);
  });

  test('a first fragment that the capture cut off is dissected as far as it goes', () => {
    const session = new Session();
    const layers = dissector.createLayers();
    const octets = three[0]!;
    session.at(1, 0, 'eth0');
    dissector.dissect(layers, new DataView(octets.buffer), 0, octets.length - 4, octets.length, RAW, 0, session);
    expect(protocolsText(layers)).toBe('ip:udp');
  });

  test('a flood of first fragments stays bounded', () => {
    const session = new Session();
    const layers = dissector.createLayers();
    for (let id = 0; id < 5000; id++) {
      const octets = piece(0, 16, id);
      session.at(id + 1, 0, 'eth0');
      dissector.dissect(layers, new DataView(octets.buffer), 0, octets.length, octets.length, RAW, 0, session);
    }
    expect(session.fragments.abandoned).toBe(5000 - 1024);
  });
});

describe('segments', () => {
  const keepalive = [...Array<number>(16).fill(0xff), 0, 19, 4];
  const notification = [...Array<number>(16).fill(0xff), 0, 21, 3, 6, 2];
  const stream = [...keepalive, ...notification, ...keepalive, ...keepalive, ...notification];
  const START = 0xfffffff0;

  /** Types of the BGP messages that each packet shows. */
  const types = (layers: Layers): unknown[] =>
    Array.from({ length: layers.count }, (_, row) => layerObject(layers, row))
      .filter(({ layer }) => layer === 'bgp')
      .map((layer) => layer['type']);

  test('cut anywhere, in segments of any length, the messages are the same', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }), (lengths) => {
        const packets: Uint8Array[] = [];
        let at = 0;
        for (let i = 0; at < stream.length; i++) {
          const end = Math.min(stream.length, at + lengths[i % lengths.length]!);
          packets.push(segment((START + at) >>> 0, stream.slice(at, end)));
          at = end;
        }
        expect(pass(packets, types).flat()).toEqual([4, 3, 4, 4, 3]);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test('a segment out of order is held until the hole is filled', () => {
    const cut = [0, 10, 30, 50, stream.length];
    const parts = cut.slice(0, -1).map((from, i) => segment((START + from) >>> 0, stream.slice(from, cut[i + 1])));
    const found = pass([parts[0]!, parts[2]!, parts[3]!, parts[1]!], types);
    expect(found).toEqual([[], [], [], [4, 3, 4, 4, 3]]);
  });

  test('what was seen before is not looked at again', () => {
    const found = pass(
      [segment(1, stream.slice(0, 30)), segment(1, stream.slice(0, 30)), segment(31, stream.slice(30))],
      types,
    );
    expect(found).toEqual([[4], [], [3, 4, 4, 3]]);
  });

  test('the message says in which frames it began', () => {
    const found = pass(
      [segment(1, stream.slice(0, 5)), segment(6, stream.slice(5, 12)), segment(13, stream.slice(12, 19))],
      (layers) => layerObject(layers, layers.count - 1),
    );
    expect(found[2]).toMatchObject({ layer: 'bgp', source: 1, frames: [1, 2, 3], range: [0, 19] });
  });

  test('a new connection on the same ports begins anew', () => {
    const found = pass([segment(1, stream.slice(0, 25)), segment(100, [], 179, 0x02), segment(101, stream)], types);
    expect(found).toEqual([[4], [], [4, 3, 4, 4, 3]]);
  });

  test('a hole whose octets the receiver acknowledges is one of the capture, and ends the wait', () => {
    const answer = (acknowledged: number): Uint8Array => {
      const octets = segment(1, []);
      octets.copyWithin(12, 16, 20);
      octets.set([10, 0, 0, 1], 16);
      octets.set([...uint16(179), ...uint16(40000), ...uint32(1), ...uint32(acknowledged)], 20);
      return octets;
    };
    const hole = [segment(1, stream.slice(0, 25)), segment(100, stream.slice(0, 19))];
    const behind = segment(119, keepalive);
    expect(pass([...hole, answer(26), behind], types)).toEqual([[4], [], [], []]);
    expect(pass([...hole, answer(119), behind], types)).toEqual([[4], [], [], [4]]);
  });

  test('a hole that stays ends the wait', () => {
    const packets = [segment(1, stream.slice(0, 25))];
    for (let i = 0; i < 65; i++) packets.push(segment(1000 + 100 * i, stream.slice(0, 19)));
    packets.push(segment(100000, keepalive));
    const found = pass(packets, types);
    expect(found.at(-1)).toEqual([4]);
  });
});
