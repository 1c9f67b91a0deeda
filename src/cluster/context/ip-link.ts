/** `ip addr`, `ip link` and `ip -d link` (iproute2), as text and as the JSON of `ip -j`. */
import { macText } from '../address.ts';
import type { ContextFile, InterfaceFact } from './facts.ts';
import { type Line, type Listing, lineSource, linesOf, wholeNumber, wordAfter } from './lines.ts';
import { type Json, numberAt, objectAt, objectsAt, textAt } from './objects.ts';

/** `2: eth1@if3: <BROADCAST,UP> mtu 1500 …` */
const HEAD = /^(\d+): ([^:@\s]+)(?:@([^:\s]+))?: <[A-Z0-9_,-]*>(.*)$/;
/** Kinds of device that `ip -d link` names at the beginning of a line of their own. */
const LINK_KINDS =
  'vxlan|ipip|sit|gre|gretap|ip6tnl|tun|bridge|veth|wireguard|geneve|vlan|bond|dummy|macvlan|ipvlan|vti';
const DETAILS = new RegExp(`^\\s+(${LINK_KINDS})(?: (.*))?$`);

/** Whether a text is a list of interfaces. */
export function looksLikeLinks(text: string): boolean {
  return /^\d+: [^:\s]+: <[A-Z0-9_,-]*> .*mtu \d+/m.test(text);
}

/** An interface while its lines are read. */
interface OpenInterface {
  readonly line: Line;
  readonly name: string;
  readonly words: readonly string[];
  readonly lower: string | undefined;
  readonly addresses: string[];
  mac: string | undefined;
  linkKind: string | undefined;
  details: readonly string[];
}

/** Facts of a list of interfaces. */
export function readLinks(file: ContextFile): Listing {
  const facts: InterfaceFact[] = [];
  let open: OpenInterface | undefined;
  let strange: Line | undefined;
  const close = (): void => {
    if (open !== undefined) facts.push(interfaceFact(file, open));
  };
  for (const line of linesOf(file.text)) {
    const head = HEAD.exec(line.text);
    if (head !== null) {
      close();
      open = openInterface(line, head);
    } else if (open === undefined || !/^\s/.test(line.text)) strange ??= line;
    else readDetail(open, line.text);
  }
  close();
  return { facts, strange };
}

function openInterface(line: Line, head: RegExpExecArray): OpenInterface {
  const [, , name = '', lower, rest = ''] = head;
  // `@if3` is an interface of another namespace.
  const isHere = lower !== undefined && !/^if\d+$/.test(lower) && lower !== 'NONE';
  return {
    line,
    name,
    words: rest.trim().split(/\s+/),
    lower: isHere ? lower : undefined,
    addresses: [],
    mac: undefined,
    linkKind: undefined,
    details: [],
  };
}

function readDetail(open: OpenInterface, text: string): void {
  const words = text.trim().split(/\s+/);
  const [first = '', second = ''] = words;
  if (first.startsWith('link/')) open.mac = first === 'link/ether' ? macText(second) : undefined;
  else if (first === 'inet' || first === 'inet6') open.addresses.push(addressOf(words));
  else {
    const [, kind, rest = ''] = DETAILS.exec(text) ?? [];
    if (kind === undefined) return;
    open.linkKind = kind;
    open.details = rest.split(/\s+/);
  }
}

/** `inet 10.0.0.1/24`, and of a point-to-point interface `inet 10.0.0.1 peer 10.0.0.2/32`. */
function addressOf(words: readonly string[]): string {
  const [, address = ''] = words;
  return address;
}

function interfaceFact(file: ContextFile, open: OpenInterface): InterfaceFact {
  const { details } = open;
  const isVxlan = open.linkKind === 'vxlan';
  const local = wordAfter(details, 'local');
  return {
    kind: 'interface',
    node: file.folder,
    name: open.name,
    addresses: open.addresses,
    mac: open.mac,
    mtu: wholeNumber(wordAfter(open.words, 'mtu')),
    master: wordAfter(open.words, 'master'),
    linkKind: open.linkKind,
    vni: isVxlan ? wholeNumber(wordAfter(details, 'id')) : undefined,
    port: isVxlan ? wholeNumber(wordAfter(details, 'dstport')) : undefined,
    local: local === 'any' ? undefined : local,
    lower: wordAfter(details, 'dev') ?? open.lower,
    source: lineSource(file, open.line),
  };
}

/** Facts of an element of `ip -j addr` or `ip -j link`; undefined for an object that is none. */
export function linkFact(object: Json, file: ContextFile): InterfaceFact | undefined {
  const name = textAt(object, 'ifname');
  if (name === undefined || object['mtu'] === undefined) return undefined;
  const info = objectAt(object, 'linkinfo');
  const data = objectAt(info, 'info_data');
  const kind = textAt(info, 'info_kind');
  const isEthernet = textAt(object, 'link_type') === 'ether';
  return {
    kind: 'interface',
    node: file.folder,
    name,
    addresses: objectsAt(object, 'addr_info').map(
      (one) => `${textAt(one, 'local') ?? ''}/${numberAt(one, 'prefixlen') ?? ''}`,
    ),
    mac: isEthernet ? macText(textAt(object, 'address')) : undefined,
    mtu: numberAt(object, 'mtu'),
    master: textAt(object, 'master'),
    linkKind: kind,
    vni: kind === 'vxlan' ? numberAt(data, 'id') : undefined,
    port: kind === 'vxlan' ? numberAt(data, 'port') : undefined,
    local: textAt(data, 'local'),
    lower: textAt(data, 'link') ?? textAt(object, 'link'),
    source: { file: file.path, place: `interface ${name}` },
  };
}
