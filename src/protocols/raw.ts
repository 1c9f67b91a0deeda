/** Frames that begin with an IP header: LINKTYPE_RAW and its older numbers, as tun devices give them. */
import { defineProtocol } from '../dissect/protocol.ts';
import { byIpVersion } from './ip-version.ts';

export const raw = defineProtocol('raw', {
  title: 'Raw IP',
  source: 'tcpdump.org LINKTYPE_RAW (101); 12 and 14 are the DLT_RAW of BSDs found in old files',
  carriedBy: { linkType: [12, 14, 101] },
  bare: true,
  fields: {},
  next: (dispatch, view, start, _payload, end) => byIpVersion(dispatch, view, start, end),
});
