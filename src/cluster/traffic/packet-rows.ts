/** The rows of a packet that tell who it is from: those of the innermost tunnel around it, and those of what it carries. */
import type { Layers } from '../../dissect/layers.ts';
import { Status } from '../../dissect/layers.ts';
import { ethernet } from '../../protocols/ethernet.ts';
import { ipv4 } from '../../protocols/ipv4.ts';
import { ipv6 } from '../../protocols/ipv6.ts';
import { type AddressOctets, ipv4Octets } from '../address.ts';

/** Rows of one packet; -1 where there is none. Reused from packet to packet. */
export class PacketRows {
  /** The innermost tunnel's row. */
  tunnel = -1;
  /** The network layer that carries the tunnel. */
  outer = -1;
  /** Ethernet of the innermost packet. */
  link = -1;
  network = -1;
  transport = -1;
  /** First row that an ICMP error quotes. */
  quoted = -1;

  /** Looks at another packet. Layers that are not whole are left out. */
  find(layers: Layers): void {
    this.tunnel = -1;
    this.outer = -1;
    this.forget();
    this.quoted = -1;
    for (let row = 0; row < layers.count; row++) {
      if (layers.isQuoted(row)) {
        this.quoted = row;
        break;
      }
      if (layers.status[row] !== Status.complete) continue;
      if (layers.tunnel[row] !== 0) {
        this.forget();
        this.tunnel = row;
        this.outer = layers.enclosing(row, 'network');
      }
      const protocol = layers.protocolOf(row);
      if (protocol === ethernet) {
        this.forget();
        this.link = row;
      } else if (protocol === ipv4 || protocol === ipv6) {
        this.network = row;
        this.transport = -1;
      } else if (protocol.role === 'transport') this.transport = row;
    }
  }

  private forget(): void {
    this.link = -1;
    this.network = -1;
    this.transport = -1;
  }
}

/** Source or destination of an IPv4 or IPv6 row. */
export function addressAt(layers: Layers, row: number, side: 'src' | 'dst'): AddressOctets {
  const view = layers.viewOf(row);
  const start = layers.start[row]!;
  if (layers.protocolOf(row) === ipv4) return ipv4Octets(ipv4.fields[side].get(view, start));
  const at = start + ipv6.fields[side].octetOffset;
  let octets = '';
  for (let i = 0; i < 16; i++) octets += String.fromCharCode(view.getUint8(at + i));
  return octets;
}

/** A MAC address as a number of 48 bits. */
export function macNumber(view: DataView, at: number): number {
  return view.getUint16(at) * 2 ** 32 + view.getUint32(at + 2);
}

/** The MAC address a number stands for, as text. */
export function macOf(number: number): string {
  const digits = number.toString(16).padStart(12, '0');
  return digits.match(/../g)?.join(':') ?? '';
}

/** Whether a MAC address names a group. */
export function isGroup(mac: number): boolean {
  return (Math.floor(mac / 2 ** 40) & 1) === 1;
}
