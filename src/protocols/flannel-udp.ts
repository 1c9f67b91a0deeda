/**
 * flannel's UDP backend: a raw IP packet as the payload of UDP, with no header of its own
 * (flannel, Documentation/backends.md "UDP"; default port 8285).
 */
import { type Dispatch, defineProtocol } from '../dissect/protocol.ts';
import { byIpVersion, looksLikeIp } from './ip-version.ts';

export const flannelUdp = defineProtocol('flannel-udp', {
  title: 'flannel UDP backend',
  source: 'flannel Documentation/backends.md',
  carriedBy: { udpPort: [8285] },
  bare: true,
  fields: {},
  looksLike: looksLikeIp,
  next: (dispatch: Dispatch, view: DataView, start: number, _payload: number, end: number) =>
    byIpVersion(dispatch, view, start, end),
});
