/** Who speaks to whom in a packet, and through which tunnels: what lines and tables say of it. */
import type { Field } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import type { Protocol } from '../dissect/protocol.ts';
import { hexOctets, ipv4Text, ipv6Text } from '../dissect/value.ts';
import type { Style } from './style.ts';
import { type FixedText, fixedText, type TextBuffer } from './text-buffer.ts';

/** The innermost packet's rows; -1 where there is none. Layers that an ICMP error quotes don't count. */
export interface Innermost {
  link: number;
  network: number;
  transport: number;
  /** The last row, whatever it is. */
  last: number;
}

/** The innermost packet. */
export function innermost(layers: Layers): Innermost {
  const found: Innermost = { link: -1, network: -1, transport: -1, last: -1 };
  findInnermost(layers, found);
  return found;
}

/** Finds the innermost packet's rows. */
export function findInnermost(layers: Layers, found: Innermost): void {
  found.link = -1;
  found.network = -1;
  found.transport = -1;
  found.last = -1;
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

/** What an address is called in lists; '' for one nobody knows. */
export type NameAddress = (address: string, port: number | undefined) => string;

/** Shows addresses as they are. */
export const BARE_ADDRESSES: NameAddress = () => '';

const SPACE = 32;
const COLON = 58;
const OPENING_BRACKET = 91;
const CLOSING_BRACKET = 93;

/** The fixed fields of a protocol that tell who speaks to whom; undefined where it has none of the kind. */
interface EndFields {
  readonly src: Field | undefined;
  readonly dst: Field | undefined;
  readonly srcport: Field | undefined;
  readonly dstport: Field | undefined;
  /** Identifier of the virtual network. */
  readonly network: Field | undefined;
}

function endFields({ fixed }: Protocol): EndFields {
  const named = (key: string): Field | undefined => fixed.find((field) => field.key === key);
  return {
    src: named('src'),
    dst: named('dst'),
    srcport: named('srcport'),
    dstport: named('dstport'),
    network: fixed.find(({ key }) => key === 'vni' || key === 'key'),
  };
}

/** Writes who speaks to whom. */
export class Conversations {
  private readonly out: TextBuffer;
  private readonly nameOf: NameAddress;
  private readonly arrow: FixedText;
  private readonly noteOpen: FixedText;
  private readonly noteClose: FixedText;
  private readonly fields: (EndFields | undefined)[] = [];

  constructor(out: TextBuffer, style: Style, nameOf: NameAddress = BARE_ADDRESSES) {
    this.out = out;
    this.nameOf = nameOf;
    this.arrow = fixedText(` ${style.arrow} `);
    this.noteOpen = fixedText(style.noteOpen);
    this.noteClose = fixedText(style.noteClose);
  }

  /** Writes `10.244.2.9:36304 → 10.244.1.170:80` of the innermost packet; nothing where no layer has addresses. */
  endpoints(layers: Layers, rows: Innermost): void {
    const { out } = this;
    const row = rows.network >= 0 ? rows.network : rows.link;
    if (row < 0) return;
    const { src, dst } = this.fieldsOf(layers, row);
    const hasSource = isCaptured(layers, row, src);
    const hasDestination = isCaptured(layers, row, dst);
    const ports = rows.transport < 0 ? undefined : this.fieldsOf(layers, rows.transport);
    const hasPort =
      isCaptured(layers, rows.transport, ports?.srcport) || isCaptured(layers, rows.transport, ports?.dstport);
    if (!hasSource && !hasDestination && !hasPort) return;
    this.endpoint(layers, row, src, rows.transport, ports?.srcport);
    out.fixed(this.arrow);
    this.endpoint(layers, row, dst, rows.transport, ports?.dstport);
  }

  private endpoint(
    layers: Layers,
    row: number,
    address: Field | undefined,
    transport: number,
    portField: Field | undefined,
  ): void {
    const { out } = this;
    const hasPort = isCaptured(layers, transport, portField);
    const port = hasPort ? portField.get(layers.viewOf(transport), layers.start[transport]!) : undefined;
    if (!isCaptured(layers, row, address)) {
      if (port === undefined) out.text('?');
    } else if (!this.name(layers, row, address, port)) {
      const isBracketed = port !== undefined && address.kind !== 'ipv4' && address.octetWidth > 1;
      if (isBracketed) out.character(OPENING_BRACKET);
      this.address(layers, row, address);
      if (isBracketed) out.character(CLOSING_BRACKET);
    }
    if (port === undefined) return;
    out.character(COLON);
    out.number(port);
  }

  /** Writes the name of an address; false where it has none. */
  private name(layers: Layers, row: number, field: Field, port: number | undefined): boolean {
    if (this.nameOf === BARE_ADDRESSES) return false;
    const name = this.nameOf(addressText(field, layers.viewOf(row), layers.start[row]!), port);
    this.out.text(name);
    return name !== '';
  }

  private address(layers: Layers, row: number, field: Field): void {
    const { out } = this;
    const view = layers.viewOf(row);
    const at = layers.start[row]! + field.octetOffset;
    if (field.kind === 'ipv4') out.ipv4(view, at);
    else if (field.kind === 'ipv6') out.text(ipv6Text(view, at));
    else out.hexOctets(view, at, at + field.octetWidth);
  }

  /** Writes one note for each tunnel, outermost first: `⟨vxlan 1: 9.135.144.168 → 9.135.91.57⟩`. */
  tunnels(layers: Layers): void {
    const { out } = this;
    let isFirst = true;
    for (let row = 0; row < layers.count; row++) {
      if (layers.tunnel[row] === 0 || layers.isQuoted(row)) continue;
      if (!isFirst) out.character(SPACE);
      isFirst = false;
      out.fixed(this.noteOpen);
      out.text(layers.tunnelOf(row));
      const { network } = this.fieldsOf(layers, row);
      if (isCaptured(layers, row, network)) {
        out.character(SPACE);
        out.number(network.get(layers.viewOf(row), layers.start[row]!));
      }
      const outer = layers.enclosing(row, 'network');
      if (outer >= 0) {
        const { src, dst } = this.fieldsOf(layers, outer);
        out.text(': ');
        this.tunnelEnd(layers, outer, src);
        out.fixed(this.arrow);
        this.tunnelEnd(layers, outer, dst);
      }
      out.fixed(this.noteClose);
    }
  }

  private tunnelEnd(layers: Layers, row: number, field: Field | undefined): void {
    if (isCaptured(layers, row, field) && !this.name(layers, row, field, undefined)) this.address(layers, row, field);
  }

  private fieldsOf(layers: Layers, row: number): EndFields {
    const id = layers.protocol[row]!;
    this.fields[id] ??= endFields(layers.protocolOf(row));
    return this.fields[id];
  }
}

/** Whether there is such a field and its octets were captured. */
function isCaptured(layers: Layers, row: number, field: Field | undefined): field is Field {
  return field !== undefined && layers.start[row]! + field.octetOffset + field.octetWidth <= layers.end[row]!;
}
