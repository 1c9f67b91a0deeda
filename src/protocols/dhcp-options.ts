/** DHCP options: RFC 2132 and IANA "BOOTP Vendor Extensions and DHCP Options". */
import {
  bits,
  bytes,
  computed,
  type Field,
  type FieldSpec,
  flag,
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
import type { FieldEmitter } from '../dissect/walk.ts';
import {
  type Body,
  body,
  counted,
  countedBytes,
  each,
  emitBody,
  type FieldsByKey,
  fieldOf,
  type Part,
  type Parts,
  restBytes,
  restText,
  specsOf,
  typedElements,
  when,
} from './body.ts';
import { CLIENT_ARCHITECTURES, DHCP_MESSAGE_TYPES, DHCP_OPTIONS, HARDWARE_TYPES } from './dhcp-registries.ts';
import { domainName, readDomainName } from './dns-name.ts';

const PREFIX = 'dhcp.option';
const option = (parts: Parts): Body => body(PREFIX, '', parts);
const seconds = { unit: 's' };
const Option = { pad: 0, overload: 52, messageType: 53, end: 255 } as const;

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

const textOption = (key: string, title: string): Body => option({ [key]: zeroEndedText(title) });
const numberOption = (bitWidth: number, key: string, title: string, unit = ''): Body =>
  option({ [key]: uint(bitWidth, title, { unit }) });
const flagOption = (key: string, title: string): Body =>
  option({ [key]: uint(8, title, named({ 0: 'no', 1: 'yes' })) });
const addressOption = (key: string, title: string): Body => option({ [key]: ipv4Address(title) });
const addressesOption = (key: string, title: string): Body =>
  option({ [`${key}s`]: each(title, option({ [key]: ipv4Address(title) }), { name: `${PREFIX}.${key}_list` }) });
const pairsOption = (list: string, first: string, second: string, titles: readonly [string, string]): Body =>
  option({
    [list]: each(
      titles[0],
      option({ [`${list}.${first}`]: ipv4Address(titles[0]), [`${list}.${second}`]: ipv4Address(titles[1]) }),
      {
        name: `${PREFIX}.${list}`,
      },
    ),
  });

/** Signed seconds from UTC. */
const timeOffset: Part = {
  spec: number('Time Offset', seconds),
  emit: (emit, field, at, end, { view }) => {
    if (at + 4 > end) return at;
    emit.value(field, view.getInt32(at), at, at + 4);
    return at + 4;
  },
};

const ROUTE = `${PREFIX}.classless_static_route`;
/** Routes whose destination has as many octets as its width needs (RFC 3442). */
const classlessRoutes: Part = {
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
const ofType = (isIt: (type: number) => boolean, part: FieldSpec | Part, octetsLeft = 0): Part =>
  when(
    ({ view, start }, left) => left > 0 && isIt(view.getUint8(start)) && (octetsLeft === 0 || left === octetsLeft),
    part,
  );

const TEXT_IDENTIFIER = 0;
const ETHERNET = 1;
/** RFC 4361 §6.1: an IAID and a DUID as DHCPv6 has them. */
const DUID_IDENTIFIER = 255;
const isHardware = (type: number): boolean => type !== TEXT_IDENTIFIER && type !== DUID_IDENTIFIER;
const clientIdentifier = body('dhcp', '', {
  'client_id.type': ofType((type) => !isHardware(type), uint(8, 'Type', named({ 0: 'text', 255: 'IAID and DUID' }))),
  'hw.type': ofType(isHardware, uint(8, 'Hardware Type', hex, named(HARDWARE_TYPES))),
  'hw.mac_addr': ofType((type) => type === ETHERNET, macAddress('Client MAC Address'), 6),
  'client_id.undef': ofType((type) => type === TEXT_IDENTIFIER, zeroEndedText('Client Identifier')),
  'client_id.iaid': ofType((type) => type === DUID_IDENTIFIER, bytes('IAID', 4)),
  'client_id.duid': ofType((type) => type === DUID_IDENTIFIER, restBytes('DUID')),
});

/** The name a client asks to be registered under: in DNS' wire format where the E flag is set, else as text (RFC 4702 §2.1). */
const fqdnName: Part = {
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
const agentSuboptions = typedElements({
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
  bodies: {
    1: body(AGENT, '', { agent_circuit_id: restBytes('Agent Circuit ID') }),
    2: body(AGENT, '', { agent_remote_id: restBytes('Agent Remote ID') }),
    5: body(AGENT, '', { link_selection: ipv4Address('Link Selection') }),
    6: body(AGENT, '', { subscriber_id: zeroEndedText('Subscriber ID') }),
    11: body(AGENT, '', { server_id_override: ipv4Address('Server ID Override') }),
  },
});

/** Whether an authentication has a secret's identifier and a hash (RFC 3118 §5). */
const isDelayed = (protocol: number): boolean => protocol === 1;

/** User classes (RFC 3004): strings with their lengths before them, which fill the option. Network boot loaders send bare text. */
const userClasses = each(
  'User Class',
  option({ 'user_class.length': uint(8, 'Length', octets), 'user_class.data': countedBytes('Data') }),
  { name: `${PREFIX}.user_class` },
);
const areUserClasses = (view: DataView, from: number, end: number): boolean => {
  let at = from;
  while (at < end && view.getUint8(at) !== 0) at += 1 + view.getUint8(at);
  return at === end;
};

const vendorInformation = typedElements({
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
  bodies: {},
});

const domainSearch = option({
  domain_search: each('Domain', option({ dhcp_dns_domain_search_list_fqdn: domainName('Domain') }), {
    name: `${PREFIX}.domain_search`,
  }),
});

/** Bodies by option; those that are missing are shown as octets. */
const BODIES: Readonly<Record<number, Body>> = {
  1: addressOption('subnet_mask', 'Subnet Mask'),
  2: option({ time_offset: timeOffset }),
  3: addressesOption('router', 'Router'),
  4: addressesOption('time_server', 'Time Server'),
  5: addressesOption('name_server', 'Name Server'),
  6: addressesOption('domain_name_server', 'Domain Name Server'),
  7: addressesOption('log_server', 'Log Server'),
  8: addressesOption('quotes_server', 'Quotes Server'),
  9: addressesOption('lpr_server', 'LPR Server'),
  12: textOption('hostname', 'Host Name'),
  13: numberOption(16, 'boot_file_size', 'Boot File Size', '512 octets'),
  15: textOption('domain_name', 'Domain Name'),
  17: textOption('root_path', 'Root Path'),
  18: textOption('extension_path', 'Extensions Path'),
  19: flagOption('ip_forwarding', 'IP Forwarding'),
  20: flagOption('non_local_source_routing', 'Non-Local Source Routing'),
  21: pairsOption('policy_filter', 'ip', 'subnet_mask', ['IP Address', 'Subnet Mask']),
  22: numberOption(16, 'max_datagram_reassembly_size', 'Maximum Datagram Reassembly Size', 'octets'),
  23: numberOption(8, 'default_ip_ttl', 'Default IP Time-to-Live'),
  26: numberOption(16, 'interface_mtu', 'Interface MTU', 'octets'),
  27: flagOption('all_subnets_are_local', 'All Subnets are Local'),
  28: addressOption('broadcast_address', 'Broadcast Address'),
  31: flagOption('perform_router_discover', 'Perform Router Discovery'),
  32: addressOption('router_solicitation_address', 'Router Solicitation Address'),
  33: pairsOption('static_route', 'ip', 'router', ['Destination', 'Router']),
  35: numberOption(32, 'arp_cache_timeout', 'ARP Cache Timeout', 's'),
  40: textOption('nis_domain', 'NIS Domain'),
  41: addressesOption('nis_server', 'NIS Server'),
  42: addressesOption('ntp_server', 'NTP Server'),
  44: addressesOption('netbios_over_tcpip_name_server', 'NetBIOS Name Server'),
  45: addressesOption('netbios_over_tcpip_dd_name_server', 'NetBIOS Datagram Distribution Server'),
  46: numberOption(8, 'netbios_over_tcpip_node_type', 'NetBIOS Node Type'),
  47: textOption('netbios_over_tcpip_scope', 'NetBIOS Scope'),
  50: addressOption('requested_ip_address', 'Requested IP Address'),
  51: numberOption(32, 'ip_address_lease_time', 'IP Address Lease Time', 's'),
  52: option({ option_overload: uint(8, 'Option Overload', named({ 1: 'file', 2: 'sname', 3: 'file and sname' })) }),
  53: option({ dhcp: uint(8, 'Message Type', named(DHCP_MESSAGE_TYPES)) }),
  54: addressOption('dhcp_server_id', 'DHCP Server Identifier'),
  55: option({
    request_list: each('Requested Option', option({ request_list_item: uint(8, 'Option', named(DHCP_OPTIONS)) }), {
      name: `${PREFIX}.request_list`,
    }),
  }),
  56: textOption('message', 'Message'),
  57: numberOption(16, 'dhcp_max_message_size', 'Maximum DHCP Message Size', 'octets'),
  58: numberOption(32, 'renewal_time_value', 'Renewal Time', 's'),
  59: numberOption(32, 'rebinding_time_value', 'Rebinding Time', 's'),
  60: textOption('vendor_class_id', 'Vendor Class Identifier'),
  61: clientIdentifier,
  66: textOption('tftp_server_name', 'TFTP Server Name'),
  67: textOption('bootfile_name', 'Bootfile Name'),
  69: addressesOption('smtp_server', 'SMTP Server'),
  70: addressesOption('pop3_server', 'POP3 Server'),
  77: option({
    user_classes: {
      spec: userClasses.spec,
      emit: (emit, field, at, end, context) =>
        areUserClasses(context.view, at, end) ? userClasses.emit(emit, field, at, end, context) : at,
    },
    'user_class.text': restText('User Class'),
  }),
  81: body('dhcp', 'fqdn', {
    flags: bits(
      8,
      'Flags',
      {
        mbz: uint(4, 'Reserved', { name: 'dhcp.fqdn.mbz' }),
        n: flag('No Server Update', { name: 'dhcp.fqdn.n' }),
        e: flag('Encoded Name', { name: 'dhcp.fqdn.e' }),
        o: flag('Server Overrides', { name: 'dhcp.fqdn.o' }),
        s: flag('Server Updates', { name: 'dhcp.fqdn.s' }),
      },
      hex,
    ),
    rcode1: uint(8, 'A Result'),
    rcode2: uint(8, 'PTR Result'),
    name: fqdnName,
  }),
  82: option({ agent_information: agentSuboptions }),
  90: option({
    'dhcp_authentication.protocol': uint(
      8,
      'Protocol',
      named({ 0: 'configuration token', 1: 'delayed authentication' }),
    ),
    'dhcp_authentication.alg_delay': uint(8, 'Algorithm'),
    'dhcp_authentication.rdm': uint(8, 'Replay Detection Method'),
    'dhcp_authentication.replay_detection': bytes('Replay Detection', 8),
    'dhcp_authentication.secret_id': ofType(isDelayed, uint(32, 'Secret ID', hex)),
    'dhcp_authentication.hmac_md5_hash': ofType(isDelayed, bytes('HMAC MD5', 16)),
    'dhcp_authentication.information': restBytes('Authentication Information'),
  }),
  91: numberOption(32, 'client_last_transaction_time', 'Client Last Transaction Time', 's'),
  92: addressesOption('associated_ip_option', 'Associated IP'),
  93: option({
    architectures: each(
      'Architecture',
      option({ client_system_architecture: uint(16, 'Client System Architecture', named(CLIENT_ARCHITECTURES)) }),
      {
        name: `${PREFIX}.client_system_architecture_list`,
      },
    ),
  }),
  94: body('dhcp', '', {
    client_network_id_type: uint(8, 'Network Interface Type', named({ 1: 'UNDI' })),
    client_network_id_major: uint(8, 'Major Version'),
    client_network_id_minor: uint(8, 'Minor Version'),
  }),
  100: textOption('tz_pcode', 'Time Zone, POSIX'),
  101: textOption('tz_tcode', 'Time Zone Name'),
  108: numberOption(32, 'ipv6_only_preferred', 'IPv6-Only Preferred Wait', 's'),
  114: textOption('captive_portal', 'Captive Portal'),
  116: option({ dhcp_auto_configuration: uint(8, 'Auto-Configuration', named({ 0: 'no', 1: 'yes' })) }),
  118: addressOption('subnet_selection_option', 'Subnet Selection'),
  119: domainSearch,
  120: option({
    'sip_server.encoding': uint(8, 'Encoding', named({ 0: 'names', 1: 'addresses' })),
    sip_addresses: ofType(
      (encoding) => encoding === 1,
      each('SIP Server', option({ 'sip_server.address': ipv4Address('Address') }), { name: `${PREFIX}.sip_addresses` }),
    ),
    sip_names: ofType(
      (encoding) => encoding === 0,
      each('SIP Server', option({ 'sip_server.name': domainName('Name') }), { name: `${PREFIX}.sip_names` }),
    ),
  }),
  121: option({ classless_static_routes: classlessRoutes }),
  125: option({
    vis: each(
      'Vendor-Identifying Information',
      option({
        'vi.enterprise': uint(32, 'Enterprise Number'),
        'vi.length': uint(8, 'Length', octets),
        'vi.suboptions': counted(vendorInformation),
      }),
      { name: `${PREFIX}.vi` },
    ),
  }),
  145: option({
    nonces: each(
      'Algorithm',
      option({ 'forcerenew_nonce.algorithm': uint(8, 'Algorithm', named({ 1: 'HMAC-MD5' })) }),
      {
        name: `${PREFIX}.forcerenew_nonce`,
      },
    ),
  }),
  150: addressesOption('tftp_server_address', 'TFTP Server Address'),
  161: textOption('mudurl', 'Manufacturer Usage Description'),
  209: textOption('pxe_config_file', 'PXELINUX Configuration File'),
  210: textOption('pxe_path_prefix', 'PXELINUX Path Prefix'),
  249: option({ classless_static_routes: classlessRoutes }),
  252: textOption('private_proxy_autodiscovery', 'Proxy Autodiscovery'),
};

/** A list of options. */
export const dhcpOptions = (title: string, name: string): FieldSpec =>
  list(
    title,
    {
      type: uint(8, 'Option', named(DHCP_OPTIONS), { name: `${PREFIX}.type` }),
      length: uint(8, 'Length', octets, { name: `${PREFIX}.length` }),
      ...specsOf(Object.values(BODIES)),
      value: bytes('Value', 0, { name: `${PREFIX}.value` }),
      padding: bytes('Padding', 0, { name: `${PREFIX}.padding` }),
    },
    { name },
  );

/** Emits the options of [from, end). A run of pad options is one element, and what follows the end option is padding. */
export function emitDhcpOptions(emit: FieldEmitter, options: Field, view: DataView, from: number, end: number): void {
  const fields = options.of as FieldsByKey;
  const type = fieldOf(fields, 'type');
  const value = fieldOf(fields, 'value');
  for (let at = from; at < end; ) {
    const code = view.getUint8(at);
    let next = at + 1;
    emit.begin(options, at);
    emit.field(type, at);
    if (code === Option.pad) while (next < end && view.getUint8(next) === Option.pad) next++;
    if (code === Option.end) next = end;
    if (code === Option.pad || code === Option.end) {
      if (next > at + 1) emit.octets(fieldOf(fields, 'padding'), at + 1, next);
      emit.end(next);
      at = next;
      continue;
    }
    const body = at + 2;
    const length = body <= end ? view.getUint8(at + 1) : 0;
    next = Math.min(body + length, end);
    if (body + length > end) emit.issue('optionBeyondMessage', 2 + length, end - at, `${PREFIX}.length`);
    if (body <= end) {
      emit.field(fieldOf(fields, 'length'), at + 1);
      const known = BODIES[code];
      const taken = known === undefined ? body : emitBody(emit, fields, known, view, body, next, body);
      if (taken < next) {
        if (known !== undefined && body + length <= end)
          emit.issue('optionLength', taken - body, length, `${PREFIX}.length`);
        emit.octets(value, taken, next);
      }
    }
    emit.end(next);
    at = next;
  }
}

/** First octet of the value of the first option `code` within [from, end) of at least `least` octets; -1 where there is none. */
export function findDhcpOption(view: DataView, from: number, end: number, code: number, least: number): number {
  for (let at = from; at < end; ) {
    const found = view.getUint8(at);
    if (found === Option.end) return -1;
    if (found === Option.pad) {
      at += 1;
      continue;
    }
    if (at + 2 > end) return -1;
    const length = view.getUint8(at + 1);
    if (found === code && length >= least && at + 2 + least <= end) return at + 2;
    at += 2 + length;
  }
  return -1;
}

/** Value of the message type option within [from, end); -1 where there is none. */
export function dhcpMessageType(view: DataView, from: number, end: number): number {
  const at = findDhcpOption(view, from, end, Option.messageType, 1);
  return at < 0 ? -1 : view.getUint8(at);
}

/** Fields of the header that hold options instead: 1 the boot file's, 2 the server's name, 3 both (RFC 2132 §9.3). */
export function overloadedFields(view: DataView, from: number, end: number): number {
  const at = findDhcpOption(view, from, end, Option.overload, 1);
  return at < 0 ? 0 : view.getUint8(at) & 3;
}
