/** Values of the TLVs any LLDP sender may use: IEEE Std 802.1AB-2016 §8.5. */

import { once } from '../capture/once.ts';
import {
  bits,
  bytes,
  type FieldSpec,
  flag,
  hex,
  ipv4Address,
  ipv6Address,
  macAddress,
  named,
  octets,
  text,
  uint,
  type ValueNames,
} from '../dissect/field.ts';
import { type Body, body, type Part, type PartContext, type Parts, restBytes, restText } from './body.ts';
import { objectIdentifierText } from './object-identifier.ts';

/** IANA "Address Family Numbers". */
const IPV4 = 1;
const IPV6 = 2;
const ADDRESS_FAMILIES: ValueNames = { [IPV4]: 'IPv4', [IPV6]: 'IPv6', 6: '802', 16: 'DNS' };

const CHASSIS_MAC = 4;
const CHASSIS_NETWORK_ADDRESS = 5;
const CHASSIS_SUBTYPES = {
  1: 'chassis component',
  2: 'interface alias',
  3: 'port component',
  [CHASSIS_MAC]: 'MAC address',
  [CHASSIS_NETWORK_ADDRESS]: 'network address',
  6: 'interface name',
  7: 'locally assigned',
};
const PORT_MAC = 3;
const PORT_NETWORK_ADDRESS = 4;
const PORT_SUBTYPES = {
  1: 'interface alias',
  2: 'port component',
  [PORT_MAC]: 'MAC address',
  [PORT_NETWORK_ADDRESS]: 'network address',
  5: 'interface name',
  6: 'agent circuit ID',
  7: 'locally assigned',
};

/** A part that takes nothing unless the condition holds. Every body here is emitted with its first octet as `base`. */
function when(condition: (context: PartContext, at: number) => boolean, part: FieldSpec | Part): Part {
  const { spec, emit } = 'emit' in part ? part : { spec: part, emit: undefined };
  return {
    spec,
    emit: (emitter, field, at, end, context) => {
      if (at >= end || !condition(context, at)) return at;
      if (emit !== undefined) return emit(emitter, field, at, end, context);
      return at + field.octetWidth <= end && emitter.field(field, at) ? at + field.octetWidth : at;
    },
  };
}

/** Whether the subtype, the body's first octet, is this one. */
const subtypeIs =
  (subtype: number) =>
  ({ view, base }: PartContext): boolean =>
    view.getUint8(base) === subtype;
/** Whether the subtype says that an address follows, and the octet before it that it is of this family. */
const familyIs =
  (family: number, addressSubtype: number) =>
  ({ view, base }: PartContext, at: number): boolean =>
    view.getUint8(base) === addressSubtype && view.getUint8(at - 1) === family;

/** Identity of a chassis or port: MAC and IP addresses in their notation, the rest as it is. */
function identity(
  group: string,
  subtypes: ValueNames,
  [mac, networkAddress]: readonly [number, number],
  rest: Part,
): Parts {
  return {
    [`${group}.subtype`]: uint(8, 'Subtype', named(subtypes)),
    [`${group}.id.mac`]: when(subtypeIs(mac), macAddress('Identity')),
    'network_address.subtype': when(
      subtypeIs(networkAddress),
      uint(8, 'Network Address Family', named(ADDRESS_FAMILIES)),
    ),
    [`${group}.id.ip4`]: when(familyIs(IPV4, networkAddress), ipv4Address('Identity')),
    [`${group}.id.ip6`]: when(familyIs(IPV6, networkAddress), ipv6Address('Identity')),
    [`${group}.id`]: rest,
  };
}

/** Capabilities of §8.5.8.1, from the high bit down. */
const capabilities = (title: string): FieldSpec =>
  bits(
    16,
    title,
    {
      reserved: uint(5, 'Reserved'),
      tpmr: flag('Two-port MAC Relay'),
      s_vlan: flag('S-VLAN Component'),
      c_vlan: flag('C-VLAN Component'),
      station_only: flag('Station Only'),
      docsis_cable_device: flag('DOCSIS Cable Device'),
      telephone: flag('Telephone'),
      router: flag('Router'),
      wlan_access_pt: flag('WLAN Access Point'),
      bridge: flag('Bridge'),
      repeater: flag('Repeater'),
      other: flag('Other'),
    },
    hex,
  );

/** The management address, whose length counts its subtype too, stands behind both. */
const managementAddress = (family: number | undefined, spec: FieldSpec): Part => ({
  spec,
  emit: (emit, field, at, end, { view, base }) => {
    const addressEnd = at < end ? Math.min(base + 1 + view.getUint8(base), end) : at;
    const length = addressEnd - at;
    if (length <= 0) return at;
    if (family !== undefined && (view.getUint8(base + 1) !== family || length !== field.octetWidth)) return at;
    emit.octets(field, at, addressEnd);
    return addressEnd;
  },
});

const objectIdentifier: Part = {
  spec: text('Object Identifier'),
  emit: (emit, field, at, end, { view, before }) => {
    const next = Math.min(at + before, end);
    if (!(next > at)) return at;
    emit.value(field, objectIdentifierText(view, at, next), at, next);
    return next;
  },
};

const tlv = (parts: Parts): Body => body('lldp', '', parts);

/** Bodies of the TLVs everyone may send, by type. */
export const tlvBodies = once(
  (): Readonly<Record<number, Body>> => ({
    1: tlv(
      identity('chassis', CHASSIS_SUBTYPES, [CHASSIS_MAC, CHASSIS_NETWORK_ADDRESS], restBytes('Chassis Identity')),
    ),
    2: tlv(identity('port', PORT_SUBTYPES, [PORT_MAC, PORT_NETWORK_ADDRESS], restText('Port Identity'))),
    3: tlv({ time_to_live: uint(16, 'Time to Live', { unit: 's' }) }),
    4: tlv({ 'port.desc': restText('Port Description') }),
    5: tlv({ 'tlv.system.name': restText('System Name') }),
    6: tlv({ 'tlv.system.desc': restText('System Description') }),
    7: tlv({
      'tlv.system_cap': capabilities('System Capabilities'),
      'tlv.enable_system_cap': capabilities('Enabled Capabilities'),
    }),
    8: tlv({
      'mgn.address.len': uint(8, 'Address Length with its family', octets),
      'mgn.address.subtype': uint(8, 'Address Family', named(ADDRESS_FAMILIES)),
      'mgn.addr.ip4': managementAddress(IPV4, ipv4Address('Management Address')),
      'mgn.addr.ip6': managementAddress(IPV6, ipv6Address('Management Address')),
      'mgn.addr.hex': managementAddress(undefined, bytes('Management Address')),
      'mgn.interface.subtype': uint(
        8,
        'Interface Numbering',
        named({ 1: 'unknown', 2: 'ifIndex', 3: 'system port number' }),
      ),
      'mgn.interface.number': uint(32, 'Interface Number'),
      'mgn.obj.len': uint(8, 'Object Identifier Length', octets),
      'mgn.obj.id': objectIdentifier,
    }),
  }),
);
