/** Names from captures and context files, made to command whoever shows them: the terminal, a spreadsheet, a reader of JSON. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { safeText } from '../../src/render/safe-text.ts';
import {
  buildPcap,
  concat,
  enhancedPacket,
  interfaceDescription,
  nameResolution,
  sectionHeader,
  text,
} from '../capture/build-capture.ts';
import { type CliResult, runCli } from '../cli/run-cli.ts';
import { octetsOf } from '../dissect-hex.ts';
import { hexOfText, tcpFrame, udpFrame } from '../tcp-frame.ts';

/** Texts that act where they are shown as they are. */
const HOSTILE = [
  '\u001b]0;owned\u0007',
  '\u001b[2J\u001b[31m',
  '\u009b31m',
  'a\rnetdissect: all is well',
  'a\nb',
  'a\u0000b',
  '\u007f\b\b\b',
  '\u202egpj.exe',
  '\u2066a\u2069',
  '\u200b\ufeff',
  '\u2028\u2029',
  '"},{"type":"packet"',
  '\\"\\u0000',
  "=cmd|' /C calc'!A0",
  '+1+1',
  '@SUM(A1)',
  '-2+3',
  '＝1+1',
  '<script>alert(1)</script>',
  '\u{e0041}',
];

/** Everything `safeText` is to have escaped but line ends, which separate what is printed. */
const COMMANDING =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\udb40/;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netdissect-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const length = (hex: string, octets: number): string =>
  octetsOf(hex)
    .length.toString(16)
    .padStart(2 * octets, '0');

/** A query for a name of one label. */
function dnsQuery(name: string): string {
  const label = hexOfText(name);
  return udpFrame(53, `1234 0100 0001 0000 0000 0000 ${length(label, 1)} ${label} 00 0001 0001`);
}

function httpRequest(word: string): string {
  return tcpFrame(80, hexOfText(`GET /${word} HTTP/1.1\r\nHost: ${word}\r\nUser-Agent: ${word}\r\n\r\n`));
}

/** A ClientHello for a server of that name. */
function clientHello(name: string): string {
  const host = hexOfText(name);
  const list = `00 ${length(host, 2)} ${host}`;
  const extension = `0000 ${length(`0000 ${list}`, 2)} ${length(list, 2)} ${list}`;
  const hello = `0303 ${'00'.repeat(32)} 00 0002 1301 0100 ${length(extension, 2)} ${extension}`;
  const handshake = `01 ${length(hello, 3)} ${hello}`;
  return tcpFrame(443, `16 0301 ${length(handshake, 2)} ${handshake}`);
}

/** A pcapng capture in which the word is every name, with three packets that have it too. */
function captureOf(word: string): Uint8Array {
  const value = text(word);
  const comment = [1, value] as const;
  const frames = [dnsQuery(word), httpRequest(word), clientHello(word)].map((hex) => octetsOf(hex));
  return concat(
    sectionHeader({ options: [comment, [2, value], [3, value], [4, value]] }),
    interfaceDescription({ options: [comment, [2, value], [3, value], [12, value], [15, value]] }),
    nameResolution([[Uint8Array.of(10, 0, 0, 1), [word]]]),
    ...frames.map((octets) => enhancedPacket({ octets, options: [comment] })),
  );
}

const CALLS: readonly (readonly string[])[] = [
  [],
  ['--layers'],
  ['--hex'],
  ['--json'],
  ['--json', '--full'],
  ['-T', 'fields', '-e', 'dns.qry.name', '-e', 'http.host', '-e', 'tls.handshake.extensions_server_name'],
  ['stats'],
  ['stats', '--json'],
  ['flows', '--max-flows', '100'],
  ['flows', '--max-flows', '100', '--json'],
  ['flows', '--max-flows', '100', '--csv'],
  ['cluster'],
  ['cluster', '--json'],
];

function call(words: readonly string[], path: string): Promise<CliResult> {
  const [first] = words;
  return runCli(first !== undefined && !first.startsWith('-') ? [first, path, ...words.slice(1)] : [path, ...words]);
}

describe.each(CALLS)('%s %s %s', (...words) => {
  test('shows names without being commanded by them', async () => {
    for (const [index, word] of HOSTILE.entries()) {
      const path = join(folder, `${index}.pcapng`);
      writeFileSync(path, captureOf(word));
      const { status, stdout, stderr } = await call(words, path);
      expect({ status, found: COMMANDING.exec(stdout + stderr)?.[0] }).toEqual({ status: 0, found: undefined });
      if (!words.includes('--json')) continue;
      for (const line of stdout.trimEnd().split('\n')) expect(JSON.parse(line)).toBeTypeOf('object');
    }
  });
});

