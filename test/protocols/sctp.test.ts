import { describe, expect, test } from 'vitest';
import { dissectHex, layersOf } from '../dissect-hex.ts';
import { gapsAtEveryLength, ipFrame, udpFrame } from '../frames.ts';
import { headerGaps } from '../header-gaps.ts';

const SCTP = 132;
const HEADER = '84 c1 1a 30  39 d7 23 70  66 ca 25 21';

/** The frame around chunks, and the one chunk's fields. */
function chunkOf(chunk: string) {
  const frame = ipFrame(SCTP, `${HEADER} ${chunk}`);
  expect(gapsAtEveryLength(frame)).toEqual([]);
  return dissectHex(frame)[2];
}

test('the common header', () => {
  const [, , layer] = dissectHex(ipFrame(SCTP, HEADER));
  expect(layer).toEqual({
    layer: 'sctp',
    range: [34, 46],
    srcport: 33985,
    dstport: 6704,
    verification_tag: 0x39d72370,
    checksum: 0x66ca2521,
    chunk: [],
  });
});

test.each([
  [
    'DATA',
    '00 03 00 13 e5 5c b2 c6 00 01 00 02 00 00 00 03 61 62 63 00',
    {
      chunk_type: 0,
      data_flags: { raw: 3, data_i_bit: false, data_u_bit: false, data_b_bit: true, data_e_bit: true },
      chunk_length: 19,
      data_tsn_raw: 3848057542,
      data_sid: 1,
      data_ssn: 2,
      data_payload_proto_id: 3,
      data_payload: '61:62:63',
      chunk_padding: '00',
    },
  ],
  [
    'I-DATA that begins a message',
    '40 02 00 14 00 00 00 01 00 05 00 00 00 00 00 09 00 00 00 33',
    { data_sid: 5, data_reserved: 0, data_mid: 9, data_payload_proto_id: 51 },
  ],
  [
    'I-DATA that goes on with one',
    '40 00 00 16 00 00 00 01 00 05 00 00 00 00 00 09 00 00 00 07 61 62 00 00',
    { data_mid: 9, data_fsn: 7, data_payload: '61:62', chunk_padding: '00:00' },
  ],
  [
    'INIT with supported address types',
    '01 00 00 28 94 d0 21 98 00 00 e0 00 00 0a ff ff e5 5c b2 c6 00 0c 00 06 00 05 00 00 00 05 00 08 0a 00 00 01 80 00 00 04',
    {
      chunk_type: 1,
      chunk_flags: 0,
      chunk_length: 40,
      init_initiate_tag: 0x94d02198,
      init_credit: 57344,
      init_nr_out_streams: 10,
      init_nr_in_streams: 65535,
      init_initial_tsn: 3848057542,
      parameter: [
        {
          parameter_type: 12,
          parameter_length: 6,
          supported_address_types: [{ parameter_supported_address_type: 5 }],
          parameter_padding: '00:00',
        },
        { parameter_type: 5, parameter_length: 8, parameter_ipv4_address: '10.0.0.1' },
        { parameter_type: 0x8000, parameter_length: 4 },
      ],
    },
  ],
  [
    'INIT ACK with a cookie',
    '02 00 00 1a 94 d0 21 98 00 00 e0 00 00 01 00 01 e5 5c b2 c6 00 07 00 06 c0 de 00 00',
    {
      initack_initiate_tag: 0x94d02198,
      initack_nr_in_streams: 1,
      parameter: [{ parameter_type: 7, parameter_state_cookie: 'c0:de' }],
      chunk_padding: '00:00',
    },
  ],
  [
    'SACK',
    '03 00 00 1c 00 00 00 64 00 01 00 00 00 02 00 01 00 02 00 03 00 05 00 07 00 00 00 62',
    {
      sack_cumulative_tsn_ack_raw: 100,
      sack_a_rwnd: 65536,
      sack_number_of_gap_blocks: 2,
      sack_number_of_duplicated_tsns: 1,
      sack_gap_block: [
        { sack_gap_block_start: 2, sack_gap_block_end: 3 },
        { sack_gap_block_start: 5, sack_gap_block_end: 7 },
      ],
      sack_duplicate: [{ sack_duplicate_tsn: 98 }],
    },
  ],
  [
    'SACK whose counts pass its end',
    '03 00 00 14 00 00 00 64 00 01 00 00 ff ff ff ff 00 02 00 03',
    { sack_gap_block: [{ sack_gap_block_start: 2 }], sack_duplicate: [] },
  ],
  [
    'NR-SACK',
    '10 00 00 20 00 00 00 64 00 01 00 00 00 01 00 01 00 01 00 00 00 02 00 03 00 05 00 07 00 00 00 62',
    {
      nr_sack_gap_block: [{ nr_sack_gap_block_start: 2, nr_sack_gap_block_end: 3 }],
      nr_sack_nr_gap_block: [{ nr_sack_nr_gap_block_start: 5, nr_sack_nr_gap_block_end: 7 }],
      nr_sack_duplicate: [{ nr_sack_duplicate_tsn: 98 }],
    },
  ],
  [
    'HEARTBEAT',
    '04 00 00 0c 00 01 00 08 de ad be ef',
    { parameter: [{ parameter_heartbeat_information: 'de:ad:be:ef' }] },
  ],
  [
    'ABORT',
    '06 01 00 0c 00 0c 00 08 62 79 65 21',
    {
      abort_flags: { raw: 1, abort_t_bit: true },
      cause: [{ cause_code: 12, cause_length: 8, cause_information: '62:79:65:21' }],
    },
  ],
  ['SHUTDOWN', '07 00 00 08 00 00 00 64', { shutdown_cumulative_tsn_ack: 100 }],
  [
    'ERROR',
    '09 00 00 20 00 01 00 08 00 05 00 00 00 02 00 0a 00 00 00 01 00 07 00 00 00 03 00 08 00 00 00 10',
    {
      cause: [
        { cause_code: 1, cause_stream_identifier: 5, cause_reserved: 0 },
        {
          cause_code: 2,
          cause_nr_of_missing_parameters: 1,
          missing_parameters: [{ cause_missing_parameter_type: 7 }],
          cause_padding: '00:00',
        },
        { cause_code: 3, cause_measure_of_staleness: 16 },
      ],
    },
  ],
  ['COOKIE ECHO', '0a 00 00 08 c0 de c0 de', { cookie: 'c0:de:c0:de' }],
  ['COOKIE ACK', '0b 00 00 04', { chunk_type: 11, chunk_length: 4 }],
  ['SHUTDOWN COMPLETE', '0e 01 00 04', { shutdown_complete_flags: { shutdown_complete_t_bit: true } }],
  ['AUTH', '0f 00 00 0c 00 01 00 03 de ad be ef', { shared_key_id: 1, hmac_id: 3, hmac: 'de:ad:be:ef' }],
  [
    'RE-CONFIG',
    '82 00 00 18 00 0d 00 12 00 00 00 01 00 00 00 02 00 00 00 03 00 05 00 00',
    {
      parameter: [
        {
          parameter_reconfig_request_sequence_number: 1,
          parameter_reconfig_response_sequence_number: 2,
          parameter_senders_last_assigned_tsn: 3,
          streams: [{ parameter_reconfig_sid: 5 }],
        },
      ],
    },
  ],
  [
    'FORWARD TSN',
    'c0 00 00 0c 00 00 00 64 00 05 00 07',
    { forward_tsn_tsn: 100, skipped: [{ forward_tsn_sid: 5, forward_tsn_ssn: 7 }] },
  ],
  [
    'I-FORWARD TSN',
    'c2 00 00 10 00 00 00 64 00 05 00 01 00 00 00 07',
    {
      i_skipped: [
        {
          i_forward_tsn_sid: 5,
          i_forward_tsn_flags: { raw: 1, i_forward_tsn_res: 0, i_forward_tsn_u_bit: true },
          forward_tsn_mid: 7,
        },
      ],
    },
  ],
  ['an unknown chunk', '3f 00 00 06 be ef 00 00', { chunk_type: 63, chunk_value: 'be:ef', chunk_padding: '00:00' }],
])('%s', (_, chunk, fields) => {
  expect(chunkOf(chunk)).toMatchObject({ chunk: [fields] });
});

