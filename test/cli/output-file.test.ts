import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { concat, enhancedPacket, interfaceDescription, sectionHeader, text } from '../capture/build-capture.ts';
import { type ReadPacket, readWhole } from '../capture/read-packets.ts';
import { FIXTURES } from '../corpus.ts';
import { runCli } from './run-cli.ts';

const VXLAN = `${FIXTURES}flannel-vxlan/node1-eth1.pcap`;
const OTHER = `${FIXTURES}flannel-vxlan/node2-eth1.pcap`;
const RAW = `${FIXTURES}flannel-udp/node1-flannel0.pcap`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netdissect-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const read = (path: string): ReadPacket[] => readWhole(readFileSync(path)).packets;
const withoutPlace = (packets: readonly ReadPacket[]): unknown =>
  packets.map(({ octets, seconds, nanos, wireLength }) => ({ octets, seconds, nanos, wireLength }));

describe('what is written', () => {
  test.each(['out.pcap', 'out.cap', 'out.pcapng', 'out'])('%s holds the same packets', async (name) => {
    expect(await runCli([VXLAN, '-w', at(name)])).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(withoutPlace(read(at(name)))).toEqual(withoutPlace(read(VXLAN)));
    expect(readWhole(readFileSync(at(name))).reader.format).toBe(/cap$/.test(name) ? 'pcap' : 'pcapng');
    expect(readdirSync(folder)).toEqual([name]);
  });

  test('a filter and a count choose packets', async () => {
    await runCli([VXLAN, '-Y', 'vxlan && tcp', '-c', '3', '-w', at('some.pcapng')]);
    const { stdout } = await runCli([VXLAN, '-Y', 'vxlan && tcp', '-c', '3', '-T', 'fields', '-e', 'frame.number']);
    const numbers = stdout.trim().split('\n').map(Number);
    const all = read(VXLAN);
    expect(withoutPlace(read(at('some.pcapng')))).toEqual(withoutPlace(numbers.map((number) => all[number - 1]!)));
  });

  test('--json prints beside it', async () => {
    const { stdout } = await runCli([VXLAN, '-c', '2', '-w', at('two.pcapng'), '--json']);
    expect(stdout.trim().split('\n')).toHaveLength(2);
    expect(read(at('two.pcapng'))).toHaveLength(2);
  });

  test('several captures are merged, each an interface', async () => {
    await runCli([VXLAN, OTHER, '-w', at('both.pcapng')]);
    const { packets, reader } = readWhole(readFileSync(at('both.pcapng')));
    expect(packets).toHaveLength(read(VXLAN).length + read(OTHER).length);
    expect(reader.interfaces.map(({ name }) => name)).toEqual(['node1-eth1', 'node2-eth1']);
  });

  test('--join keeps them apart, as sections', async () => {
    await runCli(['--join', VXLAN, OTHER, '-w', at('joined.pcapng')]);
    expect(readWhole(readFileSync(at('joined.pcapng'))).reader.sections).toHaveLength(2);
  });

  test('- is standard output, pcapng unless -F says pcap', async () => {
    const pcapng = await runCli([VXLAN, '-w', '-']);
    expect(readWhole(pcapng.octets).reader.format).toBe('pcapng');
    const pcap = await runCli([VXLAN, '-w', '-', '-F', 'pcap']);
    expect(readWhole(pcap.octets).reader.format).toBe('pcap');
    expect(withoutPlace(readWhole(pcap.octets).packets)).toEqual(withoutPlace(read(VXLAN)));
  });

  test('a pipe is passed on as it comes', async () => {
    const octets = readFileSync(VXLAN);
    const seen: number[] = [];
    const chunks = async function* (): AsyncGenerator<Buffer> {
      yield octets.subarray(0, 2000);
      await new Promise((resolve) => setTimeout(resolve, 20));
      seen.push(statSync(join(folder, readdirSync(folder)[0] ?? '')).size);
      yield octets.subarray(2000);
    };
    await runCli(['-', '-w', at('piped.pcapng')], { stdin: Readable.from(chunks()) });
    expect(seen[0]).toBeGreaterThan(500);
    expect(read(at('piped.pcapng'))).toHaveLength(read(VXLAN).length);
  });

  test('nothing that matches gives a file without packets', async () => {
    expect((await runCli([VXLAN, '-Y', 'sctp', '-w', at('none.pcapng'), '--exit-status'])).status).toBe(1);
    expect(readWhole(readFileSync(at('none.pcapng')))).toMatchObject({ packets: [], error: undefined });
  });

  test('comments that pcap has no place for are told once', async () => {
    const packet = enhancedPacket({ octets: new Uint8Array(60), options: [[1, text('see here')]] });
    writeFileSync(at('comments.pcapng'), concat(sectionHeader(), interfaceDescription(), packet, packet));
    const { status, stderr } = await runCli([at('comments.pcapng'), '-w', at('out.pcap')]);
    const notice = `netdissect: ${at('out.pcap')}: 2 comments were not written: pcap has no place for them, pcapng does\n`;
    expect({ status, stderr }).toEqual({ status: 0, stderr: notice });
    expect((await runCli([at('comments.pcapng'), '-w', at('out.pcap'), '-q'])).stderr).toBe('');
  });
});

