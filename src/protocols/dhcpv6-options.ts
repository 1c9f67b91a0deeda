/** DHCPv6 options: RFC 8415 §21 and IANA's registry of them. */

import { once } from '../capture/once.ts';
import { bits, bytes, flag, hex, ipv6Address, list, macAddress, named, octets, text, uint } from '../dissect/field.ts';
import { hexOctets, utf8Text } from '../dissect/value.ts';
import {
  type Body,
  body,
  countedBytes,
  countedText,
  each,
  emitBody,
  type FieldsByKey,
  type Part,
  type Parts,
  restBytes,
  restText,
  typedElements,
  when,
} from './body.ts';
import { CLIENT_ARCHITECTURES, HARDWARE_TYPES } from './dhcp-registries.ts';
import { duid } from './dhcpv6-duid.ts';
import { DHCPV6_MESSAGES, DHCPV6_OPTIONS, DHCPV6_STATUS } from './dhcpv6-registries.ts';

const option = (parts: Parts): Body => body('dhcpv6', '', parts);
const seconds = { unit: 's' };
const list16 = (key: string): { name: string } => ({ name: `dhcpv6.${key}_list` });
const STATUS = 13;
/** Relayed messages that are shown one within the other; a further one is shown as octets. */
const RELAY_DEPTH = 2;

/** Octets in hexadecimal, as text: `0e6cf049`. */
const hexText = (title: string, width: number): Part => ({
  spec: text(title),
  emit: (emit, field, at, end, { view }) => {
    if (at + width > end) return at;
    emit.value(field, hexOctets(view, at, at + width, ''), at, at + width);
    return at + width;
  },
});
/** A name in DNS' wire format, never compressed (RFC 8415 §10); with a dot at its end where the root is part of it. */
const wireName = (title: string): Part => ({
  spec: text(title),
  emit: (emit, field, from, end, { view }) => {
    let name = '';
    let at = from;
    while (at < end) {
      const length = view.getUint8(at);
      const next = Math.min(at + 1 + length, end);
      if (length > 0 && name !== '' && !name.endsWith('.')) name += '.';
      name += utf8Text(view, at + 1, next);
      at = next;
      if (length === 0) {
        name += '.';
        break;
      }
    }
    if (at > from) emit.value(field, name, from, at);
    return at;
  },
});

const addresses = (key: string, title: string): Body =>
  option({ [`${key}s`]: each(title, option({ [key]: ipv6Address(title) }), list16(key)) });
const names = (key: string, title: string): Body =>
  option({ [`${key}s`]: each(title, option({ [key]: wireName(title) }), list16(key)) });

/** Parts of an option that may hold options itself. */
type Holder = (inner: Part) => Body;
const identityAssociation: Holder = (inner) =>
  option({
    iaid: hexText('IAID', 4),
    'iaid.t1': uint(32, 'T1', seconds),
    'iaid.t2': uint(32, 'T2', seconds),
    options: inner,
  });
const temporaryAssociation: Holder = (inner) => option({ iata: hexText('IAID', 4), options: inner });
const address: Holder = (inner) =>
  option({
    'iaaddr.ip': ipv6Address('IPv6 Address'),
    'iaaddr.pref_lifetime': uint(32, 'Preferred Lifetime', seconds),
    'iaaddr.valid_lifetime': uint(32, 'Valid Lifetime', seconds),
    options: inner,
  });
const prefix: Holder = (inner) =>
  option({
    'iaprefix.pref_lifetime': uint(32, 'Preferred Lifetime', seconds),
    'iaprefix.valid_lifetime': uint(32, 'Valid Lifetime', seconds),
    'iaprefix.pref_len': uint(8, 'Prefix Length', { unit: 'bits' }),
    'iaprefix.pref_addr': ipv6Address('Prefix'),
    options: inner,
  });