test('names of captures are shown safely, in messages too', async () => {
  for (const word of HOSTILE.filter((name) => !/[/\0]/.test(name))) {
    const path = join(folder, `${word}.pcap`);
    writeFileSync(path, buildPcap([{ octets: octetsOf(dnsQuery('a')), seconds: 0, nanos: 0 }]).subarray(0, -5));
    for (const words of [[], ['--json'], ['stats'], ['flows', '--csv', '--max-flows', '100']]) {
      const { status, stdout, stderr } = await call(words, path);
      expect(status).toBe(3);
      expect(COMMANDING.exec(stdout + stderr)?.[0]).toBe(undefined);
    }
    expect(COMMANDING.exec((await runCli([`${path}.none`])).stderr)?.[0]).toBe(undefined);
  }
});

/** A cell that a spreadsheet would take for a formula; a number may be negative. */
const FORMULA = /(?:^|,)"?[=+@＝＋＠－]|(?:^|,)"?-(?![\d.]+(?:,|$))/m;

test('no cell of --csv is a formula', async () => {
  for (const [index, word] of HOSTILE.entries()) {
    const path = join(folder, `csv-${index}.pcapng`);
    writeFileSync(path, captureOf(word));
    const { stdout } = await runCli(['flows', '--max-flows', '100', '--csv', path]);
    expect(stdout.split('\n').length).toBeGreaterThan(2);
    expect(stdout).not.toMatch(FORMULA);
  }
});

/** Commands that name pods, nodes and services, or tell of the files that do. */
const NAMING: readonly (readonly string[])[] = [
  ['cluster'],
  ['cluster', '--json'],
  ['flows', '--max-flows', '100'],
  ['flows', '--max-flows', '100', '--json'],
  ['flows', '--max-flows', '100', '--csv'],
  [],
  ['--layers'],
  ['--hex'],
  ['--json'],
  ['-T', 'fields', '-e', 'pod', '-e', 'service'],
];

describe('names of pods, nodes and services', () => {
  const calls = HOSTILE.map((name, index) => ({ name, index }));

  /** A folder of context in which everything has the name, and a file that is not understood. */
  function contextOf(name: string, index: number): string {
    const context = join(folder, `context-${index}`);
    mkdirSync(context, { recursive: true });
    const named = { metadata: { name, namespace: name } };
    const pod = { kind: 'Pod', ...named, spec: { nodeName: name, containers: [] }, status: { podIP: '10.0.0.1' } };
    const service = { kind: 'Service', ...named, spec: { clusterIP: '10.0.0.2', ports: [{ name, port: 53 }] } };
    const node = { kind: 'Node', ...named, status: { addresses: [{ type: 'InternalIP', address: name }] } };
    const pool = { kind: 'IPPool', ...named, spec: { cidr: '10.0.0.0/16', ipipMode: 'Always' } };
    writeFileSync(join(context, 'all.json'), JSON.stringify({ kind: 'List', items: [pod, service, node, pool] }));
    writeFileSync(join(context, 'strange.txt'), `default via ${name}\nnot understood: ${name}\n`);
    return context;
  }

  test.each(NAMING)('%s %s %s are shown safely', async (...words) => {
    const capture = join(folder, 'pods.pcap');
    writeFileSync(capture, buildPcap([{ octets: octetsOf(dnsQuery('a')), seconds: 0, nanos: 0 }]));
    for (const { name, index } of calls) {
      const { status, stdout, stderr } = await call([...words, '--context', contextOf(name, index)], capture);
      expect({ status, found: COMMANDING.exec(stdout + stderr)?.[0] }).toEqual({ status: 0, found: undefined });
      if (words.includes('--csv')) expect(stdout).not.toMatch(FORMULA);
      if (!words.includes('--json')) continue;
      for (const line of stdout.trimEnd().split('\n')) expect(JSON.parse(line)).toBeTypeOf('object');
    }
  });

  test('are there to be shown', async () => {
    const capture = join(folder, 'pods.pcap');
    const { stdout } = await call(
      ['flows', '--max-flows', '100', '--csv', '--context', contextOf('=cmd', HOSTILE.length)],
      capture,
    );
    expect(stdout).toContain("'=cmd/=cmd");
  });
});

test.each(['text', 'hex'])('what follow shows as %s', async (format) => {
  for (const [index, word] of HOSTILE.entries()) {
    const path = join(folder, `follow-${index}.pcap`);
    writeFileSync(path, buildPcap([{ octets: octetsOf(httpRequest(word)), seconds: 0, nanos: 0 }]));
    const { status, stdout, stderr } = await runCli([
      'follow',
      path,
      '--flow',
      '1',
      '--max-flows',
      '100',
      '--format',
      format,
    ]);
    expect({ status, found: COMMANDING.exec(stdout + stderr)?.[0] }).toEqual({ status: 0, found: undefined });
    expect(stdout).toContain(format === 'text' ? 'GET /' : '47 45 54');
  }
});

test('no text is left that commands a terminal, and what is harmless stays', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (given) => {
      const safe = safeText(given);
      expect(safe).not.toMatch(COMMANDING);
      expect(safe).not.toContain('\n');
      expect(Buffer.from(safe).toString()).toBe(safe);
    }),
    { seed: 1 },
  );
  expect(safeText('größe 日本 🦈 a b')).toBe('größe 日本 🦈 a b');
});
