/** Transmission Control Protocol, RFC 9293 §3.1. */
import { bits, flag, flags as flagBits, hex, octets, uint } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { verifyTransport } from './pseudo-header.ts';
import { emitTcpOptions, findTcpOption, TcpOption, tcpOptions } from './tcp-options.ts';

/** Header without options. */
const LEAST_HEADER = 20;
/** IANA protocol number. */
const TCP = 6;

export const tcp = defineProtocol('tcp', {
  title: 'Transmission Control Protocol',
  source: 'RFC 9293 §3.1',
  carriedBy: { ipProtocol: [TCP] },
  role: 'transport',
  fields: {
    srcport: uint(16, 'Source Port'),
    dstport: uint(16, 'Destination Port'),
    seq_raw: uint(32, 'Sequence Number (raw)'),
    ack_raw: uint(32, 'Acknowledgment Number (raw)'),
    hdr_len: uint(4, 'Header Length', octets, { scale: 4 }),
    flags: bits(
      12,
      'Flags',
      {
        res: flagBits(3, 'Reserved'),
        ae: flag('Accurate ECN'),
        cwr: flag('Congestion Window Reduced'),
        ece: flag('ECN-Echo'),
        urg: flag('Urgent'),
        ack: flag('Acknowledgment'),
        push: flag('Push'),
        reset: flag('Reset'),
        syn: flag('Synchronize'),
        fin: flag('Finish'),
      },
      hex,
    ),
    window_size_value: uint(16, 'Window', octets),
    checksum: uint(16, 'Checksum', hex),
    urgent_pointer: uint(16, 'Urgent Pointer'),
  },
  variable: () => ({ options: tcpOptions }),
  checks: [{ field: 'hdr_len', atLeast: LEAST_HEADER, issue: 'headerTooShort' }],
  headerLength: 'hdr_len',
  next: { ports: 'tcpPort' },
  stream: { sequence, begins, acknowledged },
  hasOptions: true,
  details: emitOptions,
  summary: summarize,
  verify: verifyChecksum,
  issues: {
    headerTooShort: 'the header length is below 20 octets',
    optionLength: 'an option is shorter than its own kind and length',
    optionBeyondHeader: 'an option reaches beyond the header',
  },
});

const { ack_raw, flags, window_size_value, hdr_len, checksum, seq_raw } = tcp.fields;

function sequence(view: DataView, start: number): number {
  return seq_raw.get(view, start);
}

function begins(view: DataView, start: number): boolean {
  return flags.of.syn.get(view, start) !== 0;
}

function acknowledged(view: DataView, start: number): number {
  return flags.of.ack.get(view, start) === 0 ? -1 : ack_raw.get(view, start);
}

function emitOptions(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  emitTcpOptions(emit, tcp.variable.options, view, start + LEAST_HEADER, end);
}

/** Letters of the flags in the order people say them. */
const FLAG_WORDS = [
  [flags.of.syn, 'SYN'],
  [flags.of.fin, 'FIN'],
  [flags.of.reset, 'RST'],
  [flags.of.push, 'PSH'],
  [flags.of.ack, 'ACK'],
  [flags.of.urg, 'URG'],
  [flags.of.ece, 'ECE'],
  [flags.of.cwr, 'CWR'],
  [flags.of.ae, 'AE'],
] as const;

/** The set flags in words: `SYN, ACK`. */
export function tcpFlagWords(view: DataView, start: number): string {
  let words = '';
  for (const [field, word] of FLAG_WORDS) {
    if (field.get(view, start) !== 0) words += words === '' ? word : `, ${word}`;
  }
  return words === '' ? 'none' : words;
}

function summarize(view: DataView, start: number, _end: number, layers: Layers, row: number): string {
  const header = start + hdr_len.get(view, start);
  const length = layers.wireEnd[row]! - header;
  let text = `[${tcpFlagWords(view, start)}]`;
  text += ` win=${window_size_value.get(view, start)}`;
  const captured = Math.min(header, layers.end[row]!);
  const mss = findTcpOption(view, start + LEAST_HEADER, captured, TcpOption.maximumSegmentSize, 4);
  if (mss >= 0) text += ` mss=${view.getUint16(mss)}`;
  return `${text} len=${length}`;
}

function verifyChecksum(layers: Layers, row: number, transport: boolean): void {
  if (!transport) return;
  verifyTransport(layers, row, TCP, checksum.get(layers.viewOf(row), layers.start[row]!), checksum);
}
