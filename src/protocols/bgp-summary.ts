/** BGP messages in a few words. */
import { ipv4Text, ipv6Text } from '../dissect/value.ts';
import { attributeAt } from './bgp-attributes.ts';
import { hasPathIdentifiers, type PrefixForm, prefixForm, prefixText } from './bgp-nlri.ts';
import { notificationText } from './bgp-notification.ts';
import { BGP_MESSAGES, familyText } from './bgp-registries.ts';

const HEADER = 19;
const Message = { open: 1, update: 2, notification: 3, routeRefresh: 5 } as const;
const Attribute = { nextHop: 3, mpReach: 14, mpUnreach: 15 } as const;
const OPEN_PARAMETERS = HEADER + 10;
const CAPABILITIES = 2;
const FOUR_OCTET_AS = 65;
/** Prefixes that a summary names. */
const NAMED_PREFIXES = 2;
const UNNAMED = { ipv4: '', ipv6: '' };

/** `OPEN AS 64512 hold 240`, `UPDATE 10.244.1.0/26 via 10.0.0.1`; `start` is the marker's first octet. */
export function summarizeBgp(view: DataView, start: number, end: number): string {
  if (start + HEADER > end) return '';
  const type = view.getUint8(start + 18);
  const said = saidBy(type, view, start, end);
  const name = BGP_MESSAGES[type as 1] ?? `type ${type}`;
  return said === '' ? name : `${name} ${said}`;
}

function saidBy(type: number, view: DataView, start: number, end: number): string {
  const at = start + HEADER;
  switch (type) {
    case Message.open:
      if (start + OPEN_PARAMETERS > end) return '';
      return `AS ${openAs(view, start, end)} hold ${view.getUint16(at + 3)} id ${ipv4Text(view, at + 5)}`;
    case Message.update:
      return updateText(view, at, end);
    case Message.notification:
      return notificationText(view, at, end);
    case Message.routeRefresh:
      return at + 4 > end ? '' : familyText(view.getUint16(at), view.getUint8(at + 3));
    default:
      return '';
  }
}

/** The speaker's AS number in the whole OPEN [start, end): that of the capability, which has room for four octets, before that of the header. */
export function openAs(view: DataView, start: number, end: number): number {
  for (let at = start + OPEN_PARAMETERS; at + 2 <= end; ) {
    const next = Math.min(at + 2 + view.getUint8(at + 1), end);
    for (let code = at + 2; view.getUint8(at) === CAPABILITIES && code + 2 <= next; ) {
      if (view.getUint8(code) === FOUR_OCTET_AS && code + 6 <= next) return view.getUint32(code + 2);
      code += 2 + view.getUint8(code + 1);
    }
    at = next;
  }
  return view.getUint16(start + HEADER + 1);
}

const ipv4Form: PrefixForm = { addressOctets: 4, hasLabels: false, hasDistinguisher: false, addressKey: '' };

/** The first prefixes of [from, end) and how many more there are. */
function prefixesText(view: DataView, from: number, end: number, form: PrefixForm): string {
  const skip = hasPathIdentifiers(view, from, end, form) ? 4 : 0;
  const named: string[] = [];
  let count = 0;
  for (let at = from; at + skip < end; count++) {
    const length = view.getUint8(at + skip);
    const prefix = at + skip + 1;
    const next = prefix + ((length + 7) >> 3);
    if (next > end || next - prefix > form.addressOctets) break;
    if (count < NAMED_PREFIXES) named.push(`${prefixText(view, prefix, next, form.addressOctets)}/${length}`);
    at = next;
  }
  return named.join(', ') + (count > named.length ? ` and ${count - named.length} more` : '');
}

/** The routes of an attribute, whose family stands at `at`: prefixes where they are plain ones, else the family. */
function routesText(view: DataView, at: number, routes: number, end: number): string {
  if (at + 3 > end) return '';
  const afi = view.getUint16(at);
  const safi = view.getUint8(at + 2);
  const form = prefixForm(afi, safi, UNNAMED);
  if (form === undefined || form.hasLabels || routes > end) return familyText(afi, safi);
  return prefixesText(view, routes, end, form);
}

function updateText(view: DataView, from: number, end: number): string {
  if (from + 2 > end) return '';
  const withdrawnEnd = Math.min(from + 2 + view.getUint16(from), end);
  const withdrawn = [prefixesText(view, from + 2, withdrawnEnd, ipv4Form)];
  if (withdrawnEnd + 2 > end) return wordsOf([], withdrawn, '');
  const attributesEnd = Math.min(withdrawnEnd + 2 + view.getUint16(withdrawnEnd), end);
  if (attributesEnd === withdrawnEnd + 2 && attributesEnd === end && withdrawnEnd === from + 2) return 'end of RIB';
  const announced = [prefixesText(view, attributesEnd, end, ipv4Form)];
  let via = '';
  for (let at = withdrawnEnd + 2; ; ) {
    const place = attributeAt(view, at, attributesEnd);
    if (place === undefined) return wordsOf(announced, withdrawn, via);
    const { type, value } = place;
    const next = Math.min(place.next, attributesEnd);
    if (type === Attribute.nextHop && value + 4 <= next) via = ipv4Text(view, value);
    if (type === Attribute.mpUnreach) {
      if (next === value + 3) return `end of RIB ${familyText(view.getUint16(value), view.getUint8(value + 2))}`;
      withdrawn.push(routesText(view, value, value + 3, next));
    }
    if (type === Attribute.mpReach && value + 5 <= next) {
      const hop = value + 4;
      const hopOctets = view.getUint8(hop - 1);
      if (hop + hopOctets <= next) via = hopText(view, hop, hopOctets) || via;
      announced.push(routesText(view, value, hop + hopOctets + 1, next));
    }
    at = place.next;
  }
}

function hopText(view: DataView, at: number, octets: number): string {
  if (octets === 4) return ipv4Text(view, at);
  return octets === 16 || octets === 32 ? ipv6Text(view, at) : '';
}

function wordsOf(announced: readonly string[], withdrawn: readonly string[], via: string): string {
  const routes = announced.filter((text) => text !== '').join(', ');
  const gone = withdrawn.filter((text) => text !== '').join(', ');
  const words: string[] = [];
  if (routes !== '') words.push(via === '' ? routes : `${routes} via ${via}`);
  if (gone !== '') words.push(`withdraw ${gone}`);
  return words.join(', ');
}
