/** Network Service Header, RFC 8300 §2. */
import { bytes, flag, hex, list, named, octets, packed, uint, type ValueNames } from '../dissect/field.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import type { FieldEmitter } from '../dissect/walk.ts';

/** Base header and service path header. */
const FIXED_HEADER = 8;
/** The same in the unit of the length field. */
const LEAST_WORDS = 2;
const MD_TYPE_1 = 1;
const MD_TYPE_2 = 2;
const CONTEXT_HEADER = 4;
/** Class, type and length of a variable-length context header. */
const TLV_HEADER = 4;

/** IANA "NSH Next Protocol"; VXLAN-GPE uses the same numbers. */
export const NSH_NEXT_PROTOCOLS: ValueNames = {
  1: 'IPv4',
  2: 'IPv6',
  3: 'Ethernet',
  4: 'NSH',
  5: 'MPLS',
  254: 'Experiment 1',
  255: 'Experiment 2',
};

export const nsh = defineProtocol('nsh', {
  title: 'Network Service Header',
  source: 'RFC 8300 §2',
  carriedBy: { etherType: [0x894f], nshNextProtocol: [4] },
  fields: {
    version: uint(2, 'Version'),
    Obit: flag('OAM packet'),
    CBit: flag('Unassigned (once: critical metadata)'),
    ttl: uint(6, 'Time to Live'),
    length: uint(6, 'Length', { unit: '4-octet words' }),
    unassigned: uint(4, 'Unassigned'),
    mdtype: uint(4, 'MD Type', named({ 1: 'fixed length', 2: 'variable length', 15: 'experimentation' })),
    nextproto: uint(8, 'Next Protocol', named(NSH_NEXT_PROTOCOLS)),
    spi: uint(24, 'Service Path Identifier'),
    si: uint(8, 'Service Index'),
  },
  variable: () => ({
    context: list('Fixed-length Context Header', {
      contextheader: bytes('Context Header', CONTEXT_HEADER, { name: 'nsh.contextheader' }),
    }),
    tlv: list('Variable-length Context Header', {
      metadataclass: uint(16, 'Metadata Class', hex, { name: 'nsh.metadataclass' }),
      metadatatype: uint(8, 'Type', { name: 'nsh.metadatatype' }),
      ...packed({
        metadataunassignedbit: uint(1, 'Unassigned', { name: 'nsh.metadataunassignedbit' }),
        metadatalen: uint(7, 'Length', octets, { name: 'nsh.metadatalen' }),
      }),
      metadata: bytes('Metadata', 0, { name: 'nsh.metadata' }),
      padding: bytes('Padding', 0, { name: 'nsh.padding' }),
    }),
    unknown: bytes('Context of an unknown MD type'),
  }),
  checks: [{ field: 'length', atLeast: LEAST_WORDS, issue: 'lengthBelowFixed' }],
  headerLength: (view, start): number => 4 * nsh.fields.length.get(view, start),
  next: { table: 'nshNextProtocol', field: 'nextproto' },
  details,
  summary: (view, start): string => `path ${nsh.fields.spi.get(view, start)} index ${nsh.fields.si.get(view, start)}`,
  issues: {
    lengthBelowFixed: 'the length is below the two words every header has',
    metadataBeyondHeader: 'a context header reaches beyond the header',
  },
});

const { mdtype } = nsh.fields;

function details(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  const { unknown } = nsh.variable;
  const from = start + FIXED_HEADER;
  const type = mdtype.get(view, start);
  if (type === MD_TYPE_1) emitContext(emit, from, end);
  else if (type === MD_TYPE_2) emitMetadata(emit, view, from, end);
  else if (from < end) emit.octets(unknown, from, end);
}

/** The header is made of words, so the context headers fill it, unless the capture ends before. */
function emitContext(emit: FieldEmitter, from: number, end: number): void {
  const { context } = nsh.variable;
  for (let at = from; at + CONTEXT_HEADER <= end; at += CONTEXT_HEADER) {
    emit.begin(context, at);
    emit.field(context.of.contextheader, at);
    emit.end(at + CONTEXT_HEADER);
  }
}

function emitMetadata(emit: FieldEmitter, view: DataView, from: number, end: number): void {
  const { tlv } = nsh.variable;
  const { of } = tlv;
  for (let at = from; at + TLV_HEADER <= end; ) {
    const length = of.metadatalen.get(view, at + 3);
    const body = at + TLV_HEADER;
    const known = Math.min(body + length, end);
    // RFC 8300 §2.5.1: the metadata is padded to whole words.
    const next = Math.min(body + Math.ceil(length / 4) * 4, end);
    if (body + length > end) emit.issue('metadataBeyondHeader', TLV_HEADER + length, end - at, 'nsh.length');
    emit.begin(tlv, at);
    emit.field(of.metadataclass, at);
    emit.field(of.metadatatype, at + 2);
    emit.field(of.metadataunassignedbit, at + 3);
    emit.field(of.metadatalen, at + 3);
    if (body < known) emit.octets(of.metadata, body, known);
    if (known < next) emit.octets(of.padding, known, next);
    emit.end(next);
    at = next;
  }
}
