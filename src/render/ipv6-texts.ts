/** IPv6 addresses as text, which takes long to make and is needed again for most packets. */
import { encodeUtf8 } from '../capture/utf8.ts';
import { ipv6Text } from '../dissect/value.ts';
import { RecentTable } from './recent-table.ts';

/** Addresses that are remembered, as a binary logarithm. */
const ADDRESS_BITS = 10;

/** Octets of the longest address. */
export const LONGEST_IPV6 = 39;

interface Address {
  /** The first 32 of its bits. */
  readonly first: number;
  readonly text: Uint8Array;
}

/** Texts of addresses that came up lately. */
export class Ipv6Texts {
  private readonly addresses = new RecentTable<Address>(ADDRESS_BITS);

  /** The text of the address in the 16 octets at `at`. */
  textOf(view: DataView, at: number): Uint8Array {
    const first = view.getInt32(at);
    const second = view.getInt32(at + 4);
    const third = view.getInt32(at + 8);
    const fourth = view.getInt32(at + 12);
    const known = this.addresses.get(fourth, third, second);
    if (known?.first === first) return known.text;
    const text = encodeUtf8(ipv6Text(view, at));
    this.addresses.set(fourth, third, second, { first, text });
    return text;
  }
}