describe('the name is taken when all is well', () => {
  test('a capture that is cut off gives what was readable', async () => {
    writeFileSync(at('cut.pcap'), readFileSync(VXLAN).subarray(0, 5000));
    expect((await runCli([at('cut.pcap'), '-w', at('out.pcapng')])).status).toBe(3);
    expect(withoutPlace(read(at('out.pcapng')))).toEqual(withoutPlace(read(at('cut.pcap'))));
  });

  test.each<[string, () => string[], number, RegExp]>([
    [
      'mixed link types',
      () => [VXLAN, RAW, '-w', at('out.pcap')],
      2,
      /holds packets of one link type, these are of EN10MB and RAW/,
    ],
    ['a missing capture', () => ['none.pcap', '-w', at('out.pcap')], 2, /no file 'none.pcap'/],
    [
      'no folder',
      () => [VXLAN, '-w', at('no/out.pcap')],
      2,
      /-w: '.*no\/out\.pcap' cannot be written: there is no folder '.*no'/,
    ],
    ['a folder', () => [VXLAN, '-w', folder], 2, /cannot be written: it is a directory/],
    ['a compressed file', () => [VXLAN, '-w', at('out.pcap.gz')], 2, /-w writes no compressed files/],
    ['a wrong filter', () => [VXLAN, '-w', at('out.pcap'), '-Y', 'vxlam'], 2, /vxlam/],
    ['-F without -w', () => [VXLAN, '-F', 'pcap'], 2, /-F goes with -w/],
    ['text beside octets', () => [VXLAN, '-w', '-', '--json'], 2, /-w - leaves standard output to the capture file/],
  ])('%s leaves nothing behind', async (_, argv, status, message) => {
    const result = await runCli(argv());
    expect(result.status).toBe(status);
    expect(result.stderr).toMatch(message);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a terminal is spared', async () => {
    const result = await runCli([VXLAN, '-w', '-'], { columns: 80 });
    expect(result).toMatchObject({ status: 2, stdout: '' });
    expect(result.stderr).toMatch(/-w - would write octets to the terminal/);
  });

  test('an interrupt leaves nothing behind', async () => {
    const interrupt = new AbortController();
    const chunks = async function* (): AsyncGenerator<Buffer> {
      yield readFileSync(VXLAN).subarray(0, 2000);
      setTimeout(() => interrupt.abort(), 10);
      await new Promise((resolve) => setTimeout(resolve, 60_000).unref());
    };
    const result = await runCli(['-', '-w', at('out.pcapng')], {
      stdin: Readable.from(chunks()),
      interrupted: interrupt.signal,
    });
    expect(result).toMatchObject({ status: 130, stderr: '' });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a file before it stays until then, and keeps its permissions', async () => {
    writeFileSync(at('out.pcapng'), 'before');
    chmodSync(at('out.pcapng'), 0o640);
    await runCli([VXLAN, '-Y', 'vxlam', '-w', at('out.pcapng')]);
    expect(readFileSync(at('out.pcapng'), 'utf8')).toBe('before');
    await runCli([VXLAN, '-w', at('out.pcapng')]);
    expect(read(at('out.pcapng'))).toHaveLength(read(VXLAN).length);
    expect(statSync(at('out.pcapng')).mode & 0o777).toBe(0o640);
  });

  test('a link is followed', async () => {
    writeFileSync(at('real.pcapng'), '');
    symlinkSync('real.pcapng', at('link.pcapng'));
    await runCli([VXLAN, '-w', at('link.pcapng')]);
    expect(read(at('real.pcapng'))).toHaveLength(read(VXLAN).length);
  });

  test('the capture that is read can be replaced', async () => {
    writeFileSync(at('own.pcap'), readFileSync(VXLAN));
    await runCli([at('own.pcap'), '-c', '5', '-w', at('own.pcap')]);
    expect(read(at('own.pcap'))).toHaveLength(5);
  });

  test.skipIf(!existsSync('/dev/full'))('a device without space ends with a message', async () => {
    const result = await runCli([VXLAN, '-w', '/dev/full']);
    expect(result).toMatchObject({
      status: 2,
      stderr: "netdissect: -w: '/dev/full' cannot be written: no space left\n",
    });
    expect(statSync('/dev/full').isCharacterDevice()).toBe(true);
  });

  test('a pipe is written as it is', async () => {
    execFileSync('mkfifo', [at('fifo')]);
    const reading = new Promise<Buffer>((resolve, reject) => {
      const parts: Buffer[] = [];
      import('node:fs').then(({ createReadStream }) =>
        createReadStream(at('fifo'))
          .on('data', (part) => parts.push(Buffer.from(part)))
          .on('end', () => resolve(Buffer.concat(parts)))
          .on('error', reject),
      );
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await runCli([VXLAN, '-w', at('fifo')])).status).toBe(0);
    expect(readWhole(await reading).packets).toHaveLength(read(VXLAN).length);
  });
});
