/** Generic Network Virtualization Encapsulation, RFC 8926 §3.4. */
import { bits, flag, flags, hex, named, octets, uint } from '../dissect/field.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import { emitGeneveOptions, geneveOptions } from './geneve-options.ts';
import { ETHER_TYPES } from './registries.ts';

const FIXED_HEADER = 8;

export const geneve = defineProtocol('geneve', {
  title: 'Generic Network Virtualization Encapsulation',
  source: 'RFC 8926 §3.4',
  carriedBy: { udpPort: [6081] },
  role: 'tunnel',
  tunnel: 'geneve',
  fields: {
    version: uint(2, 'Version'),
    opt_len: uint(6, 'Length of the options', octets, { scale: 4 }),
    flags: bits(
      8,
      'Flags',
      { oam: flag('Control packet'), critical: flag('Critical Options Present'), reserved: flags(6, 'Reserved') },
      hex,
    ),
    proto_type: uint(16, 'Protocol Type', hex, named(ETHER_TYPES)),
    vni: uint(24, 'Virtual Network Identifier'),
    reserved: uint(8, 'Reserved', hex),
  },
  variable: () => ({ option: geneveOptions }),
  checks: [{ field: 'version', equals: 0, issue: 'unknownVersion' }],
  headerLength: (view, start): number => FIXED_HEADER + geneve.fields.opt_len.get(view, start),
  next: { table: 'etherType', field: 'proto_type' },
  hasOptions: true,
  details: (emit, view, start, end) => emitGeneveOptions(emit, geneve.variable.option, view, start + FIXED_HEADER, end),
  summary: (view, start): string => `vni ${geneve.fields.vni.get(view, start)}`,
  issues: {
    unknownVersion: 'the version of a Geneve header is 0',
    optionBeyondHeader: 'an option reaches beyond the header',
  },
});
