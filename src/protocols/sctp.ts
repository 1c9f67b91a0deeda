/** Stream Control Transmission Protocol, RFC 9260 §3. User data stays within its chunk: messages are not put together. */
import { bytes, hex, uint } from '../dissect/field.ts';
import { type Layers, RowFlag } from '../dissect/layers.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import { crc32c } from './crc32c.ts';
import { CHUNKS } from './sctp-chunks.ts';
import { ELEMENT_HEADER, elementList, emitElements } from './sctp-elements.ts';
import { CHUNK_TYPES } from './sctp-parameters.ts';

const COMMON_HEADER = 12;
const CHECKSUM = 8;
const DATA = 0;
const INTERLEAVED_DATA = 64;
/** Chunks that the summary names. */
const SHOWN_CHUNKS = 8;

export const sctp = defineProtocol('sctp', {
  title: 'Stream Control Transmission Protocol',
  source: 'RFC 9260 §3.1',
  // RFC 6951 §3: SCTP in UDP.
  carriedBy: { ipProtocol: [132], udpPort: [9899] },
  role: 'transport',
  fields: {
    srcport: uint(16, 'Source Port'),
    dstport: uint(16, 'Destination Port'),
    verification_tag: uint(32, 'Verification Tag', hex),
    checksum: uint(32, 'Checksum', hex),
  },
  variable: () => ({ chunk: elementList(CHUNKS), rest: bytes('Octets that are too few for a chunk') }),
  headerLength: 'all',
  details: (emit, view, start, end): void => {
    const { chunk, rest } = sctp.variable;
    const next = emitElements(emit, chunk, CHUNKS, view, start + COMMON_HEADER, end);
    if (next >= end) return;
    emit.issue('chunkLength', ELEMENT_HEADER, end - next, 'end of sctp');
    emit.octets(rest, next, end);
  },
  summary: summarize,
  verify: verifyChecksum,
  issues: {
    chunkLength: 'a chunk is shorter than its own type, flags and length',
    chunkBeyondPacket: 'a chunk reaches beyond the packet',
    parameterLength: 'a parameter is shorter than its own type and length',
    parameterBeyondChunk: 'a parameter reaches beyond its chunk',
    causeLength: 'an error cause is shorter than its own code and length',
    causeBeyondChunk: 'an error cause reaches beyond its chunk',
  },
});

/** The chunks by name, with the numbers of those that carry data. */
function summarize(view: DataView, start: number, end: number): string {
  const words: string[] = [];
  for (let at = start + COMMON_HEADER; at + ELEMENT_HEADER <= end; ) {
    if (words.length === SHOWN_CHUNKS) return `${words.join(', ')}, …`;
    const type = view.getUint8(at);
    const name = CHUNK_TYPES[type] ?? `chunk ${type}`;
    const isData = (type === DATA || type === INTERLEAVED_DATA) && at + 8 <= end;
    words.push(isData ? `${name} tsn=${view.getUint32(at + 4)}` : name);
    const length = view.getUint16(at + 2);
    if (length < ELEMENT_HEADER) break;
    at += Math.ceil(length / 4) * 4;
  }
  return words.join(', ');
}

/** RFC 9260 §6.8: a CRC-32C, its low octet first. 0 is what a sender's kernel leaves for its network card. */
function verifyChecksum(layers: Layers, row: number, transport: boolean): void {
  const start = layers.start[row]!;
  const end = layers.end[row]!;
  const cannotTell = RowFlag.quoted | RowFlag.fragment;
  if (!transport || end < layers.wireEnd[row]! || (layers.flags[row]! & cannotTell) !== 0) return;
  const view = layers.viewOf(row);
  const place = start + CHECKSUM;
  const right = crc32c(view, start, end, place, place + 4);
  const found = view.getUint32(place, true);
  if (found === right) return;
  const { name } = sctp.fields.checksum;
  if (found === 0) layers.issues.add(row, 'partialChecksum', 0, found, name);
  else layers.issues.add(row, 'badChecksum', octetsSwapped(right), octetsSwapped(found), name);
}

/** The number with its octets in reverse order, as the field shows it. */
function octetsSwapped(value: number): number {
  return (((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;
}
