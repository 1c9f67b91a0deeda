/** `follow`: what the ends of a flow said, as a person sees it. */
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { FIXTURES } from '../corpus.ts';
import { capture, tcpPacket } from './packets.ts';

const VXLAN = `${FIXTURES}flannel-vxlan/node1-eth1.pcap`;
const DNS = `${FIXTURES}dns-lost-answer/node1-eth1.pcap`;

describe('the lab', () => {
  test('HTTP in a tunnel as text', async () => {
    const { status, stdout } = await runCli(['follow', VXLAN, '--flow', '2']);
    expect(status).toBe(0);
    expect(stdout.split('\n').slice(0, 8)).toEqual([
      '→ GET /0.txt HTTP/1.1',
      '→ Host: 10.244.1.170',
      '→ User-Agent: curl/7.88.1',
      '→ Accept: */*',
      '→',
      '← HTTP/1.1 200 OK',
      '← Server: nginx',
      expect.stringMatching(/^← Date: /),
    ]);
  });

  test('the same from standard input', async () => {
    const fromFile = await runCli(['follow', VXLAN, '--flow', '2']);
    const fromPipe = await runCli(['follow', '-', '--flow', '2'], { stdin: createReadStream(VXLAN) });
    expect(fromPipe).toEqual(fromFile);
  });

  test('colours by direction, and ASCII marks where the locale has no others', async () => {
    const { stdout } = await runCli(['follow', VXLAN, '--flow', '2', '--color', 'always'], { env: { LANG: 'C' } });
    expect(stdout.startsWith('\x1b[36m-> GET /0.txt HTTP/1.1\x1b[0m\n')).toBe(true);
    expect(stdout).toContain('\x1b[32m<- HTTP/1.1 200 OK\x1b[0m\n');
  });

  test('a dump', async () => {
    const { stdout } = await runCli(['follow', VXLAN, '--flow', '2', '--format', 'hex', '--direction', 's2c']);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('← 00000000  48 54 54 50 2f 31 2e 31  20 32 30 30 20 4f 4b 0d  HTTP/1.1 200 OK.');
    expect(lines.slice(0, -1).every((line) => line.startsWith('← '))).toBe(true);
  });

  test('raw octets of one direction, as many as the flow tells', async () => {
    const flows = await runCli(['flows', VXLAN, '--json']);
    const flow = flows.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .find(({ id }) => id === 2);
    const { octets } = await runCli(['follow', VXLAN, '--flow', '2', '--format', 'raw', '--direction', 's2c']);
    expect(octets.length).toBe(flow.s2c.payload_bytes);
  });

  test('datagrams', async () => {
    const { stdout } = await runCli(['follow', DNS, '--flow', '1', '--format', 'hex']);
    expect(stdout).toContain('  .default.svc.clu');
    expect(stdout).toMatch(/^→ 00000000 /);
  });

  test('an id that no flow has', async () => {
    const { status, stdout, stderr } = await runCli(['follow', VXLAN, '--flow', '99']);
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: '',
      stderr: 'netdissect: no flow 99: the last one is 6\n',
    });
  });

  test.each([
    [['follow', VXLAN]],
    [['follow', VXLAN, '--flow', '0']],
    [['follow', VXLAN, '--flow', '1', '--format', 'no']],
  ])('wrong usage: %j', async (argv) => {
    expect((await runCli(argv)).status).toBe(2);
  });
});

describe('made by hand', () => {
  let folder = '';
  let path = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'follow-'));
    path = join(folder, 'gaps.pcap');
    const client = { from: '10.0.0.1:50000', to: '10.0.0.2:80' };
    const server = { from: '10.0.0.2:80', to: '10.0.0.1:50000' };
    writeFileSync(
      path,
      capture([
        tcpPacket({ ...client, seq: 99, flags: 'S' }),
        tcpPacket({ ...server, seq: 499, ack: 100, flags: 'SA' }),
        tcpPacket({ ...client, seq: 100, ack: 500, flags: 'A', payload: 'hello\r\n\x1b[31mred\u202e\n' }),
        tcpPacket({ ...server, seq: 500, ack: 117, flags: 'A', payload: 'first' }),
        tcpPacket({ ...server, seq: 510, ack: 117, flags: 'A', payload: 'third\n' }),
        tcpPacket({ ...server, seq: 502, ack: 117, flags: 'A', payload: 'XXXsec' }),
      ]),
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('gaps are told with their size, what came first stays, and nothing commands the terminal', async () => {
    const { stdout } = await runCli(['follow', path, '--flow', '1']);
    expect(stdout).toBe(
      ['→ hello', '→ \\x1b[31mred\\u{202e}', '← firstsec', '← [gap: 2 octets]', '← third', ''].join('\n'),
    );
  });

  test('a dump goes on behind the gap', async () => {
    const { stdout } = await runCli(['follow', path, '--flow', '1', '--format', 'hex', '--direction', 's2c']);
    expect(stdout.split('\n').map((line) => line.slice(0, 30))).toEqual([
      '← 00000000  66 69 72 73 74    ',
      '← 00000005  73 65 63          ',
      '← 00000008  [gap: 2 octets]',
      '← 0000000a  74 68 69 72 64 0a ',
      '',
    ]);
  });

  test('raw octets leave it out and say so', async () => {
    const { octets, stderr } = await runCli(['follow', path, '--flow', '1', '--format', 'raw', '--direction', 's2c']);
    expect(new TextDecoder().decode(octets)).toBe('firstsecthird\n');
    expect(stderr).toBe('netdissect: s2c: 2 octets at offset 8 are missing\n');
  });
});
