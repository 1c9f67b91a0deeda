/** IPv4 or IPv6 told by the version in the first four bits, where nothing outside the packet says which. */
import type { Dispatch } from '../dissect/protocol.ts';

/** Id of the IP version that stands at `start`; 0 for neither. */
export function byIpVersion(dispatch: Dispatch, view: DataView, start: number, end: number): number {
  if (start >= end) return 0;
  const version = view.getUint8(start) >> 4;
  return version === 4 ? dispatch.named('ip') : version === 6 ? dispatch.named('ipv6') : 0;
}

/** Whether an IP header can begin at `start`: version 4 with at least 20 octets of header, or version 6. */
export function looksLikeIp(view: DataView, start: number, end: number): boolean {
  if (start >= end) return false;
  const first = view.getUint8(start);
  return (first >= 0x45 && first <= 0x4f) || first >> 4 === 6;
}
