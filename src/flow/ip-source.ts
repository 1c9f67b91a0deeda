/** The sender of an IP packet. */
import { ipv4Text, ipv6Text } from '../dissect/value.ts';
import { ipv4 } from '../protocols/ipv4.ts';
import { ipv6 } from '../protocols/ipv6.ts';

/** Source address of the whole IPv4 or IPv6 header at `at`, in its usual notation. */
export function sourceText(view: DataView, at: number): string {
  return view.getUint8(at) >> 4 === 4
    ? ipv4Text(view, at + ipv4.fields.src.octetOffset)
    : ipv6Text(view, at + ipv6.fields.src.octetOffset);
}