const optionsWith = (bodies: () => Readonly<Record<number, Body>>): Part =>
  typedElements({
    title: 'Option',
    prefix: 'dhcpv6',
    name: 'dhcpv6.option',
    header: {
      type: uint(16, 'Option', named(DHCPV6_OPTIONS), { name: 'dhcpv6.option.type' }),
      length: uint(16, 'Length', octets, { name: 'dhcpv6.option.length' }),
    },
    rest: 'value',
    issue: 'optionBeyondMessage',
    limit: 'dhcpv6.option.length',
    bodies,
  });

const status = option({
  status_code: uint(16, 'Status Code', named(DHCPV6_STATUS)),
  status_msg: restText('Status Message'),
});
const leafOptions = optionsWith(() => ({
  [STATUS]: status,
  67: option({
    'pd_exclude.pref_len': uint(8, 'Prefix Length', { unit: 'bits' }),
    'pd_exclude.subnet_id': restBytes('Subnet ID'),
  }),
}));
const associationOptions = optionsWith(() => ({ 5: address(leafOptions), [STATUS]: status, 26: prefix(leafOptions) }));

/** Options of messages, but for the relayed message. */
const messageOptions = once(
  (): Readonly<Record<number, Body>> => ({
    1: duid,
    2: duid,
    3: identityAssociation(associationOptions),
    4: temporaryAssociation(associationOptions),
    6: option({
      requested_options: each(
        'Requested Option',
        option({ requested_option_code: uint(16, 'Option', named(DHCPV6_OPTIONS)) }),
        list16('requested_option_code'),
      ),
    }),
    7: option({ option_preference: uint(8, 'Preference') }),
    8: option({ elapsed_time: uint(16, 'Elapsed Time', { unit: 'ms', scale: 10 }) }),
    11: option({
      'auth.protocol': uint(8, 'Protocol'),
      'auth.algorithm': uint(8, 'Algorithm'),
      'auth.rdm': uint(8, 'Replay Detection Method'),
      'auth.replay_detection': bytes('Replay Detection', 8),
      'auth.info': restBytes('Authentication Information'),
    }),
    12: option({ unicast: ipv6Address('Server Address') }),
    [STATUS]: status,
    14: option({}),
    15: option({
      userclasses: each(
        'User Class',
        option({ 'userclass.length': uint(16, 'Length', octets), 'userclass.opaque_data': countedBytes('Data') }),
        list16('userclass'),
      ),
    }),
    16: option({
      'vendorclass.enterprise': uint(32, 'Enterprise Number'),
      vendorclasses: each(
        'Vendor Class',
        option({ 'vendorclass.length': uint(16, 'Length', octets), 'vendorclass.data': countedText('Data') }),
        list16('vendorclass'),
      ),
    }),
    17: option({
      'vendoropts.enterprise': uint(32, 'Enterprise Number'),
      vendoropts: typedElements({
        title: 'Vendor Option',
        prefix: 'dhcpv6.vendoropts.enterprise',
        name: 'dhcpv6.vendoropts',
        header: { option_code: uint(16, 'Option Code'), option_length: uint(16, 'Option Length', octets) },
        rest: 'option_data',
        issue: 'optionBeyondMessage',
        limit: 'dhcpv6.option.length',
        bodies: () => ({}),
      }),
    }),
    18: option({ interface_id: restBytes('Interface-ID') }),
    19: option({ reconf_msg: uint(8, 'Reconfigure Message Type', named(DHCPV6_MESSAGES)) }),
    20: option({}),
    21: names('sip_server_domain_search_fqdn', 'SIP Server'),
    22: addresses('sip_server_a', 'SIP Server'),
    23: addresses('dns_server', 'DNS Server'),
    24: names('search_list_entry', 'Domain'),
    25: identityAssociation(associationOptions),
    27: addresses('nis_server', 'NIS Server'),
    28: addresses('nisp_server', 'NIS+ Server'),
    29: names('nis_fqdn', 'NIS Domain'),
    30: names('nisp_fqdn', 'NIS+ Domain'),
    31: addresses('sntp_server', 'SNTP Server'),
    32: option({ lifetime: uint(32, 'Information Refresh Time', seconds) }),
    37: option({
      'remoteid.enterprise': uint(32, 'Enterprise Number'),
      remoteid_enterprise_id: restBytes('Remote-ID'),
    }),
    38: option({ subscriber_id: restText('Subscriber-ID') }),
    39: option({
      client_fqdn_flags: bits(
        8,
        'Flags',
        {
          mbz: uint(5, 'Reserved'),
          n: flag('No Server Update'),
          o: flag('Server Overrides'),
          s: flag('Server Updates'),
        },
        hex,
      ),
      client_domain: wireName('Client Name'),
    }),
    41: option({ timezone: restText('Time Zone, POSIX') }),
    42: option({ tzdb: restText('Time Zone Name') }),
    53: duid,
    56: option({
      ntpservers: typedElements({
        title: 'NTP Server Suboption',
        prefix: 'dhcpv6.ntpserver',
        name: 'dhcpv6.ntpserver',
        header: {
          'option.type': uint(16, 'Suboption', named({ 1: 'address', 2: 'multicast address', 3: 'name' })),
          'option.length': uint(16, 'Length', octets),
        },
        rest: 'data',
        issue: 'optionBeyondMessage',
        limit: 'dhcpv6.option.length',
        bodies: () => ({
          1: body('dhcpv6.ntpserver', '', { addr: ipv6Address('NTP Server Address') }),
          2: body('dhcpv6.ntpserver', '', { mc_addr: ipv6Address('NTP Multicast Address') }),
          3: body('dhcpv6.ntpserver', '', { fqdn: wireName('NTP Server Name') }),
        }),
      }),
    }),
    59: option({ bootfile_url: restText('Boot File URL') }),
    61: option({
      architectures: each(
        'Architecture',
        option({ client_arch: uint(16, 'Client System Architecture', named(CLIENT_ARCHITECTURES)) }),
        list16('client_arch'),
      ),
    }),
    64: option({ aftr_name: wireName('AFTR Name') }),
    79: option({
      client_link_layer_type: uint(16, 'Hardware Type', named(HARDWARE_TYPES)),
      client_link_layer_addr: macAddress('Client Link-Layer Address'),
    }),
    82: option({ sol_max_rt: uint(32, 'SOL_MAX_RT', seconds) }),
    83: option({ inf_max_rt: uint(32, 'INF_MAX_RT', seconds) }),
    103: option({ captive_portal: restText('Captive Portal') }),
    112: option({ mudurl: restText('Manufacturer Usage Description') }),
  }),
);

