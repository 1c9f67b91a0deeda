/** Values of DHCP options that are more than a few numbers or addresses. */
import {
  bytes,
  computed,
  type FieldSpec,
  hex,
  ipv4Address,
  list,
  macAddress,
  named,
  number,
  octets,
  text,
  uint,
} from '../dissect/field.ts';
import { ipv4Text, utf8Text } from '../dissect/value.ts';
import {
  type Body,
  body,
  countedBytes,
  each,
  type FieldsByKey,
  fieldOf,
  type Part,
  type Parts,
  restBytes,
  typedElements,
  when,
} from './body.ts';
import { HARDWARE_TYPES } from './dhcp-registries.ts';
import { readDomainName } from './dns-name.ts';

/** What the names of most options' fields begin with. */
export const PREFIX = 'dhcp.option';
/** A body of fields with that prefix. */
export const option = (parts: Parts): Body => body(PREFIX, '', parts);
const seconds = { unit: 's' };
/** Text that ends with the option, or before a zero octet that some clients put there. */
export const zeroEndedText = (title: string): Part => ({
  spec: text(title),
  emit: (emit, field, at, end, { view }) => {
    emit.value(field, textBeforeZero(view, at, end), at, end);
    return end;
  },
});

/** The characters of [start, end) before the first zero octet. */
export function textBeforeZero(view: DataView, start: number, end: number): string {
  let zero = start;
  while (zero < end && view.getUint8(zero) !== 0) zero++;
  return utf8Text(view, start, zero);
}

/** Signed seconds from UTC. */
export const timeOffset: Part = {
  spec: number('Time Offset', seconds),
  emit: (emit, field, at, end, { view }) => {
    if (at + 4 > end) return at;
    emit.value(field, view.getInt32(at), at, at + 4);
    return at + 4;
  },
};

const ROUTE = `${PREFIX}.classless_static_route`;
/** Routes whose destination has as many octets as its width needs (RFC 3442). */
export const classlessRoutes: Part = {
  spec: list(
    'Route',
    {
      width: uint(8, 'Width of Subnet Mask', { unit: 'bits', name: `${ROUTE}.width` }),
      destination: computed('ipv4', 'Destination', { name: `${ROUTE}.destination` }),
      router: ipv4Address('Router', { name: `${ROUTE}.router` }),
    },
    { name: `${ROUTE}_list` },
  ),
  emit: (emit, routes, from, end, { view }) => {
    const fields = routes.of as FieldsByKey;
    let at = from;
    while (at < end) {
      const width = view.getUint8(at);
      const router = at + 1 + ((width + 7) >> 3);
      if (width > 32 || router + 4 > end) break;
      const padded = new DataView(new ArrayBuffer(4));
      for (let i = at + 1; i < router; i++) padded.setUint8(i - at - 1, view.getUint8(i));
      emit.begin(routes, at);
      emit.field(fieldOf(fields, 'width'), at);
      emit.value(fieldOf(fields, 'destination'), ipv4Text(padded, 0), at + 1, router);
      emit.field(fieldOf(fields, 'router'), router);
      at = router + 4;
      emit.end(at);
    }
    return at;
  },
};

/** A part that is there only where the option's first octet is as `isIt` wants it. */
export const ofType = (isIt: (type: number) => boolean, part: FieldSpec | Part, octetsLeft = 0): Part =>
  when(
    ({ view, start }, left) => left > 0 && isIt(view.getUint8(start)) && (octetsLeft === 0 || left === octetsLeft),
    part,
  );

