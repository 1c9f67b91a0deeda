/** Multicast Listener Discovery within ICMPv6: version 1, RFC 2710 §3; version 2, RFC 9777 §5. */
import { bits, bytes, type Field, flag, hex, ipv6Address, list, named, uint } from '../dissect/field.ts';
import type { FieldEmitter } from '../dissect/walk.ts';

const ADDRESS = 16;
/** Type, length, number of sources and the group's address. */
const RECORD = 20;

/** RFC 9777 §5.2.12. */
const RECORD_TYPES = {
  1: 'Mode Is Include',
  2: 'Mode Is Exclude',
  3: 'Change To Include Mode',
  4: 'Change To Exclude Mode',
  5: 'Allow New Sources',
  6: 'Block Old Sources',
};

const at = (name: string): { name: string } => ({ name: `icmpv6.${name}` });

/** Declarations for the message's `variable` fields. */
export const listenerFields = () => ({
  mld_maximum_response_delay: uint(16, 'Maximum Response Delay', { unit: 'ms' }, at('mld.maximum_response_delay')),
  mld_maximum_response_code: uint(16, 'Maximum Response Code', at('mld.maximum_response_code')),
  mldr_nb_mcast_records: uint(16, 'Number of Records', at('mldr.nb_mcast_records')),
  mld_multicast_address: ipv6Address('Multicast Address', at('mld.multicast_address')),
  mld_flag: bits(
    8,
    'Flags',
    {
      reserved: uint(4, 'Reserved', at('mld.flag.reserved')),
      s: flag('Suppress router-side processing', at('mld.flag.s')),
      qrv: uint(3, "Querier's Robustness Variable", at('mld.flag.qrv')),
    },
    hex,
    at('mld.flag'),
  ),
  mld_qqi: uint(8, "Querier's Query Interval Code", at('mld.qqi')),
  mld_nb_sources: uint(16, 'Number of Sources', at('mld.nb_sources')),
  mld_source: list('Source', { address: ipv6Address('Address', at('mld.source_address')) }),
  mldr_mar: list(
    'Multicast Address Record',
    {
      record_type: uint(8, 'Record Type', named(RECORD_TYPES), at('mldr.mar.record_type')),
      aux_data_len: uint(8, 'Auxiliary Data Length in 4 octets', at('mldr.mar.aux_data_len')),
      nb_sources: uint(16, 'Number of Sources', at('mldr.mar.nb_sources')),
      multicast_address: ipv6Address('Multicast Address', at('mldr.mar.multicast_address')),
      source: list('Source', { address: ipv6Address('Address', at('mldr.mar.source_address')) }),
      auxiliary_data: bytes('Auxiliary Data', 0, at('mldr.mar.auxiliary_data')),
    },
    at('mldr.mar'),
  ),
});

type ListenerSpecs = ReturnType<typeof listenerFields>;
type ListenerFields = Readonly<Record<keyof ListenerSpecs, Field>>;
type RecordFields = Readonly<Record<keyof ListenerSpecs['mldr_mar']['children'], Field>>;

/** Words for the issues that records cause. */
export const LISTENER_ISSUES = { recordBeyondMessage: 'a record reaches beyond the message' } as const;

/** Emits what version 2 adds to a query (RFC 9777 §5.1) and answers the first octet behind that. */
export function emitQueryV2(
  emit: FieldEmitter,
  fields: ListenerFields,
  view: DataView,
  from: number,
  end: number,
): number {
  if (from + 4 > end) return from;
  emit.field(fields.mld_flag, from);
  emit.field(fields.mld_qqi, from + 1);
  emit.field(fields.mld_nb_sources, from + 2);
  return emitSources(emit, fields.mld_source, from + 4, view.getUint16(from + 2), end);
}

/** Emits `count` records (RFC 9777 §5.2), as far as they are there, and answers the first octet behind them. */
export function emitRecords(
  emit: FieldEmitter,
  fields: ListenerFields,
  view: DataView,
  from: number,
  count: number,
  end: number,
): number {
  const { mldr_mar } = fields;
  const of = mldr_mar.of as RecordFields;
  let next = from;
  for (let i = 0; i < count && next + RECORD <= end; i++) {
    emit.begin(mldr_mar, next);
    emit.field(of.record_type, next);
    emit.field(of.aux_data_len, next + 1);
    emit.field(of.nb_sources, next + 2);
    emit.field(of.multicast_address, next + 4);
    const sources = view.getUint16(next + 2);
    const recordEnd = next + RECORD + sources * ADDRESS + 4 * view.getUint8(next + 1);
    if (recordEnd > end) emit.issue('recordBeyondMessage', recordEnd - next, end - next, of.nb_sources.name);
    const known = emitSources(emit, of.source, next + RECORD, sources, end);
    next = Math.min(recordEnd, end);
    if (known < next) emit.octets(of.auxiliary_data, known, next);
    emit.end(next);
  }
  return next;
}

function emitSources(emit: FieldEmitter, sources: Field, from: number, count: number, end: number): number {
  const { address } = sources.of as { address: Field };
  let next = from;
  for (let i = 0; i < count && next + ADDRESS <= end; i++, next += ADDRESS) {
    emit.begin(sources, next);
    emit.field(address, next);
    emit.end(next + ADDRESS);
  }
  return next;
}
