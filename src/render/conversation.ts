/** Who speaks to whom in a packet, and through which tunnels: what lines and tables say of it. */
import type { Field } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import { hexOctets, ipv4Text, ipv6Text } from '../dissect/value.ts';
import type { Style } from './style.ts';

/** The innermost packet's rows; -1 where there is none. Layers that an ICMP error quotes don't count. */
export interface Innermost {
  link: number;
  network: number;
  transport: number;
  /** The last row, whatever it is. */
  last: number;
}

/** Finds the innermost packet. */
export function innermost(layers: Layers): Innermost {
  const found: Innermost = { link: -1, network: -1, transport: -1, last: -1 };
  for (let row = 0; row < layers.count; row++) {
    if (layers.isQuoted(row)) break;
    const { role } = layers.protocolOf(row);
    if (role === 'link') found.link = row;
    else if (role === 'network') {
      found.network = row;
      found.transport = -1;
    } else if (role === 'transport') found.transport = row;
    found.last = row;
  }
  return found;
}

function addressText(field: Field, view: DataView, start: number): string {
  const at = start + field.octetOffset;
  if (field.kind === 'ipv4') return ipv4Text(view, at);
  if (field.kind === 'ipv6') return ipv6Text(view, at);
  return hexOctets(view, at, at + field.octetWidth);
}

/** Address in the fixed field `key` (`src`, `dst`) of a row; '' where the row has none or it was not captured. */
export function addressOf(layers: Layers, row: number, key: 'src' | 'dst'): string {
  const field = layers.protocolOf(row).fixed.find((candidate) => candidate.key === key);
  const start = layers.start[row]!;
  if (field === undefined || start + field.octetOffset + field.octetWidth > layers.end[row]!) return '';
  return addressText(field, layers.viewOf(row), start);
}

/** Port of a transport row; '' where it was not captured. */
function portOf(layers: Layers, row: number, key: 'srcport' | 'dstport'): string {
  const field = layers.protocolOf(row).fixed.find((candidate) => candidate.key === key);
  const start = layers.start[row]!;
  if (field === undefined || start + field.octetOffset + field.octetWidth > layers.end[row]!) return '';
  return String(field.get(layers.viewOf(row), start));
}

/** What an address is called in lists; '' for one nobody knows. */
export type NameAddress = (address: string, port: number | undefined) => string;

/** Shows addresses as they are. */
export const BARE_ADDRESSES: NameAddress = () => '';

function named(nameOf: NameAddress, address: string): string {
  return nameOf(address, undefined) || address;
}

function endpoint(layers: Layers, rows: Innermost, side: 'src' | 'dst', nameOf: NameAddress): string {
  const row = rows.network >= 0 ? rows.network : rows.link;
  if (row < 0) return '';
  const address = addressOf(layers, row, side);
  const port = rows.transport >= 0 ? portOf(layers, rows.transport, `${side}port`) : '';
  const name = address === '' ? '' : nameOf(address, port === '' ? undefined : Number(port));
  if (name !== '') return port === '' ? name : `${name}:${port}`;
  if (port === '') return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** `10.244.2.9:36304 → 10.244.1.170:80` of the innermost packet; '' where no layer has addresses. */
export function endpointsText(layers: Layers, rows: Innermost, style: Style, nameOf: NameAddress): string {
  const source = endpoint(layers, rows, 'src', nameOf);
  const destination = endpoint(layers, rows, 'dst', nameOf);
  if (source === '' && destination === '') return '';
  return `${source === '' ? '?' : source} ${style.arrow} ${destination === '' ? '?' : destination}`;
}

/** One note for each tunnel, outermost first: `⟨vxlan 1: 9.135.144.168 → 9.135.91.57⟩`. */
export function tunnelNotes(layers: Layers, style: Style, nameOf: NameAddress): string[] {
  const notes: string[] = [];
  for (let row = 0; row < layers.count; row++) {
    const kind = layers.tunnelOf(row);
    if (kind === '' || layers.isQuoted(row)) continue;
    const outer = layers.enclosing(row, 'network');
    const id = layers.protocolOf(row).fixed.find((field) => field.key === 'vni' || field.key === 'key');
    const start = layers.start[row]!;
    const hasId = id !== undefined && start + id.octetOffset + id.octetWidth <= layers.end[row]!;
    const name = hasId ? `${kind} ${id.get(layers.viewOf(row), start)}` : kind;
    const ends =
      outer < 0
        ? ''
        : `: ${named(nameOf, addressOf(layers, outer, 'src'))} ${style.arrow} ${named(nameOf, addressOf(layers, outer, 'dst'))}`;
    notes.push(`${style.noteOpen}${name}${ends}${style.noteClose}`);
  }
  return notes;
}
