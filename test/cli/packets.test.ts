import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { FIXTURES } from '../corpus.ts';
import { runCli } from './run-cli.ts';

const VXLAN = `${FIXTURES}flannel-vxlan/node1-eth1.pcap`;
const folder = mkdtempSync(join(tmpdir(), 'netdissect-'));
const octets = readFileSync(VXLAN);

/** Offsets of the records of a little-endian pcap file. */
const records: number[] = [];
for (let at = 24; at < octets.length; at += 16 + octets.readUInt32LE(at + 8)) records.push(at);
const COUNT = records.length;

/** Writes a file of these octets and answers its path. */
function file(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** The capture's first packet and a record that claims more octets than any record may have. */
function overlong(): Uint8Array {
  const first = 24 + 16 + octets.readUInt32LE(32);
  const record = Buffer.alloc(20);
  record.writeUInt32LE(0x80000000, 8);
  record.writeUInt32LE(0x80000000, 12);
  return Buffer.concat([octets.subarray(0, first), record]);
}

describe('inputs that are none, or not whole', () => {
  test.each([
    ['a missing file', ['none.cap'], 2, "netdissect: no file 'none.cap'\n", 0],
    [
      'a mistyped command',
      ['stat', VXLAN],
      2,
      "netdissect: no file 'stat'; did you mean the command 'stats'? commands come first\n",
      COUNT,
    ],
    ['an option before it', ['--json', 'none.cap'], 2, "netdissect: no file 'none.cap'\n", 0],
    ['options around it', ['-T', 'fields', '-e', 'ip.src', 'none.cap'], 2, "netdissect: no file 'none.cap'\n", 0],
    ['options behind it', ['none.cap', '-e', 'ip.src', '-T', 'fields'], 2, "netdissect: no file 'none.cap'\n", 0],
    ['a directory', [folder], 2, `netdissect: '${folder}' is a directory\n`, 0],
    ['an empty file', [file('empty.cap', '')], 2, `netdissect: ${folder}/empty.cap: empty: no capture header\n`, 0],
    ['a header without packets', [file('header.cap', octets.subarray(0, 24))], 0, '', 0],
    [
      'a text',
      [file('text.cap', 'hello, world\n')],
      2,
      `netdissect: ${folder}/text.cap: not a capture: expected a pcap or pcapng header at offset 0, found text: "hello, world\\n"\n`,
      0,
    ],
    [
      'a cut-off record',
      [file('cut.cap', octets.subarray(0, 24 + 16 + 42 + 16 + 10))],
      3,
      `netdissect: ${folder}/cut.cap: cut off: the record at offset 82 needs 58 octets, 26 are there\n`,
      1,
    ],
    [
      'a record of two gigabytes',
      [file('overlong.cap', overlong())],
      3,
      `netdissect: ${folder}/overlong.cap: record length 2147483648 at offset 82 exceeds the limit of 262144\n`,
      1,
    ],
  ])('%s', async (_, argv, status, stderr, lines) => {
    const result = await runCli(argv);
    expect({ status: result.status, stderr: result.stderr }).toEqual({ status, stderr });
    expect(result.stdout.split('\n').length - 1).toBe(lines);
  });

  test('all files are read, the largest status counts', async () => {
    const result = await runCli([join(folder, 'cut.cap'), 'none.cap', VXLAN]);
    expect(result.status).toBe(3);
    expect(result.stdout.split('\n').length - 1).toBe(COUNT + 1);
  });

  test('-c that is reached before the damage ends well', async () => {
    expect(await runCli([join(folder, 'overlong.cap'), '-c', '1', '-q'])).toMatchObject({ status: 0, stderr: '' });
  });

  test('--json tells of damage in a record', async () => {
    const { stdout } = await runCli([join(folder, 'cut.cap'), '--json']);
    expect(JSON.parse(stdout.trim().split('\n')[1] ?? '')).toMatchObject({
      type: 'warning',
      code: 'cut-off',
      byteOffset: 82,
    });
  });
});

describe('options', () => {
  test.each([
    ['an unknown option', ['--layer', VXLAN], /unknown option '--layer'\n\(Did you mean --layers\?\)/],
    ['-e without -T', ['-e', 'ip.src', VXLAN], /-e goes with -T fields/],
    [
      'a field nobody declared',
      ['-T', 'fields', '-e', 'ip.source', VXLAN],
      /no field or protocol is named 'ip.source'; did you mean ip.src/,
    ],
    ['a wrong filter', ['-Y', 'tcp.prt == 80', VXLAN], /did you mean tcp\.port\?\n {2}tcp\.prt == 80\n {2}\^~~~~~~\n$/],
    ['a count of nothing', ['-c', '0', VXLAN], /whole number from 1 on/],
    ['a rule that is none', ['-d', 'udp.port=1,vxlan', VXLAN], /form udp\.port==8473,vxlan/],
    ['an unknown protocol', ['-d', 'udp.port==1,vxlam', VXLAN], /no protocol is named 'vxlam'/],
    ['a protocol that is none', ['--only', 'vxlam', VXLAN], /no protocol is named 'vxlam'/],
  ])('%s', async (_, argv, message) => {
    const result = await runCli(argv);
    expect(result.status).toBe(2);
    expect(result.stderr).toMatch(message);
    expect(result.stdout).toBe('');
  });

  test('columns, in any order of options', async () => {
    const wanted = '3\t9.135.144.168,10.244.2.9\n';
    for (const argv of [
      ['-T', 'fields', '-e', 'frame.number', '-e', 'ip.src', VXLAN, '-c', '3'],
      [VXLAN, '-c', '3', '-e', 'frame.number', '-T', 'fields', '-e', 'ip.src'],
    ]) {
      expect((await runCli(argv)).stdout.split('\n').slice(2).join('\n')).toBe(wanted);
    }
  });

  test('-E chooses separator, header and occurrence', async () => {
    const argv = [
      '-T',
      'fields',
      '-e',
      'ip.src',
      '-e',
      'ip.dst',
      '-E',
      'separator=;',
      '-E',
      'header=y',
      '-E',
      'occurrence=l',
    ];
    const { stdout } = await runCli([...argv, '-c', '3', VXLAN]);
    expect(stdout.split('\n').slice(0, 4)).toEqual(['ip.src;ip.dst', ';', ';', '10.244.2.9;10.244.1.170']);
  });

  test('-Y selects packets, which keep their numbers and times', async () => {
    const { stdout } = await runCli([VXLAN, '-Y', 'inner.tcp.flags.syn == 1', '-c', '2']);
    const all = (await runCli([VXLAN])).stdout.split('\n');
    for (const line of stdout.trim().split('\n')) expect(all).toContain(line);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => /\[(.*)\]/.exec(line)?.[1]),
    ).toEqual(['SYN', 'SYN, ACK']);
  });

  test('--exit-status asks whether anything was there', async () => {
    const header = file('nothing.cap', octets.subarray(0, 24));
    expect((await runCli([header, '--exit-status'])).status).toBe(1);
    expect((await runCli([VXLAN, '--exit-status', '-Y', 'sctp'])).status).toBe(1);
    expect((await runCli([VXLAN, '--exit-status', '-c', '1'])).status).toBe(0);
  });

  test('another port can be decoded as VXLAN', async () => {
    const { stdout } = await runCli([
      VXLAN,
      '-d',
      'udp.port==8472,dns',
      '-T',
      'fields',
      '-e',
      'frame.protocols',
      '-c',
      '3',
    ]);
    expect(stdout.split('\n')[2]).toMatch(/^eth:ethertype:ip:udp(:dns)?$/);
  });

  test.each([
    ['r', /^0\.\d{6}$/],
    ['d', /^0\.\d{6}$/],
    ['u', /^\d\d:\d\d:\d\d\.\d{9}$/],
    ['ud', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9}$/],
    ['e', /^\d{10}\.\d{9}$/],
  ])('-t %s', async (format, wanted) => {
    const { stdout } = await runCli([VXLAN, '-t', format, '-c', '3']);
    const time = /^3 {2}(.*?) {2}/.exec(stdout.split('\n')[2] ?? '')?.[1];
    expect(time).toMatch(wanted);
  });
});

