/** Addresses and prefixes as this folder compares them: octets, one character each, of IPv4 (4) or IPv6 (16). */

import { once } from '../capture/once.ts';
import { ipv4Literal, ipv6Literal } from '../dissect/address-literal.ts';
import { ipv4Text, ipv6Text } from '../dissect/value.ts';

/** An address's octets, one character each: 4 of them or 16. */
export type AddressOctets = string;

/** A network: an address and how many of its leading bits count. */
export interface Prefix {
  /** The octets, bits behind the prefix included where it was written with them. */
  readonly octets: AddressOctets;
  /** 0 to 32 or 128. */
  readonly bits: number;
}

const scratch = new DataView(new ArrayBuffer(16));
const IPV4_OCTETS = 4;

/** Octets of an IPv4 address that is given as a number. */
export function ipv4Octets(value: number): AddressOctets {
  return String.fromCharCode(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

/** Reads `10.244.1.0/24`, `fd00::/64` or an address alone; undefined for what is neither. */
export function parsePrefix(text: string): Prefix | undefined {
  const ipv4 = ipv4Literal(text);
  if (ipv4 !== undefined) return { octets: ipv4Octets(ipv4.value), bits: ipv4.bits };
  const ipv6 = ipv6Literal(text);
  return ipv6 === undefined ? undefined : { octets: ipv6.value, bits: ipv6.bits };
}

/** Reads an address without prefix length; a zone (`fe80::1%eth0`) is left out. Undefined for what is none. */
export function parseAddress(text: string): AddressOctets | undefined {
  if (text.includes('/')) return undefined;
  return parsePrefix(text.split('%', 1)[0] ?? '')?.octets;
}

/** The addresses among texts. */
export function parseAddresses(texts: readonly string[]): AddressOctets[] {
  return texts.map(parseAddress).filter((address) => address !== undefined);
}

const MAC = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/;

/** A MAC address of six octets with colons, in lower case; undefined for text that is none. */
export function macText(text: string | undefined): string | undefined {
  const lower = text?.toLowerCase();
  return lower !== undefined && MAC.test(lower) ? lower : undefined;
}

/** Whether a MAC address in text names a group: broadcast or multicast. */
export function isGroupMac(mac: string): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
}

/** The address in its usual notation (RFC 5952 for IPv6). */
export function addressText(octets: AddressOctets): string {
  for (let i = 0; i < octets.length; i++) scratch.setUint8(i, octets.charCodeAt(i));
  return octets.length === IPV4_OCTETS ? ipv4Text(scratch, 0) : ipv6Text(scratch, 0);
}

/** `10.244.1.0/24`, without the bits behind the prefix. */
export function prefixText(prefix: Prefix): string {
  return `${addressText(masked(prefix.octets, prefix.bits))}/${prefix.bits}`;
}

/** The octets with every bit behind the first `bits` cleared. */
export function masked(octets: AddressOctets, bits: number): AddressOctets {
  const whole = bits >> 3;
  if (whole >= octets.length) return octets;
  const partial = octets.charCodeAt(whole) & (0xff00 >> (bits & 7)) & 0xff;
  return octets.slice(0, whole) + String.fromCharCode(partial) + '\0'.repeat(octets.length - whole - 1);
}

/** Whether the address is one of the network's. */
export function covers(prefix: Prefix, octets: AddressOctets): boolean {
  return octets.length === prefix.octets.length && masked(octets, prefix.bits) === masked(prefix.octets, prefix.bits);
}

/** Whether both name the same network. */
export function isSamePrefix(one: Prefix, other: Prefix): boolean {
  return one.bits === other.bits && covers(one, other.octets);
}

/** Whether the prefix is a single address. */
export function isHost(prefix: Prefix): boolean {
  return prefix.bits === prefix.octets.length * 8;
}

/** Ranges of addresses that networks use for themselves: RFC 1918, RFC 6598, RFC 4193. */
const privateRanges = once(() =>
  ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'].map(
    (text) => parsePrefix(text) ?? { octets: '', bits: 0 },
  ),
);

/** Whether an address is one that pods are given: private, shared or unique local. */
export function isPrivate(octets: AddressOctets): boolean {
  return privateRanges().some((range) => covers(range, octets));
}

/** Whether an address names a single host that packets can cross networks for: neither loopback, link-local, group nor unspecified. */
export function isRoutable(octets: AddressOctets): boolean {
  const first = octets.charCodeAt(0);
  if (octets.length === IPV4_OCTETS) {
    return first !== 0 && first !== 127 && first < 224 && !(first === 169 && octets.charCodeAt(1) === 254);
  }
  return first !== 0 && first !== 0xff && !(first === 0xfe && (octets.charCodeAt(1) & 0xc0) === 0x80);
}

/** Values by prefix: the longest one that covers an address wins. */
export class PrefixMap<V> {
  private readonly byBits = new Map<number, Map<AddressOctets, V>>();
  /** Lengths in use, longest first. */
  private lengths: number[] = [];

  /** Sets the value of a prefix, in place of one that was there. */
  set({ octets, bits }: Prefix, value: V): void {
    const key = this.keyOf(octets.length, bits);
    let values = this.byBits.get(key);
    if (values === undefined) {
      values = new Map();
      this.byBits.set(key, values);
      this.lengths = [...this.byBits.keys()].sort((a, b) => b - a);
    }
    values.set(masked(octets, bits), value);
  }

  /** Value of exactly this prefix. */
  exact({ octets, bits }: Prefix): V | undefined {
    return this.byBits.get(this.keyOf(octets.length, bits))?.get(masked(octets, bits));
  }

  /** Value of the longest prefix that covers the address. */
  longest(octets: AddressOctets): V | undefined {
    for (const key of this.lengths) {
      if (key >> 8 !== octets.length) continue;
      const value = this.byBits.get(key)?.get(masked(octets, key & 0xff));
      if (value !== undefined) return value;
    }
    return undefined;
  }

  private keyOf(octets: number, bits: number): number {
    return (octets << 8) | bits;
  }
}
