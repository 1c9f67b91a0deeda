/** SCTP chunks: RFC 9260 §3.3, with those of RFC 3758, 4820, 4895, 5061, 6525 and 8260. */

import { once } from '../capture/once.ts';
import { bits, type FieldSpec, flag, hex, list, named, octets, uint, type ValueNames } from '../dissect/field.ts';
import {
  type Body,
  body,
  each,
  emitBody,
  type FieldsByKey,
  type Part,
  type PartContext,
  type Parts,
  restBytes,
} from './body.ts';
import type { ElementKind } from './sctp-elements.ts';
import { CHUNK_TYPES, causes, parameters } from './sctp-parameters.ts';

/** IANA "SCTP Payload Protocol Identifiers", of which the commoner. */
const PAYLOAD_PROTOCOLS: ValueNames = {
  0: 'unspecified',
  1: 'IUA',
  2: 'M2UA',
  3: 'M3UA',
  4: 'SUA',
  5: 'M2PA',
  7: 'H.248',
  18: 'S1AP',
  24: 'SBc-AP',
  25: 'NBAP',
  27: 'X2AP',
  46: 'Diameter',
  47: 'Diameter in DTLS',
  50: 'WebRTC DCEP',
  51: 'WebRTC String',
  53: 'WebRTC Binary',
  60: 'NGAP',
  61: 'XnAP',
  62: 'F1AP',
  64: 'E1AP',
};

const sctp = (parts: Parts): Body => body('sctp', '', parts);

const type = uint(8, 'Type', named(CHUNK_TYPES));

/** Type and flags, where bits of the flags have a meaning. */
function headWith(key: string, parts: Readonly<Record<string, FieldSpec>>): Body {
  const unused = 8 - Object.values(parts).reduce((sum, { bits: width }) => sum + width, 0);
  const reserved = { [`${key}_reserved`]: uint(unused, 'Reserved', { name: `sctp.${key}_reserved` }) };
  return sctp({
    chunk_type: type,
    [key]: bits(8, 'Flags', { ...reserved, ...parts }, hex, { name: 'sctp.chunk_flags' }),
  });
}

const dataHead = headWith('data_flags', {
  data_i_bit: flag('Acknowledge at once', { name: 'sctp.data_i_bit' }),
  data_u_bit: flag('Unordered', { name: 'sctp.data_u_bit' }),
  data_b_bit: flag('Beginning of the message', { name: 'sctp.data_b_bit' }),
  data_e_bit: flag('End of the message', { name: 'sctp.data_e_bit' }),
});
/** The bit in the flags of an I-DATA chunk that says that a message begins. */
const BEGINNING = 2;

/** As many elements as the 16-bit number `offset` octets into the chunk says. */
function countedAt(offset: number, title: string, element: Body): Part {
  return {
    spec: list(title, () => element.specs),
    emit: (emit, elements, from, end, { view, base }) => {
      const fields = elements.of as FieldsByKey;
      const width = element.steps.reduce((sum, { key }) => sum + (fields[key]?.octetWidth ?? 0), 0);
      let at = from;
      if (at >= end) return at;
      for (let left = view.getUint16(base + offset); left > 0 && at + width <= end; left--) {
        emit.begin(elements, at);
        at = emitBody(emit, fields, element, view, at, end, base);
        emit.end(at);
      }
      return at;
    },
  };
}

/** A part of an I-DATA chunk that depends on whether it begins a message. */
function ofBeginning(isBeginning: boolean, spec: FieldSpec): Part {
  return {
    spec,
    emit: (emit, field, at, end, { view, base }: PartContext) => {
      const holds = ((view.getUint8(base + 1) & BEGINNING) !== 0) === isBeginning;
      return holds && at + field.octetWidth <= end && emit.field(field, at) ? at + field.octetWidth : at;
    },
  };
}

const initiation = (prefix: string): Body =>
  sctp({
    [`${prefix}_initiate_tag`]: uint(32, 'Initiate Tag', hex),
    [`${prefix}_credit`]: uint(32, 'Advertised Receiver Window Credit', octets),
    [`${prefix}_nr_out_streams`]: uint(16, 'Outbound Streams'),
    [`${prefix}_nr_in_streams`]: uint(16, 'Inbound Streams'),
    [`${prefix}_initial_tsn`]: uint(32, 'Initial TSN'),
    parameter: parameters,
  });

const dataTsn = uint(32, 'Transmission Sequence Number');
const dataStream = uint(16, 'Stream Identifier', hex);
const payloadProtocol = uint(32, 'Payload Protocol Identifier', named(PAYLOAD_PROTOCOLS));
const payload = restBytes('User Data');

/** A block of acknowledged TSNs, counted from the cumulative one. */
const block = (prefix: string): Body =>
  sctp({ [`${prefix}_start`]: uint(16, 'First, from the cumulative TSN'), [`${prefix}_end`]: uint(16, 'Last') });

const HEARTBEAT = sctp({ parameter: parameters });
const ERRORS = sctp({ cause: causes });