describe('where it prints', () => {
  test('a closed pipe ends quietly', async () => {
    expect(await runCli([VXLAN, '-l'], { closesAfter: 1 })).toMatchObject({ status: 0, stderr: '' });
  });

  test('packets are printed as standard input brings them', async () => {
    let printed = 0;
    const chunks = async function* (): AsyncGenerator<Buffer> {
      yield octets.subarray(0, 24 + 16 + 42 + 3);
      yield octets.subarray(24 + 16 + 42 + 3);
    };
    const result = await runCli(['-'], { stdin: Readable.from(chunks()) });
    printed = result.stdout.split('\n').length - 1;
    expect(printed).toBe(COUNT);
  });

  test('without a terminal or an input, help is told on standard error', async () => {
    const result = await runCli([], { stdinIsTTY: true });
    expect(result).toMatchObject({ status: 2, stdout: '' });
    expect(result.stderr).toContain('Usage: netdissect');
  });

  test('a narrow terminal gets the tunnel on a second line, a pipe never', async () => {
    const narrow = await runCli([VXLAN, '-c', '3', '--color', 'never'], { columns: 80 });
    expect(narrow.stdout.split('\n')[3]).toBe('   ⟨vxlan 1: 9.135.144.168 → 9.135.91.57⟩');
    expect((await runCli([VXLAN, '-c', '3'])).stdout.split('\n')).toHaveLength(4);
  });

  test('a locale without UTF-8 gets ASCII', async () => {
    const { stdout } = await runCli([VXLAN, '-c', '3', '--layers', '--hex'], { env: { LANG: 'C' } });
    expect(stdout).toMatch(/^[\x20-\x7e\n]*$/);
    expect(stdout).toContain('<vxlan 1: 9.135.144.168 -> 9.135.91.57>');
  });

  test.each([
    ['a terminal', { columns: 120 }, [], true],
    ['a terminal with NO_COLOR', { columns: 120, env: { NO_COLOR: '1' } }, [], false],
    ['a pipe', {}, [], false],
    ['a pipe with --color always', {}, ['--color', 'always'], true],
    ['a terminal with --color never', { columns: 120 }, ['--color', 'never'], false],
  ])('colours for %s', async (_, surroundings, options, colored) => {
    const { stdout } = await runCli([VXLAN, '-c', '1', '--layers', ...options], surroundings);
    expect(stdout.includes('\x1b[')).toBe(colored);
  });
});

