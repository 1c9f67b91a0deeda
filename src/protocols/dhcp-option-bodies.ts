/** Bodies of DHCP options: RFC 2132 and the RFCs that IANA's registry names. */

import { once } from '../capture/once.ts';
import { bits, bytes, flag, hex, ipv4Address, named, octets, uint } from '../dissect/field.ts';
import { type Body, body, counted, each, restBytes, restText } from './body.ts';
import {
  agentSuboptions,
  areUserClasses,
  classlessRoutes,
  clientIdentifier,
  fqdnName,
  isDelayed,
  ofType,
  option,
  PREFIX,
  timeOffset,
  userClasses,
  vendorInformation,
  zeroEndedText,
} from './dhcp-option-values.ts';
import { CLIENT_ARCHITECTURES, DHCP_MESSAGE_TYPES, DHCP_OPTIONS } from './dhcp-registries.ts';
import { domainName } from './dns-name.ts';

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

const domainSearch = option({
  domain_search: each('Domain', option({ dhcp_dns_domain_search_list_fqdn: domainName('Domain') }), {
    name: `${PREFIX}.domain_search`,
  }),
});

/** Bodies by option; those that are missing are shown as octets. */
export const dhcpOptionBodies = once(
  (): Readonly<Record<number, Body>> => ({
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
        each('SIP Server', option({ 'sip_server.address': ipv4Address('Address') }), {
          name: `${PREFIX}.sip_addresses`,
        }),
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
  }),
);
