/** The JSON of packets: valid against the schema, equal to the object API, accepted by jq. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { raw } from 'jq-wasm';
import { describe, expect, test } from 'vitest';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { packetJson } from '../../src/render/json.ts';
import { layerObject } from '../../src/render/object.ts';
import { recordSchema } from '../../src/render/schema.ts';
import { runCli } from '../cli/run-cli.ts';
import { capturesBelow, FIXTURES, hasShared, packetsOf, SHARED } from '../corpus.ts';

const dissector = createDissector(standardProtocols);
const layers = dissector.createLayers();
const ajv = new Ajv2020({ strict: false, discriminator: true });
const validate = ajv.compile(recordSchema(standardProtocols));
const head = {
  number: 1,
  seconds: 1_720_000_000,
  nanos: 123_456_789,
  point: 'node1-eth1',
  interface: 'eth1',
  captured: 0,
  length: 0,
  comments: [],
};

/** Keys that appear twice in one object of a JSON text: JSON.parse keeps the last of them, jq too. */
function repeatedKeys(text: string): string[] {
  const found: string[] = [];
  const objects: Set<string>[] = [];
  for (const [token, key] of text.matchAll(/[{}]|"(?:[^"\\]|\\.)*"(?=(:)?)/g)) {
    if (token === '{') objects.push(new Set());
    else if (token === '}') objects.pop();
    else if (key === ':') {
      if (objects.at(-1)?.has(token)) found.push(token);
      objects.at(-1)?.add(token);
    }
  }
  return found;
}

/** Faults in the records of a capture. */
function faults(path: string): string[] {
  const found: string[] = [];
  for (const [index, { octets, wireLength, linkType, fcsOctets }] of packetsOf(path).entries()) {
    dissector.dissect(layers, new DataView(octets.buffer), 0, octets.length, wireLength, linkType, fcsOctets);
    const text = packetJson(layers, head);
    const record = JSON.parse(text) as { layers: Record<string, unknown>[] };
    if (repeatedKeys(text).length > 0) found.push(`${index + 1}: repeats ${repeatedKeys(text).join(', ')}`);
    const objects = Array.from({ length: layers.count }, (_, row) => layerObject(layers, row));
    for (const layer of record.layers) {
      delete layer['payload'];
      delete layer['padding'];
    }
    if (!isDeepStrictEqual(record.layers, objects)) found.push(`${index + 1}: differs from the object`);
    if (!validate(JSON.parse(text))) {
      const [error] = validate.errors?.filter(({ keyword }) => keyword !== 'const' && keyword !== 'oneOf') ?? [];
      found.push(`${index + 1}: not of the schema: ${JSON.stringify(error)}`);
    }
  }
  return found;
}

test.each(capturesBelow(FIXTURES))('%s', (path) => {
  expect(faults(join(FIXTURES, path))).toEqual([]);
});

describe.skipIf(!hasShared)('captures made by others (skipped: ../shared/captures is missing)', () => {
  test('their records are what they should be', () => {
    const found = capturesBelow(SHARED).flatMap((path) =>
      faults(join(SHARED, path)).map((fault) => `${path}#${fault}`),
    );
    expect(found.slice(0, 20)).toEqual([]);
  });
});

test('jq reads every line', async () => {
  const capture = `${FIXTURES}flannel-vxlan/node1-eth1.pcap`;
  const { stdout } = await runCli([capture, '--json']);
  const count = stdout.trim().split('\n').length;
  const out = await raw(stdout, '.type + " " + (.layers | length | tostring)', ['-r']);
  expect(out.trim().split('\n')).toHaveLength(count);
});

/** The captures the README names, as captures of the lab. */
const RECIPE_CAPTURES: Readonly<Record<string, string>> = {
  'capture.cap': `${FIXTURES}flannel-vxlan/node1-eth1.pcap`,
  'pod.cap': `${FIXTURES}offload-checksums/node1-web.eth0.pcap`,
  'loss.cap': `${FIXTURES}loss/node1-eth1.pcap`,
  context: `${FIXTURES}flannel-vxlan/context`,
};

test('the README’s recipes run', async () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const recipes = [...readme.matchAll(/^netdissect (\S+)((?: [^|\n]+)?) \| jq ((?:-\w+ )*)'([^']+)'/gm)];
  expect(recipes.length).toBeGreaterThanOrEqual(3);
  for (const [line, first = '', options = '', flags = '', filter = ''] of recipes) {
    const given = `${first} ${options}`.trim().split(/\s+/);
    // A few packets: jq as WebAssembly takes its time.
    const few = first === 'flows' ? [] : ['-c', '20'];
    const words = [...given.map((word) => RECIPE_CAPTURES[word] ?? word), ...few];
    const { stdout, status } = await runCli(words);
    expect(status, line).toBe(0);
    const out = await raw(stdout, filter, flags.trim().split(' ').filter(Boolean));
    expect(out.trim(), line).not.toBe('');
  }
});
