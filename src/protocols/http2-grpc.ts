/** Tells gRPC by what HTTP/2 frames carry, without the state of the connection (gRPC over HTTP2, "Requests" and "Length-Prefixed-Message"). */
import { asciiText } from './http-head.ts';

/** `application/grpc` as HPACK writes it: in the code of RFC 7541 appendix B, without its last octet, which a subtype changes. */
const CODED = [0x1d, 0x75, 0xd0, 0x62, 0x0d, 0x26, 0x3d, 0x4c, 0x4d, 0x65];
const PLAIN = 'application/grpc';
/** Compressed-Flag and Message-Length. */
const PREFIX = 5;

function isCoded(view: DataView, at: number): boolean {
  return CODED.every((octet, index) => view.getUint8(at + index) === octet);
}

/** Whether a header block names the content type of gRPC where it is written out; one that refers to an earlier block does not tell. */
export function namesGrpc(view: DataView, start: number, end: number): boolean {
  for (let at = start; at + CODED.length <= end; at++) if (isCoded(view, at)) return true;
  return asciiText(view, start, end).includes(PLAIN);
}

/** Octets of the gRPC message that fills the data of a frame, its prefix left out; -1 where that is none. */
export function grpcMessageLength(view: DataView, start: number, end: number, length: number): number {
  if (length < PREFIX || start + PREFIX > end || view.getUint8(start) > 1) return -1;
  const message = view.getUint32(start + 1);
  return message === length - PREFIX ? message : -1;
}