const TEXT_IDENTIFIER = 0;
const ETHERNET = 1;
/** RFC 4361 §6.1: an IAID and a DUID as DHCPv6 has them. */
const DUID_IDENTIFIER = 255;
const isHardware = (type: number): boolean => type !== TEXT_IDENTIFIER && type !== DUID_IDENTIFIER;
/** Client Identifier, by the type in its first octet (RFC 2132 §9.14). */
export const clientIdentifier = body('dhcp', '', {
  'client_id.type': ofType((type) => !isHardware(type), uint(8, 'Type', named({ 0: 'text', 255: 'IAID and DUID' }))),
  'hw.type': ofType(isHardware, uint(8, 'Hardware Type', hex, named(HARDWARE_TYPES))),
  'hw.mac_addr': ofType((type) => type === ETHERNET, macAddress('Client MAC Address'), 6),
  'client_id.undef': ofType((type) => type === TEXT_IDENTIFIER, zeroEndedText('Client Identifier')),
  'client_id.iaid': ofType((type) => type === DUID_IDENTIFIER, bytes('IAID', 4)),
  'client_id.duid': ofType((type) => type === DUID_IDENTIFIER, restBytes('DUID')),
});

/** The name a client asks to be registered under: in DNS' wire format where the E flag is set, else as text (RFC 4702 §2.1). */
export const fqdnName: Part = {
  spec: text('Client Name'),
  emit: (emit, field, at, end, { view, start }) => {
    const isEncoded = (view.getUint8(start) & 4) !== 0;
    emit.value(field, isEncoded ? readDomainName(view, at, at, end).text : textBeforeZero(view, at, end), at, end);
    return end;
  },
};

const AGENT = `${PREFIX}.agent_information_option`;
const AGENT_SUBOPTIONS = {
  1: 'Agent Circuit ID',
  2: 'Agent Remote ID',
  4: 'DOCSIS Device Class',
  5: 'Link Selection',
  6: 'Subscriber ID',
  7: 'RADIUS Attributes',
  8: 'Authentication',
  9: 'Vendor-Specific Information',
  10: 'Relay Agent Flags',
  11: 'Server ID Override',
  12: 'Relay Agent Identifier',
  19: 'Relay Source Port',
  151: 'Virtual Subnet Selection',
};
/** Suboptions of Relay Agent Information (RFC 3046). */
export const agentSuboptions = typedElements({
  title: 'Relay Agent Suboption',
  prefix: AGENT,
  name: AGENT,
  header: {
    suboption: uint(8, 'Suboption', named(AGENT_SUBOPTIONS)),
    length: uint(8, 'Length', octets, { name: `${PREFIX}.suboption_length` }),
  },
  rest: 'value',
  issue: 'optionBeyondMessage',
  limit: `${PREFIX}.length`,
  bodies: () => ({
    1: body(AGENT, '', { agent_circuit_id: restBytes('Agent Circuit ID') }),
    2: body(AGENT, '', { agent_remote_id: restBytes('Agent Remote ID') }),
    5: body(AGENT, '', { link_selection: ipv4Address('Link Selection') }),
    6: body(AGENT, '', { subscriber_id: zeroEndedText('Subscriber ID') }),
    11: body(AGENT, '', { server_id_override: ipv4Address('Server ID Override') }),
  }),
});

/** Whether an authentication has a secret's identifier and a hash (RFC 3118 §5). */
export const isDelayed = (protocol: number): boolean => protocol === 1;

/** User classes (RFC 3004): strings with their lengths before them, which fill the option. Network boot loaders send bare text. */
export const userClasses = each(
  'User Class',
  option({ 'user_class.length': uint(8, 'Length', octets), 'user_class.data': countedBytes('Data') }),
  { name: `${PREFIX}.user_class` },
);
/** Whether the octets are strings with their lengths before them, none of them empty. */
export const areUserClasses = (view: DataView, from: number, end: number): boolean => {
  let at = from;
  while (at < end && view.getUint8(at) !== 0) at += 1 + view.getUint8(at);
  return at === end;
};

/** Suboptions of Vendor-Identifying Vendor-Specific Information (RFC 3925 §4). */
export const vendorInformation = typedElements({
  title: 'Vendor Suboption',
  prefix: `${PREFIX}.vi`,
  name: `${PREFIX}.vi.suboptions`,
  header: {
    suboption: uint(8, 'Suboption'),
    length: uint(8, 'Length', octets, { name: `${PREFIX}.suboption_length` }),
  },
  rest: 'value',
  issue: 'optionBeyondMessage',
  limit: `${PREFIX}.vi.length`,
  bodies: () => ({}),
});
