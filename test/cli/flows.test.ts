import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { raw } from 'jq-wasm';
import { describe, expect, test } from 'vitest';
import { standardProtocols } from '../../src/protocols/index.ts';
import { recordSchema } from '../../src/render/schema.ts';
import { capturesBelow, FIXTURES } from '../corpus.ts';
import { runCli } from './run-cli.ts';

const SERVICE = `${FIXTURES}service-clusterip`;
const BOTH = [`${SERVICE}/node2-cni0.pcap`, `${SERVICE}/node2-eth1.pcap`];

interface Flow {
  readonly id: number;
  readonly point: string;
  readonly protocol: string;
  readonly client: { readonly ip: string; readonly port?: number; readonly pod?: string; readonly node?: string };
  readonly server: { readonly ip: string; readonly port?: number; readonly pod?: string; readonly service?: string };
  readonly c2s: { readonly packets: number };
  readonly s2c: { readonly packets: number };
  readonly tunnel: readonly { readonly client_node?: string }[];
  readonly application?: { readonly protocol: string; readonly status?: number };
  readonly nat?: readonly { readonly kind: string; readonly flow: number; readonly because: readonly string[] }[];
}

/** Flows of a call with `--json`. */
async function flows(...argv: string[]): Promise<Flow[]> {
  const { stdout, stderr, status } = await runCli(['flows', '--json', ...argv]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Flow);
}

test('a record is of the published schema, whatever the capture', async () => {
  const validate = new Ajv2020({ strict: false, discriminator: true }).compile({
    ...recordSchema(standardProtocols),
    oneOf: undefined,
    $ref: '#/$defs/flow',
  });
  for (const path of capturesBelow(FIXTURES).filter((name) => /eth1|eth0|cni0|any/.test(name))) {
    const { stdout } = await runCli(['flows', '--json', `${FIXTURES}${path}`, '-q']);
    for (const line of stdout.split('\n').filter((text) => text.startsWith('{"type":"flow"'))) {
      if (!validate(JSON.parse(line))) throw new Error(`${path}: ${JSON.stringify(validate.errors?.[0])} in ${line}`);
    }
  }
});

describe('a service behind address translation', () => {
  test('conversations before and behind it are linked, and named', async () => {
    const found = await flows(...BOTH, '--context', `${SERVICE}/context`, '--where', 'protocol == tcp');
    const translated = found.find(({ point, client }) => point.endsWith('eth1') && client.port === 41001);
    const link = translated?.nat?.[0];
    const original = found.find(({ id }) => id === link?.flow);
    expect(translated).toMatchObject({
      client: { pod: 'default/client', node: 'node2' },
      server: { pod: 'default/web', ip: '10.244.1.170' },
      tunnel: [{ client_node: 'node2' }],
    });
    expect(original?.server).toMatchObject({ ip: '10.96.0.80', service: 'default/my-nginx' });
    expect(link?.because).toContain('conntrack of node2 has it');
  });

  test('two clients on one port number are not mixed up', async () => {
    const found = await flows(...BOTH, '--where', 'client.port == 41002 && nat');
    for (const { client, nat = [] } of found) {
      for (const { flow } of nat) {
        const other = (await flows(...BOTH, '--where', `id == ${flow}`))[0];
        expect(other?.client.ip).toBe(client.ip);
      }
    }
    expect(found.length).toBeGreaterThan(1);
  });

  test('-n turns names off', async () => {
    const found = await flows(...BOTH, '--context', `${SERVICE}/context`, '-n');
    expect(found.every(({ client }) => client.pod === undefined)).toBe(true);
  });
});

describe('filters', () => {
  const node = `${SERVICE}/node2-eth1.pcap`;

  test('-Y chooses the packets that count', async () => {
    const all = await flows(node, '--where', 'protocol == tcp');
    const syns = await flows(node, '-Y', 'tcp.flags.syn == 1');
    expect(syns.map(({ client }) => client)).toEqual(all.map(({ client }) => client));
    for (const { c2s, s2c } of syns) expect([c2s.packets, s2c.packets]).toEqual([1, 1]);
  });

  test.each([
    ['server.port == 53', 1],
    ['server.port in {53, 80}', 4],
    ['protocol == tcp and not client.ip == 10.244.2.9', 1],
    ['tunnel.kind == vxlan && tunnel.vni == 1', 4],
    ['application.status == 200', 3],
    ['application.exchanges.question contains "my-nginx"', 1],
    ['c2s.packets > 100', 0],
    ['nat', 0],
    ['!tcp', 1],
  ])('--where %s shows %i', async (where, count) => {
    expect(await flows(node, '--where', where)).toHaveLength(count);
  });

  test.each([
    [['--where', 'server.prt == 80'], /no key is named 'server\.prt'; did you mean server\.port/],
    [['--where', 'server.port =='], /\^/],
    [['-Y', 'tcp.prt == 80'], /did you mean tcp\.port/],
  ])('%j is wrong usage', async (options, message) => {
    const result = await runCli(['flows', node, ...options]);
    expect(result).toMatchObject({ status: 2, stdout: '' });
    expect(result.stderr).toMatch(message);
  });
});

test('-c counts packets, --top flows', async () => {
  const node = `${SERVICE}/node2-eth1.pcap`;
  expect(await flows(node, '-c', '3')).toHaveLength(1);
  const [busiest, ...rest] = await flows(node, '--top', '1');
  expect(rest).toEqual([]);
  expect(busiest?.client.port).toBe(41001);
});

test('the README’s recipe for flows runs', async () => {
  const { stdout } = await runCli(['flows', '--json', `${FIXTURES}loss/node1-eth1.pcap`]);
  const filter = 'select(.c2s.retransmissions + .s2c.retransmissions > 0) | "\\(.id) \\(.client.ip) \\(.server.ip)"';
  expect(await raw(stdout, filter, ['-r'])).toMatch(/^\d+ 10\./);
});

describe('standard input', () => {
  const octets = readFileSync(`${FIXTURES}flannel-vxlan/node1-eth1.pcap`);
  const last = octets.subarray(octets.length - 200);

  /** A capture that comes in two pieces, the second after what the first made the command print was noted. */
  async function pieces(least: number, ...argv: string[]): Promise<{ before: string; after: string; stderr: string }> {
    const printed: string[] = [];
    let before = '';
    const result = runCli(['flows', '-', ...argv], {
      stdin: Readable.from(
        (async function* () {
          yield octets.subarray(0, octets.length - last.length);
          // Turns of the event loop, of which the command needs a few.
          for (let turn = 0; turn < 1000 && printed.length < least; turn++) await new Promise(setImmediate);
          before = printed.join('');
          yield last;
        })(),
      ),
      onOutput: (text) => printed.push(text),
    });
    const { stdout, stderr } = await result;
    return { before, after: stdout, stderr };
  }

  test.each([
    ['--json', 1],
    ['--csv', 2],
  ] as const)('flows that are over are printed while the capture goes on: %s', async (format, least) => {
    const { before, after, stderr } = await pieces(least, format, '--idle', '0.5');
    expect(stderr).toBe('');
    expect(before).toMatch(/\n$/);
    expect(before.trim().split('\n').length).toBeGreaterThanOrEqual(least);
    expect(after.startsWith(before)).toBe(true);
    expect(after.length).toBeGreaterThan(before.length);
    const ids = after
      .trim()
      .split('\n')
      .map((line) => (format === '--json' ? JSON.parse(line).id : line.split(',')[0]));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('the table waits for all', async () => {
    expect((await pieces(1)).before).toBe('');
  });
});
