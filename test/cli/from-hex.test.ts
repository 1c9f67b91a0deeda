import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPcap } from '../capture/build-capture.ts';
import { DUMP_STYLES } from '../capture/format-dump.ts';
import { FIXTURES, packetsOf } from '../corpus.ts';
import { runCli } from './run-cli.ts';

const ETHERNET_HEADER_LENGTH = 14;
const IPV4 = 0x0800;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netdissect-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

type Range = readonly [number, number];

interface LayerRecord {
  readonly layer: string;
  readonly range: Range;
  readonly payload?: Range;
  readonly source?: number;
}

interface PacketRecord {
  readonly number: number;
  readonly time: string | null;
  readonly layers: readonly LayerRecord[];
}

/** The layer as it is where no Ethernet header stands before it. */
function withoutLinkHeader(layer: LayerRecord): LayerRecord {
  if (layer.source !== undefined) return layer;
  const move = ([start, end]: Range): Range => [start - ETHERNET_HEADER_LENGTH, end - ETHERNET_HEADER_LENGTH];
  const { range, payload } = layer;
  return { ...layer, range: move(range), ...(payload === undefined ? {} : { payload: move(payload) }) };
}

async function records(argv: readonly string[]): Promise<PacketRecord[]> {
  const { stdout } = await runCli([...argv, '--json']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PacketRecord);
}

/** The packets of a fixture that was captured on a link. */
function octetsOf(fixture: string): Uint8Array[] {
  return packetsOf(`${FIXTURES}${fixture}.pcap`).map(({ octets }) => octets);
}

describe.each(DUMP_STYLES)('pasted from $name', ({ name, format }) => {
  test.each(['flannel-vxlan/node1-eth1', 'calico-ipip/node1-eth0', 'dns-no-answer/node1-eth1'])(
    '%s gives the layers of the capture',
    async (fixture) => {
      const expected = await records([`${FIXTURES}${fixture}.pcap`]);
      const pasted = await records(['--from-hex', file('paste.txt', format(octetsOf(fixture)))]);
      expect(pasted.map(({ number }) => number)).toEqual(expected.map((_, index) => index + 1));
      expect(pasted.every(({ time }) => time === null)).toBe(true);
      expect(pasted.map(({ layers }) => layers)).toEqual(expected.map(({ layers }) => layers));
    },
  );

  test(`from IP on, as tcpdump -x and -X print it`, async () => {
    const packets = octetsOf('flannel-vxlan/node1-eth1').filter(
      (octets) => new DataView(octets.buffer).getUint16(ETHERNET_HEADER_LENGTH - 2) === IPV4,
    );
    const capture = file('ip.pcap', buildPcap(packets.map((octets) => ({ octets, seconds: 0, nanos: 0 }))));
    const withoutLink = packets.map((octets) => octets.subarray(ETHERNET_HEADER_LENGTH));
    const expected = (await records([capture])).map(({ layers: [, ...layers] }) => layers.map(withoutLinkHeader));
    const pasted = await records(['--from-hex', file(`${name.replaceAll(/\W/g, '')}.txt`, format(withoutLink))]);
    expect(pasted.map(({ layers }) => layers)).toEqual(expected);
  });
});

describe('options', () => {
  const octets = (hex: string): { stdin: Readable } => ({ stdin: Readable.from([Buffer.from(hex)]) });

  test('standard input, as it is pasted into a terminal', async () => {
    const { stdout, status } = await runCli(
      ['--from-hex', '-', '--json'],
      octets('52 24 00 ad 41 39 fe ee cf 97 ef 06 08 06 00 01 08 00 06 04 00 01'),
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ number: 1, time: null, protocols: 'eth:arp', captured: 22, length: 22 });
  });

  test('--link-type says what packets begin with', async () => {
    const hex = `0000 0001 0006 5224 00ad 4139 0000 0800 4500 0014 0000 0000 4006 ${'00'.repeat(10)}`;
    for (const name of ['LINUX_SLL', 'linktype_linux_sll', '113']) {
      const { stdout } = await runCli(['--from-hex', '-', '--link-type', name, '--json'], octets(hex));
      expect(JSON.parse(stdout)).toMatchObject({ protocols: 'sll:ip' });
    }
  });

  test('a dump and a capture are read together', async () => {
    const capture = `${FIXTURES}flannel-vxlan/node1-eth1.pcap`;
    const { stdout } = await runCli([capture, '--from-hex', '-'], octets('52 24 00 ad 41 39 fe ee cf 97 ef 06 08 06'));
    expect(stdout.trim().split('\n')).toHaveLength(packetsOf(capture).length + 1);
  });

  test('a dump can be written as a capture', async () => {
    const { octets: written } = await runCli(['--from-hex', '-', '-w', '-'], octets('52 24 00 ad\n\n01 02 03'));
    const { stdout } = await runCli(['-', '-T', 'fields', '-e', 'frame.len'], {
      stdin: Readable.from([Buffer.from(written)]),
    });
    expect(stdout).toBe('4\n3\n');
  });

  test.each<[string, string, readonly string[], number, RegExp, number]>([
    ['no octets', '', [], 2, /^netdissect: standard input: empty: no hexadecimal octets\n$/, 0],
    ['text', 'no dump', [], 2, /: not a hex dump: line 1, column 1: expected a hexadecimal digit, found "n"/, 0],
    ['a fault after a packet', '52 24\n\n5x', [], 3, /: line 3, column 2: expected a hexadecimal digit, found "x"/, 1],
    ['an unknown link type', '52', ['--link-type', 'ETHER'], 2, /it is a number or a name such as EN10MB/, 0],
  ])('%s', async (_, hex, argv, status, stderr, lines) => {
    const result = await runCli(['--from-hex', '-', ...argv], octets(hex));
    expect(result.stderr).toMatch(stderr);
    expect(result.status).toBe(status);
    expect(result.stdout.split('\n')).toHaveLength(lines + 1);
  });

  test('a file that is not there, and a link type without a dump', async () => {
    expect(await runCli(['--from-hex', 'none.txt'])).toMatchObject({
      status: 2,
      stderr: "netdissect: no file 'none.txt'\n",
    });
    expect((await runCli(['--from-hex', folder])).stderr).toBe(`netdissect: '${folder}' is a directory\n`);
    expect((await runCli(['-', '--link-type', '1'])).stderr).toMatch(/--link-type goes with --from-hex/);
  });
});
