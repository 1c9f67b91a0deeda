/** What stands between an MPLS label stack and the payload of a pseudowire: RFC 4385 §3 and §5, for Ethernet RFC 4448 §4.6. */
import { hex, named, uint, type ValueNames } from '../dissect/field.ts';
import { type Dispatch, defineProtocol } from '../dissect/protocol.ts';

const BFD = 0x0007;
const IPV4 = 0x0021;
const IPV6 = 0x0057;

/** IANA "MPLS Generalized Associated Channel (G-ACh) Types". */
const CHANNEL_TYPES: ValueNames = {
  1: 'Management Communication Channel',
  2: 'Signaling Communication Channel',
  [BFD]: 'BFD Control, without IP/UDP headers',
  10: 'Direct Loss Measurement',
  11: 'Inferred Loss Measurement',
  12: 'Delay Measurement',
  13: 'Direct Loss and Delay Measurement',
  14: 'Inferred Loss and Delay Measurement',
  [IPV4]: 'IPv4',
  34: 'Continuity Check',
  35: 'Connectivity Verification',
  36: 'Protection State Coordination',
  37: 'On-Demand Connectivity Verification',
  38: 'Lock Instruct',
  39: 'Pseudowire OAM',
  [IPV6]: 'IPv6',
  88: 'Fault OAM',
  35074: 'Ethernet OAM',
};

/** Control word of an Ethernet pseudowire. */
export const pseudowireEthernet = defineProtocol('pwethcw', {
  title: 'Pseudowire Control Word, Ethernet',
  source: 'RFC 4448 §4.6',
  fields: {
    nibble: uint(4, 'First nibble, which is none of IP', { name: 'pweth.cw.nibble' }),
    reserved: uint(12, 'Reserved', { name: 'pweth.cw.reserved' }),
    sequence_number: uint(16, 'Sequence Number', { name: 'pweth.cw.sequence_number' }),
  },
  next: { protocol: 'eth' },
  summary: sequenceText,
});

/** Associated channel header of a pseudowire (PW-ACH) or of a label switched path (G-ACh, RFC 5586). */
export const associatedChannel = defineProtocol('pwach', {
  title: 'Pseudowire Associated Channel',
  source: 'RFC 4385 §5, RFC 5586 §2.1',
  fields: {
    nibble: uint(4, 'First nibble'),
    ver: uint(4, 'Version'),
    res: uint(8, 'Reserved', hex),
    channel_type: uint(16, 'Channel Type', hex, named(CHANNEL_TYPES)),
  },
  checks: [{ field: 'nibble', equals: 1, issue: 'nibbleNot1' }],
  next: nextOfChannel,
  summary: channelText,
  issues: { nibbleNot1: 'the first nibble of an associated channel header is 1' },
});

const { channel_type } = associatedChannel.fields;

function sequenceText(view: DataView, start: number): string {
  return `seq=${pseudowireEthernet.fields.sequence_number.get(view, start)}`;
}

function nextOfChannel(dispatch: Dispatch, view: DataView, start: number): number {
  const type = channel_type.get(view, start);
  return dispatch.named(type === IPV4 ? 'ip' : type === IPV6 ? 'ipv6' : type === BFD ? 'bfd' : '');
}

function channelText(view: DataView, start: number): string {
  const type = channel_type.get(view, start);
  return CHANNEL_TYPES[type] ?? `channel 0x${type.toString(16).padStart(4, '0')}`;
}
