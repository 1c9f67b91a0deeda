/** Options of commands that read captures, declared once for parsing, help and the manual. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ColumnLayout } from '../render/columns.ts';
import { TIME_FORMATS, type TimeFormat } from '../render/time-text.ts';
import { UsageError } from './exit-codes.ts';
import { FILE_FORMATS, type FileFormat } from './file-formats.ts';
import { parseLinkType } from './link-type-option.ts';

/** Options every command that reads captures has. */
export interface CaptureOptions {
  readonly read: readonly string[] | undefined;
  readonly count: number | undefined;
  readonly decodeAs: readonly string[] | undefined;
  readonly join: boolean | undefined;
  readonly quiet: boolean | undefined;
  readonly color: 'auto' | 'always' | 'never';
}

/** Options of `packets`. */
export interface PacketsOptions extends CaptureOptions {
  readonly filter: string | undefined;
  readonly context: readonly string[] | undefined;
  readonly numeric: boolean | undefined;
  readonly layers: boolean | undefined;
  readonly hex: boolean | undefined;
  readonly json: boolean | undefined;
  readonly full: boolean | undefined;
  readonly only: readonly string[] | undefined;
  readonly format: 'fields' | 'json' | 'text' | undefined;
  readonly field: readonly string[] | undefined;
  readonly columns: readonly string[] | undefined;
  readonly fromHex: readonly string[] | undefined;
  readonly linkType: number | undefined;
  readonly write: string | undefined;
  readonly fileFormat: FileFormat | undefined;
  readonly time: TimeFormat;
  readonly check: boolean | undefined;
  readonly lineBuffered: boolean | undefined;
  readonly exitStatus: boolean | undefined;
}

/** The formats with their meanings, for help. */
const TIME_HELP = `time as ${Object.entries(TIME_FORMATS)
  .map(([key, meaning]) => `${key}: ${meaning}`)
  .join('; ')}`;

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError('a whole number from 1 on is needed.');
  return number;
}

const names = (text: string): string[] => text.split(',').filter((name) => name !== '');

/** Adds the options of every command that reads captures. */
export function addCaptureOptions(command: Command): Command {
  return command
    .option('-r, --read <file>', 'read this capture too (- is standard input)', collect)
    .option('-c, --count <n>', 'stop after n packets have been printed', positive)
    .option('-d, --decode-as <rule>', 'udp.port==8473,vxlan: what a code point stands for', collect)
    .option('--join', 'the captures are consecutive pieces of one, not taken at the same time')
    .option('-q, --quiet', 'no notices and no progress on standard error')
    .addOption(
      new Option('--color <when>', 'colours').choices(['auto', 'always', 'never']).default('auto').argParser(String),
    );
}

/** Adds the option of every command that names pods, nodes and services. */
export function addContextOption(command: Command): Command {
  return command.option(
    '--context <path>',
    'a file, or a folder of files, from kubectl, ip, bridge, …: who is who (cluster --collect gathers them)',
    collect,
  );
}

/** Adds the options of `packets`. */
export function addPacketsOptions(command: Command): Command {
  return addCaptureOptions(
    addContextOption(command)
      .option(
        '-Y, --filter <expression>',
        "only these packets: 'inner.tcp.port == 80', 'host 10.244.1.170 and port 80'",
      )
      .option('-V, --layers', 'the tree of layers and fields of each packet')
      .option('-x, --hex', 'the annotated hex of each packet')
      .option('--json', 'one JSON object a line')
      .option('--full', 'with --json: every field with its range of bits')
      .option('--only <protocols>', 'show layers of these protocols only (tcp,vxlan)', names)
      .addOption(
        new Option('-T, --format <format>', 'fields: columns of the fields named with -e').choices([
          'fields',
          'json',
          'text',
        ]),
      )
      .option('-e, --field <name>', 'with -T fields: a field to print, once for each column', collect)
      .option('-E, --columns <setting>', 'with -T fields: separator=C, header=y, occurrence=f|l|a', collect)
      .option(
        '--from-hex <file>',
        'read pasted hex: of tcpdump, xxd, hexdump -C, Wireshark, or bare octets (- is standard input)',
        collect,
      )
      .option(
        '--link-type <type>',
        'with --from-hex: what packets begin with (EN10MB, RAW, LINUX_SLL or a number)',
        parseLinkType,
      )
      .option(
        '-w, --write <file>',
        'write the packets to a capture file, pcap or pcapng by its extension (- is standard output)',
      )
      .addOption(
        new Option('-F, --file-format <format>', 'with -w: the format, whatever the extension').choices([
          ...FILE_FORMATS,
        ]),
      )
      .addOption(new Option('-t, --time <format>', TIME_HELP).choices(Object.keys(TIME_FORMATS)).default('r', 'r'))
      .option('--check', 'verify checksums of TCP, UDP and ICMP too, not only of IPv4')
      .option('-n, --numeric', 'no names in place of addresses')
      .option('-l, --line-buffered', 'write each packet as soon as it is there')
      .option('--exit-status', 'exit with 1 when no packet was printed'),
  );
}

/** Settings of `-E`. */
export interface ColumnSettings extends ColumnLayout {
  readonly header: boolean;
}

const ESCAPES: Readonly<Record<string, string>> = { '/t': '\t', '\\t': '\t', '/s': ' ' };

/** Reads the settings of `-E`. Throws UsageError. */
export function columnSettings(settings: readonly string[] = []): ColumnSettings {
  let separator = '\t';
  let header = false;
  let occurrence: ColumnSettings['occurrence'] = 'a';
  for (const setting of settings) {
    const at = setting.indexOf('=');
    const key = setting.slice(0, at);
    const value = setting.slice(at + 1);
    if (key === 'separator' && value !== '') separator = ESCAPES[value] ?? value;
    else if (key === 'header' && (value === 'y' || value === 'n')) header = value === 'y';
    else if (key === 'occurrence' && (value === 'f' || value === 'l' || value === 'a')) occurrence = value;
    else throw new UsageError(`-E '${setting}' is none of separator=C, header=y|n, occurrence=f|l|a`);
  }
  return { separator, header, occurrence };
}
