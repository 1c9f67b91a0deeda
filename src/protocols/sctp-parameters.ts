/** Parameters and error causes within SCTP chunks: RFC 9260 §3.3, with those of RFC 3758, 4895, 5061 and 6525. */

import { once } from '../capture/once.ts';
import { hex, ipv4Address, ipv6Address, named, octets, uint, type ValueNames } from '../dissect/field.ts';
import { type Body, body, each, type Part, type Parts, restBytes, restText } from './body.ts';
import { type ElementKind, elementsPart } from './sctp-elements.ts';

const sctp = (parts: Parts): Body => body('sctp', '', parts);
/** A list of single numbers. */
const numbers = (title: string, parts: Parts): Part => each(title, sctp(parts));

/** Chunk types, IANA "SCTP Chunk Types". */
export const CHUNK_TYPES: ValueNames = {
  0: 'DATA',
  1: 'INIT',
  2: 'INIT ACK',
  3: 'SACK',
  4: 'HEARTBEAT',
  5: 'HEARTBEAT ACK',
  6: 'ABORT',
  7: 'SHUTDOWN',
  8: 'SHUTDOWN ACK',
  9: 'ERROR',
  10: 'COOKIE ECHO',
  11: 'COOKIE ACK',
  12: 'ECNE',
  13: 'CWR',
  14: 'SHUTDOWN COMPLETE',
  15: 'AUTH',
  16: 'NR-SACK',
  64: 'I-DATA',
  128: 'ASCONF ACK',
  129: 'PKTDROP',
  130: 'RE-CONFIG',
  132: 'PAD',
  192: 'FORWARD TSN',
  193: 'ASCONF',
  194: 'I-FORWARD TSN',
};

/** IANA "SCTP Chunk Parameter Types". */
const PARAMETER_TYPES: ValueNames = {
  1: 'Heartbeat Info',
  5: 'IPv4 Address',
  6: 'IPv6 Address',
  7: 'State Cookie',
  8: 'Unrecognized Parameters',
  9: 'Cookie Preservative',
  11: 'Host Name Address',
  12: 'Supported Address Types',
  13: 'Outgoing SSN Reset Request',
  14: 'Incoming SSN Reset Request',
  15: 'SSN/TSN Reset Request',
  16: 'Re-configuration Response',
  17: 'Add Outgoing Streams Request',
  18: 'Add Incoming Streams Request',
  32768: 'ECN Capable',
  32770: 'Random',
  32771: 'Chunk List',
  32772: 'Requested HMAC Algorithm',
  32776: 'Supported Extensions',
  49152: 'Forward TSN Supported',
  49153: 'Add IP Address',
  49154: 'Delete IP Address',
  49155: 'Error Cause Indication',
  49156: 'Set Primary Address',
  49157: 'Success Indication',
  49158: 'Adaptation Layer Indication',
};
const HMACS = { 1: 'SHA-1', 3: 'SHA-256' };
const RESULTS = {
  0: 'success: nothing to do',
  1: 'success: performed',
  2: 'denied',
  3: 'error: wrong SSN',
  4: 'error: request already in progress',
  5: 'error: bad sequence number',
  6: 'in progress',
};

const correlated: Parts = {
  correlation_id: uint(32, 'Correlation ID', hex),
  parameter_value: restBytes('Value'),
};
const requestNumber = uint(32, 'Re-configuration Request Sequence Number');
const responseNumber = uint(32, 'Re-configuration Response Sequence Number');
const streams = numbers('Stream', { parameter_reconfig_sid: uint(16, 'Stream Identifier') });

