/** Flows as lines of JSON written from columns: the same octets as `JSON.stringify` makes of their records. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AddressTable } from '../../src/flow/address-table.ts';
import { Cold, ColdTime, HotTime, RECORD_TIMES, RECORD_WORDS, Trouble } from '../../src/flow/flow-columns.ts';
import { FlowReader } from '../../src/flow/flow-reader.ts';
import { FlowTable } from '../../src/flow/flow-table.ts';
import { PathTable } from '../../src/flow/path-table.ts';
import { KeyBit, TUNNEL_KIND_SHIFT } from '../../src/flow/queue.ts';
import { flowJson } from '../../src/render/flow-json.ts';
import { FlowJsonLines } from '../../src/render/flow-json-lines.ts';
import { writeSeconds, writeTime } from '../../src/render/flow-values.ts';
import { TextBuffer } from '../../src/render/text-buffer.ts';
import { capturesBelow, FIXTURES } from '../corpus.ts';
import { addCapture, octetsOf, testTracker } from '../flow/track.ts';

const text = (out: TextBuffer): string => {
  const written = out.textFrom(0);
  out.at = 0;
  return written;
};

test.each(capturesBelow(FIXTURES))('%s', (path) => {
  const tracker = testTracker();
  addCapture(tracker, octetsOf(`${FIXTURES}${path}`), path);
  const out = new TextBuffer();
  let lines: FlowJsonLines | undefined;
  for (const { reader, record } of tracker.held()) {
    lines ??= new FlowJsonLines(out, reader);
    lines.write(record, { application: undefined, nat: undefined });
    expect(text(out)).toBe(flowJson(reader.record(record)));
  }
});

describe('any columns', () => {
  const table = new FlowTable(4, 1, () => undefined);
  const addresses = new AddressTable(1);
  const address = new DataView(new ArrayBuffer(16));
  for (let i = 0; i < 8; i++) {
    address.setInt32(12, i * 0x01020304);
    addresses.numberOf(address, 0);
  }
  const paths = new PathTable();
  const hop = { kind: 1, id: 7, port: 8472, ipv6: false, first: 1, second: 2 };
  paths.numberOf([hop, { ...hop, ipv6: true, id: undefined, port: 0 }]);
  const input = { linkType: () => 1, fcsOctets: () => 0, point: () => 'point "\u{1b}' };
  const reader = new FlowReader(table, {
    addresses,
    paths,
    points: [{ input, interfaceId: 0, interfaceIndex: 0 }],
    base: 1_700_000_000,
    dissector: { tunnelKinds: ['', 'vxlan', 'gre'] },
  });
  const out = new TextBuffer();
  const lines = new FlowJsonLines(out, reader);
  const record = table.take();
  const trouble = table.troubleOf(record);
  const at = record * RECORD_WORDS;

  const word = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.constantFrom(0, 1, -1, 0x7fffffff));
  const words = fc.array(word, { minLength: RECORD_WORDS, maxLength: RECORD_WORDS });
  const nanos = fc.oneof(
    fc.constant(Number.NaN),
    fc.integer({ min: 0, max: 2 ** 53 - 1 }),
    fc.integer({ min: 0, max: 1e10 }),
    fc.integer({ min: -1e12, max: 0 }),
    fc.integer({ min: 0, max: 1e6 }).map((micros) => micros * 1e6),
  );
  const protocol = fc.constantFrom(1, 6, 17, 58, 89, 132);
  const kind = fc.constantFrom(0, 1, 2, 127);

  test('are written as the record is told', () => {
    const property = fc.property(
      words,
      fc.array(word, { minLength: 31, maxLength: 31 }),
      fc.tuple(nanos, nanos, nanos),
      fc.tuple(protocol, fc.boolean(), kind, fc.boolean(), fc.float({ noNaN: true, min: 0, max: 1e9 })),
      (columns, counters, [start, last, opening], [number, isIpv6, tunnel, hasTrouble, trip]) => {
        table.words.set(columns, at);
        table.trouble.set(counters, trouble);
        table.troubleTime[trouble / 2 + 12] = 1e9;
        table.troubleTime[trouble / 2 + 13] = 0;
        table.troubleTime[trouble / 2 + 10] = 1e6;
        table.troubleTime[trouble / 2 + 11] = 5e5;
        table.trouble[trouble + Trouble.copies] = 0;
        table.words[at + 3] = number | (isIpv6 ? KeyBit.ipv6 | KeyBit.outerIpv6 : 0);
        if (isIpv6) for (const column of [0, 1, 4, 5]) table.words[at + column] = columns[column]! & 7;
        if (tunnel === 127) table.words[at + 4] = 1;
        table.words[at + 6] = (columns[6]! & 0x80ffffff) | (tunnel << TUNNEL_KIND_SHIFT);
        table.words[at + Cold.trouble] = hasTrouble ? trouble / 32 : 0;
        // At most four times to live are kept.
        table.words[at + Cold.rstTtls] = columns[Cold.rstTtls]! & 0x0303ffff;
        for (const column of [Cold.rttLeast, Cold.rttMean, Cold.rttMost]) table.floats[at + column] = trip;
        for (const column of [Cold.rttLeast, Cold.rttMean, Cold.rttMost]) table.floats[at + column + 1] = trip / 3;
        table.times[record * RECORD_TIMES + HotTime.last] = last;
        table.times[record * RECORD_TIMES + ColdTime.start] = start;
        table.times[record * RECORD_TIMES + ColdTime.opening] = opening;
        lines.write(record, { application: undefined, nat: undefined });
        expect(text(out)).toBe(flowJson(reader.record(record)));
      },
    );
    fc.assert(property, { numRuns: 3000, seed: 1 });
  });

  test('facts from elsewhere stand at the end', () => {
    lines.write(record, { application: { protocol: 'dns' }, nat: ['\u{202e}'] });
    expect(text(out)).toMatch(/,"application":\{"protocol":"dns"\},"nat":\["\\u202e"\]\}$/);
  });
});

test('seconds are those of a division', () => {
  const out = new TextBuffer();
  const nanos = fc.oneof(fc.integer({ min: 0, max: 2 ** 53 - 1 }), fc.integer({ min: 0, max: 5000 }), fc.double());
  const property = fc.property(nanos, (value) => {
    writeSeconds(out, value);
    expect(text(out)).toBe(JSON.stringify(value / 1e9));
  });
  fc.assert(property, { numRuns: 5000, seed: 1 });
});

test.each([
  [0, 0, '"1970-01-01T00:00:00.000000000Z"'],
  [1_720_000_000, 86_399e9 + 5, '"2024-07-04T09:46:39.000000005Z"'],
  [-1, 0, '"1969-12-31T23:59:59.000000000Z"'],
  [2 ** 60, 0, '"+285428751-11-12T07:36:31.000000000Z"'],
  [0, Number.NaN, 'null'],
])('the time %d and %d', (base, nanos, expected) => {
  const out = new TextBuffer();
  writeTime(out, base, nanos);
  expect(text(out)).toBe(expected);
});