/** Whether a message of this type is one between relay agents and servers, with a header of its own (RFC 8415 §9). */
export function isRelayMessage(type: number): boolean {
  return type === 12 || type === 13;
}

const isRelayed = ({ view, start }: { view: DataView; start: number }): boolean => isRelayMessage(view.getUint8(start));
const headerParts: Parts = {
  hopcount: when(isRelayed, uint(8, 'Hop Count')),
  linkaddr: when(isRelayed, ipv6Address('Link Address')),
  peeraddr: when(isRelayed, ipv6Address('Peer Address')),
  xid: when((context) => !isRelayed(context), uint(24, 'Transaction ID', hex)),
};

/** What a message says, from its type on: the transaction's number or the relay's addresses, and options. */
const messageWith = (options: Part): Body =>
  option({
    msgtype: uint(8, 'Message Type', named(DHCPV6_MESSAGES)),
    ...headerParts,
    options,
  });

/** Options of a message that may relay others `depth` deep. */
function relayOptions(depth: number): Part {
  if (depth === 0) return optionsWith(messageOptions);
  const inner = messageWith(relayOptions(depth - 1));
  const relayed: Part = {
    spec: list('Relayed Message', () => inner.specs, { name: 'dhcpv6.relayed' }),
    emit: (emit, messages, at, end, { view }) => {
      if (at >= end) return at;
      emit.begin(messages, at);
      const next = emitBody(emit, messages.of as FieldsByKey, inner, view, at, end, at);
      emit.end(next);
      return next;
    },
  };
  return optionsWith(() => ({ ...messageOptions(), 9: option({ relayed }) }));
}

/** A whole message. */
export const dhcpv6Message: Body = messageWith(relayOptions(RELAY_DEPTH));