describe('names', () => {
  const context = `${FIXTURES}flannel-vxlan/context`;

  test('pods and nodes are named where files tell of them, unless -n', async () => {
    const line = async (...options: string[]): Promise<string | undefined> =>
      (await runCli([VXLAN, '--context', context, '-Y', 'tcp.flags.syn == 1', '-c', '1', ...options])).stdout
        .split('  ')
        .slice(2)
        .join('  ');
    expect(await line()).toMatch(/^default\/client:36304 → default\/web:80 TCP \[SYN\].* ⟨vxlan 1: node2 → node1⟩\n$/);
    expect(await line('-n')).toMatch(/^10\.244\.2\.9:36304 → 10\.244\.1\.170:80 TCP/);
  });

  test('filters know them', async () => {
    const selected = async (filter: string): Promise<number> =>
      (await runCli([VXLAN, '--context', context, '-Y', filter])).stdout.split('\n').length - 1;
    expect(await selected('pod == "default/web"')).toBe(await selected('ip.addr == 10.244.1.170'));
    expect(await selected('node == "node2"')).toBe(await selected('ip.addr == 9.135.144.168'));
    expect(await selected('pod == "default/web"')).toBeGreaterThan(0);
  });

  test('a path that is not there is wrong usage', async () => {
    const result = await runCli([VXLAN, '--context', 'none']);
    expect(result).toMatchObject({ status: 2, stdout: '' });
    expect(result.stderr).toMatch(/--context: .*'none'/);
  });
});

test('stats --packets only counts', async () => {
  expect((await runCli(['stats', '--packets', VXLAN])).stdout).toBe(`${COUNT}\n`);
  expect((await runCli(['stats', '--packets', VXLAN, VXLAN])).stdout).toBe(`${COUNT}\t${VXLAN}\n${COUNT}\t${VXLAN}\n`);
});

test('two captures are merged by time and named', async () => {
  const { stdout } = await runCli([
    VXLAN,
    `${FIXTURES}flannel-vxlan/node2-eth1.pcap`,
    '-T',
    'fields',
    '-e',
    'frame.time_epoch',
  ]);
  const times = stdout.trim().split('\n');
  expect(times).toEqual(times.toSorted());
  const lines = (await runCli([VXLAN, `${FIXTURES}flannel-vxlan/node2-eth1.pcap`, '-c', '4'])).stdout;
  expect(lines).toMatch(/node1-eth1/);
  expect(lines).toMatch(/node2-eth1/);
});