test('chunks bundled in a packet', () => {
  expect(chunkOf('0b 00 00 04  00 03 00 10 00 00 00 01 00 00 00 00 00 00 00 00')).toMatchObject({
    chunk: [{ chunk_type: 11 }, { chunk_type: 0, data_tsn_raw: 1 }],
  });
});

test('in UDP', () => {
  expect(dissectHex(udpFrame(9899, `${HEADER} 0b 00 00 04`)).at(-1)).toMatchObject({ layer: 'sctp', range: [42, 58] });
});

describe('what does not fit', () => {
  /** Codes of the issues that are found when the fields are shown. */
  function codesOf(chunks: string): string[] {
    const layers = layersOf(ipFrame(SCTP, `${HEADER} ${chunks}`));
    expect(headerGaps(layers)).toEqual([]);
    return Array.from({ length: layers.issues.count }, (_, index) => layers.issues.at(index).code);
  }

  test.each([
    ['a chunk of length 0', '0b 00 00 00 de ad be ef', ['chunkLength']],
    ['a chunk of length 3', '0b 00 00 03', ['chunkLength']],
    ['a chunk that passes the packet', '0a 00 00 40 c0 de', ['chunkBeyondPacket']],
    ['three octets behind the last chunk', '0b 00 00 04 0b 00 00', ['chunkLength']],
    ['a parameter of length 0', '04 00 00 0c 00 01 00 00 de ad be ef', ['parameterLength']],
    ['a parameter that passes its chunk', '04 00 00 0c 00 01 00 40 de ad be ef', ['parameterBeyondChunk']],
    ['a cause of length 1', '09 00 00 08 00 01 00 01', ['causeLength']],
    ['a cause that passes its chunk', '09 00 00 08 00 0c 00 09', ['causeBeyondChunk']],
    ['a sound chunk', '0b 00 00 04', []],
  ])('%s', (_, chunks, codes) => {
    expect(codesOf(chunks)).toEqual(codes);
  });
});

test.each([
  ['right', 'f1 26 1a 57', []],
  ['wrong', '12 34 56 78', [{ code: 'badChecksum', needed: 0xf1261a57, available: 0x12345678 }]],
  ['left to the network card', '00 00 00 00', [{ code: 'partialChecksum' }]],
])('a checksum that is %s', (_, checksum, issues) => {
  const layers = layersOf(ipFrame(SCTP, `84 c1 1a 30  39 d7 23 70  ${checksum}  0b 00 00 04`));
  layers.protocolOf(2).verify?.(layers, 2, true);
  expect(Array.from({ length: layers.issues.count }, (_, index) => layers.issues.at(index))).toMatchObject(issues);
});
