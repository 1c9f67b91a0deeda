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
  ['flows'],
  ['flows', '--json'],
  ['flows', '--csv'],
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
    for (const words of [[], ['--json'], ['stats'], ['flows', '--csv']]) {
      const { status, stdout, stderr } = await call(words, path);
      expect(status).toBe(3);
      expect(COMMANDING.exec(stdout + stderr)?.[0]).toBe(undefined);
    }
    expect(COMMANDING.exec((await runCli([`${path}.none`])).stderr)?.[0]).toBe(undefined);
  }
});

test('no cell of --csv is a formula', async () => {
  for (const [index, word] of HOSTILE.entries()) {
    const path = join(folder, `csv-${index}.pcapng`);
    writeFileSync(path, captureOf(word));
    const { stdout } = await runCli(['flows', '--csv', path]);
    expect(stdout.split('\n').length).toBeGreaterThan(2);
    expect(stdout).not.toMatch(/(?:^|,)"?[=+@]|(?:^|,)"?-(?![\d.]+(?:,|$))/m);
  }
});

test('names of pods and nodes are shown safely', async () => {
  const capture = join(folder, 'pods.pcap');
  writeFileSync(capture, buildPcap([{ octets: octetsOf(dnsQuery('a')), seconds: 0, nanos: 0 }]));
  for (const [index, name] of HOSTILE.entries()) {
    const context = join(folder, `context-${index}`);
    mkdirSync(context);
    const pod = {
      kind: 'Pod',
      metadata: { name, namespace: name },
      spec: { nodeName: name, containers: [] },
      status: { podIP: '10.0.0.1', phase: 'Running' },
    };
    writeFileSync(join(context, 'pods.json'), JSON.stringify({ kind: 'List', items: [pod] }));
    for (const words of [[], ['--json']]) {
      const { stdout, stderr } = await runCli(['cluster', capture, '--context', context, ...words]);
      expect(COMMANDING.exec(stdout + stderr)?.[0]).toBe(undefined);
    }
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
