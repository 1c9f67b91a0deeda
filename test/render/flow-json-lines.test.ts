/** Flows as lines of JSON written from columns: the same octets as `JSON.stringify` makes of their records. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AddressTable } from '../../src/flow/address-table.ts';
import { Cold, ColdTime, HotTime, RECORD_TIMES, RECORD_WORDS, Trouble } from '../../src/flow/flow-columns.ts';
import { DEFAULT_MAX_FLOWS } from '../../src/flow/flow-defaults.ts';
import { FlowReader } from '../../src/flow/flow-reader.ts';
import { hotColumns } from '../../src/flow/flow-reserve.ts';
import { FlowTable } from '../../src/flow/flow-table.ts';
import { PathTable } from '../../src/flow/path-table.ts';
import { KeyBit, TUNNEL_KIND_SHIFT } from '../../src/flow/queue.ts';
import { ReadBuffers } from '../../src/node/read-buffers.ts';
import { flowJson } from '../../src/render/flow-json.ts';
import { flowJsonLines } from '../../src/render/flow-json-lines.ts';
import { flowParts } from '../../src/render/flow-json-parts.ts';
import { Fixed } from '../../src/render/flow-json-texts.ts';
import { compiledColumns, lineColumns } from '../../src/render/flow-lines-kernel.ts';
import { ROOM } from '../../src/render/octet-chunk.ts';
import { capturesBelow, FIXTURES } from '../corpus.ts';
import { addCapture, octetsOf, testTracker } from '../flow/track.ts';
import { chunkToText, lineKernel, lineOf } from './flow-line.ts';

const WAYS = [
  { way: 'JavaScript', kernel: () => undefined },
  { way: 'WebAssembly', kernel: lineKernel },
];

test('flows by WebAssembly', () => {
  const { code, columns } = lineKernel();
  const tracker = testTracker({ columns });
  new ReadBuffers(columns);
  for (const path of capturesBelow(FIXTURES)) addCapture(tracker, octetsOf(`${FIXTURES}${path}`), path);
  let line: ReturnType<typeof lineOf> | undefined;
  let flows = 0;
  for (const { reader, record } of tracker.held()) {
    line ??= lineOf(reader, { code, columns });
    expect(line(record)).toBe(flowJson(reader.record(record)));
    flows++;
  }
  expect(flows).toBeGreaterThan(500);
});

test.each(capturesBelow(FIXTURES))('%s', (path) => {
  const tracker = testTracker();
  addCapture(tracker, octetsOf(`${FIXTURES}${path}`), path);
  let line: ReturnType<typeof lineOf> | undefined;
  for (const { reader, record } of tracker.held()) {
    line ??= lineOf(reader);
    expect(line(record)).toBe(flowJson(reader.record(record)));
  }
});

describe.each(WAYS)('any columns by $way', ({ kernel: makeKernel }) => {
  const kernel = makeKernel();
  const columns = kernel?.columns;
  // In the order in which a tracker takes them, and the command its buffers.
  if (columns !== undefined) hotColumns(columns);
  const table = new FlowTable(kernel === undefined ? 4 : DEFAULT_MAX_FLOWS, 1, () => undefined, { columns });
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
  const names = {
    addresses,
    paths,
    points: [{ input, interfaceId: 0, interfaceIndex: 0 }],
    base: 1_700_000_000,
    dissector: { tunnelKinds: ['', 'vxlan', 'gre'] },
  };
  const reader = new FlowReader(table, names, columns);
  if (columns !== undefined) new ReadBuffers(columns);
  const line = lineOf(reader, kernel);
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
        const written = line(record);
        expect(written).toBe(flowJson(reader.record(record)));
        // Parts whose length is bounded leave more than half of their room.
        expect(written.length).toBeLessThan(ROOM / 2);
      },
    );
    fc.assert(property, { numRuns: 3000, seed: 1 });
  });

  test('facts from elsewhere stand at the end', () => {
    expect(line(record, { application: { protocol: 'dns' }, nat: ['\u{202e}'] })).toMatch(
      /,"application":\{"protocol":"dns"\},"nat":\["\\u202e"\]\}$/,
    );
  });
});

test('the kernel writes what lies where it was compiled for, and nothing else', () => {
  const putOf = (maxFlows: number, before: number): string => {
    const kernel = lineKernel();
    const { columns } = kernel;
    hotColumns(columns);
    columns.octets(before);
    const table = new FlowTable(maxFlows, 1, () => undefined, { columns });
    const dissector = { tunnelKinds: [] };
    const names = { addresses: new AddressTable(1), paths: new PathTable(), points: [], base: 0, dissector };
    const reader = new FlowReader(table, names, columns);
    new ReadBuffers(columns);
    const { chunk, numbers, base } = lineColumns(() => undefined, columns);
    const text = chunk.texts(Fixed);
    return String(compiledColumns(kernel, base)(reader, chunk, numbers, text, flowParts(reader, chunk, numbers, text)));
  };
  expect(putOf(DEFAULT_MAX_FLOWS, 0)).toContain('[native code]');
  expect(putOf(DEFAULT_MAX_FLOWS / 2, 0)).not.toContain('[native code]');
  expect(putOf(DEFAULT_MAX_FLOWS / 2, 4096)).not.toContain('[native code]');
});

test('lines one behind the other, some of them longer than all that is written at once', () => {
  const tracker = testTracker();
  for (const path of capturesBelow(FIXTURES).slice(0, 12)) addCapture(tracker, octetsOf(`${FIXTURES}${path}`), path);
  const { chunk, numbers, taken } = chunkToText();
  const held = Array.from(tracker.held(), (flow) => ({ ...flow }));
  const put = flowJsonLines(held[0]!.reader, chunk, numbers);
  const expected: string[] = [];
  let at = 0;
  for (let i = 0; i < 2000; i++) {
    const { reader, record } = held[i % held.length]!;
    const application = i % 97 === 0 ? { host: 'é'.repeat(i * 100) } : i % 5 === 0 ? { host: `host-${i}` } : undefined;
    at = put(at, record, { application, nat: undefined });
    const told = application === undefined ? '' : `,"application":${JSON.stringify(application)}`;
    expected.push(`${flowJson(reader.record(record)).slice(0, -1)}${told}}\n`);
  }
  expect(taken(at)).toBe(expected.join(''));
});