const PARAMETERS: ElementKind = {
  title: 'Parameter',
  name: 'sctp.parameter',
  heads: () => ({}),
  head: sctp({ parameter_type: uint(16, 'Type', hex, named(PARAMETER_TYPES)) }),
  length: sctp({ parameter_length: uint(16, 'Length with the header', octets) }),
  rest: sctp({ parameter_value: restBytes('Value') }),
  padding: sctp({ parameter_padding: restBytes('Padding') }),
  typeOf: (view, at) => view.getUint16(at),
  bodies: once(() => ({
    1: sctp({ parameter_heartbeat_information: restBytes('Heartbeat Information') }),
    5: sctp({ parameter_ipv4_address: ipv4Address('IPv4 Address') }),
    6: sctp({ parameter_ipv6_address: ipv6Address('IPv6 Address') }),
    7: sctp({ parameter_state_cookie: restBytes('State Cookie') }),
    9: sctp({ parameter_cookie_preservative_incr: uint(32, 'Cookie Life-Span Increment', { unit: 'ms' }) }),
    11: sctp({ parameter_hostname: restText('Host Name') }),
    12: sctp({
      supported_address_types: numbers('Supported Address Type', {
        parameter_supported_address_type: uint(16, 'Address Type', named(PARAMETER_TYPES)),
      }),
    }),
    13: sctp({
      parameter_reconfig_request_sequence_number: requestNumber,
      parameter_reconfig_response_sequence_number: responseNumber,
      parameter_senders_last_assigned_tsn: uint(32, "Sender's Last Assigned TSN"),
      streams,
    }),
    14: sctp({ parameter_reconfig_request_sequence_number: requestNumber, streams }),
    15: sctp({ parameter_reconfig_request_sequence_number: requestNumber }),
    16: sctp({
      parameter_reconfig_response_sequence_number: responseNumber,
      parameter_reconfig_response_result: uint(32, 'Result', named(RESULTS)),
      parameter_senders_next_tsn: uint(32, "Sender's Next TSN"),
      parameter_receivers_next_tsn: uint(32, "Receiver's Next TSN"),
    }),
    17: sctp({
      parameter_reconfig_request_sequence_number: requestNumber,
      parameter_add_outgoing_streams_number: uint(16, 'New Streams'),
      parameter_add_outgoing_streams_reserved: uint(16, 'Reserved'),
    }),
    18: sctp({
      parameter_reconfig_request_sequence_number: requestNumber,
      parameter_add_incoming_streams_number: uint(16, 'New Streams'),
      parameter_add_incoming_streams_reserved: uint(16, 'Reserved'),
    }),
    32770: sctp({ random_number: restBytes('Random Number') }),
    32771: sctp({
      chunks_to_auth: numbers('Chunk to Authenticate', {
        chunk_type_to_auth: uint(8, 'Chunk Type', named(CHUNK_TYPES)),
      }),
    }),
    32772: sctp({ hmac_ids: numbers('HMAC', { hmac_id: uint(16, 'HMAC Identifier', named(HMACS)) }) }),
    32776: sctp({
      supported_chunks: numbers('Supported Chunk', {
        supported_chunk_type: uint(8, 'Chunk Type', named(CHUNK_TYPES)),
      }),
    }),
    49153: sctp(correlated),
    49154: sctp(correlated),
    49155: sctp(correlated),
    49156: sctp(correlated),
    49157: sctp({ correlation_id: uint(32, 'Correlation ID', hex) }),
    49158: sctp({ adaptation_layer_indication: uint(32, 'Adaptation Code Point', hex) }),
  })),
  tooShort: 'parameterLength',
  tooLong: 'parameterBeyondChunk',
};

/** IANA "SCTP Error Cause Codes". */
const CAUSE_CODES: ValueNames = {
  1: 'Invalid Stream Identifier',
  2: 'Missing Mandatory Parameter',
  3: 'Stale Cookie',
  4: 'Out of Resource',
  5: 'Unresolvable Address',
  6: 'Unrecognized Chunk Type',
  7: 'Invalid Mandatory Parameter',
  8: 'Unrecognized Parameters',
  9: 'No User Data',
  10: 'Cookie Received While Shutting Down',
  11: 'Restart of an Association with New Addresses',
  12: 'User-Initiated Abort',
  13: 'Protocol Violation',
  160: 'Request to Delete Last Remaining IP Address',
  161: 'Operation Refused Due to Resource Shortage',
  162: 'Request to Delete Source IP Address',
  163: 'Association Aborted Due to Illegal ASCONF-ACK',
  164: 'Request Refused - No Authorization',
  261: 'Unsupported HMAC Identifier',
};

const CAUSES: ElementKind = {
  title: 'Error Cause',
  name: 'sctp.cause',
  heads: () => ({}),
  head: sctp({ cause_code: uint(16, 'Code', hex, named(CAUSE_CODES)) }),
  length: sctp({ cause_length: uint(16, 'Length with the header', octets) }),
  rest: sctp({ cause_information: restBytes('Information') }),
  padding: sctp({ cause_padding: restBytes('Padding') }),
  typeOf: (view, at) => view.getUint16(at),
  bodies: once(() => ({
    1: sctp({ cause_stream_identifier: uint(16, 'Stream Identifier'), cause_reserved: uint(16, 'Reserved') }),
    2: sctp({
      cause_nr_of_missing_parameters: uint(32, 'Missing Parameters'),
      missing_parameters: numbers('Missing Parameter', {
        cause_missing_parameter_type: uint(16, 'Parameter Type', hex, named(PARAMETER_TYPES)),
      }),
    }),
    3: sctp({ cause_measure_of_staleness: uint(32, 'Measure of Staleness', { unit: 'µs' }) }),
    9: sctp({ cause_tsn: uint(32, 'TSN of the empty chunk') }),
    261: sctp({ hmac_id: uint(16, 'HMAC Identifier', named(HMACS)) }),
  })),
  tooShort: 'causeLength',
  tooLong: 'causeBeyondChunk',
};

/** Parameters up to the end of a chunk. */
export const parameters: Part = elementsPart(PARAMETERS);
/** Error causes up to the end of a chunk. */
export const causes: Part = elementsPart(CAUSES);