/** How chunks are declared and read. */
export const CHUNKS: ElementKind = {
  title: 'Chunk',
  name: 'sctp.chunk',
  heads: once(() => ({
    0: dataHead,
    6: headWith('abort_flags', { abort_t_bit: flag("Tag is the receiver's own", { name: 'sctp.abort_t_bit' }) }),
    14: headWith('shutdown_complete_flags', {
      shutdown_complete_t_bit: flag("Tag is the receiver's own", { name: 'sctp.shutdown_complete_t_bit' }),
    }),
    64: dataHead,
  })),
  head: sctp({ chunk_type: type, chunk_flags: uint(8, 'Flags', hex) }),
  length: sctp({ chunk_length: uint(16, 'Length with the header', octets) }),
  rest: sctp({ chunk_value: restBytes('Value') }),
  padding: sctp({ chunk_padding: restBytes('Padding') }),
  typeOf: (view, at) => view.getUint8(at),
  bodies: once(() => ({
    0: sctp({
      data_tsn_raw: dataTsn,
      data_sid: dataStream,
      data_ssn: uint(16, 'Stream Sequence Number'),
      data_payload_proto_id: payloadProtocol,
      data_payload: payload,
    }),
    1: initiation('init'),
    2: initiation('initack'),
    3: sctp({
      sack_cumulative_tsn_ack_raw: uint(32, 'Cumulative TSN Acknowledgment'),
      sack_a_rwnd: uint(32, 'Advertised Receiver Window Credit', octets),
      sack_number_of_gap_blocks: uint(16, 'Gap Acknowledgment Blocks'),
      sack_number_of_duplicated_tsns: uint(16, 'Duplicate TSNs'),
      sack_gap_block: countedAt(12, 'Gap Acknowledgment Block', block('sack_gap_block')),
      sack_duplicate: countedAt(14, 'Duplicate', sctp({ sack_duplicate_tsn: uint(32, 'TSN') })),
    }),
    4: HEARTBEAT,
    5: HEARTBEAT,
    6: ERRORS,
    7: sctp({ shutdown_cumulative_tsn_ack: uint(32, 'Cumulative TSN Acknowledgment') }),
    9: ERRORS,
    10: sctp({ cookie: restBytes('Cookie') }),
    12: sctp({ ecne_lowest_tsn: uint(32, 'Lowest TSN') }),
    13: sctp({ cwr_lowest_tsn: uint(32, 'Lowest TSN') }),
    15: sctp({
      shared_key_id: uint(16, 'Shared Key Identifier'),
      hmac_id: uint(16, 'HMAC Identifier'),
      hmac: restBytes('HMAC'),
    }),
    16: sctp({
      nr_sack_cumulative_tsn_ack: uint(32, 'Cumulative TSN Acknowledgment'),
      nr_sack_a_rwnd: uint(32, 'Advertised Receiver Window Credit', octets),
      nr_sack_number_of_gap_blocks: uint(16, 'Gap Acknowledgment Blocks'),
      nr_sack_number_of_nr_gap_blocks: uint(16, 'Non-renegable Gap Acknowledgment Blocks'),
      nr_sack_number_of_duplicated_tsns: uint(16, 'Duplicate TSNs'),
      nr_sack_reserved: uint(16, 'Reserved', hex),
      nr_sack_gap_block: countedAt(12, 'Gap Acknowledgment Block', block('nr_sack_gap_block')),
      nr_sack_nr_gap_block: countedAt(14, 'Non-renegable Block', block('nr_sack_nr_gap_block')),
      nr_sack_duplicate: countedAt(16, 'Duplicate', sctp({ nr_sack_duplicate_tsn: uint(32, 'TSN') })),
    }),
    64: sctp({
      data_tsn_raw: dataTsn,
      data_sid: dataStream,
      data_reserved: uint(16, 'Reserved'),
      data_mid: uint(32, 'Message Identifier'),
      data_payload_proto_id: ofBeginning(true, payloadProtocol),
      data_fsn: ofBeginning(false, uint(32, 'Fragment Sequence Number')),
      data_payload: payload,
    }),
    128: sctp({ asconf_ack_seq_nr_number: uint(32, 'Sequence Number', hex), parameter: parameters }),
    130: HEARTBEAT,
    132: sctp({ padding_data: restBytes('Padding') }),
    192: sctp({
      forward_tsn_tsn: uint(32, 'New Cumulative TSN'),
      skipped: each(
        'Skipped Stream',
        sctp({
          forward_tsn_sid: uint(16, 'Stream Identifier'),
          forward_tsn_ssn: uint(16, 'Stream Sequence Number'),
        }),
      ),
    }),
    193: sctp({ asconf_seq_nr_number: uint(32, 'Sequence Number', hex), parameter: parameters }),
    194: sctp({
      i_forward_tsn_tsn: uint(32, 'New Cumulative TSN'),
      i_skipped: each(
        'Skipped Stream',
        sctp({
          i_forward_tsn_sid: uint(16, 'Stream Identifier'),
          i_forward_tsn_flags: bits(
            16,
            'Flags',
            {
              i_forward_tsn_res: uint(15, 'Reserved', { name: 'sctp.i_forward_tsn_res' }),
              i_forward_tsn_u_bit: flag('Unordered', { name: 'sctp.i_forward_tsn_u_bit' }),
            },
            hex,
          ),
          forward_tsn_mid: uint(32, 'Message Identifier'),
        }),
      ),
    }),
  })),
  tooShort: 'chunkLength',
  tooLong: 'chunkBeyondPacket',
};
