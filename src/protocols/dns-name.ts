/** Domain names as they stand in DNS messages, RFC 1035 §3.1 and §4.1.4. */
import { type Leaf, text } from '../dissect/field.ts';
import { utf8Text } from '../dissect/value.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import type { Part } from './body.ts';

/** Octets a name may have, labels' lengths and the root included (RFC 1035 §2.3.4). */
const MAX_NAME = 255;
/** Each pointer should lead to at least one label, of which a name has at most 127. */
const MAX_POINTERS = 127;

/** What can be wrong with a name, in words. */
export const DNS_NAME_ISSUES = {
  nameBeyondMessage: 'a name reaches beyond the message',
  nameTooLong: 'a name is longer than 255 octets, or its compression pointers loop',
  pointerNotBackward: 'a compression pointer does not point to an earlier place',
  labelType: 'a label is of a type that is not in use',
} as const;

/** A name that was read. */
export interface DomainName {
  /** Labels joined by dots, `<Root>` for the root. */
  readonly text: string;
  readonly labels: number;
  /** First octet behind the name where it stands; what a pointer leads to stands elsewhere. */
  readonly next: number;
  /** Key of `DNS_NAME_ISSUES`, '' when nothing is wrong. What was read up to there is in `text`. */
  readonly fault: keyof typeof DNS_NAME_ISSUES | '';
}

/**
 * Reads the name at `at`; nothing at or behind `end` is read. Pointers count from `base`, and are followed also where they point
 * forward, which is recorded: the length of a name and the number of its pointers are bounded, so a loop ends.
 */
export function readDomainName(view: DataView, base: number, at: number, end: number): DomainName {
  let name = '';
  let labels = 0;
  let octets = 1;
  let pointers = 0;
  let behind = -1;
  let fault: DomainName['fault'] = '';
  const finish = (position: number, failed: DomainName['fault']): DomainName => ({
    text: name === '' && failed === '' ? '<Root>' : name,
    labels,
    next: behind < 0 ? Math.min(position, end) : behind,
    fault: failed,
  });
  for (let position = at; ; ) {
    if (position >= end) return finish(end, 'nameBeyondMessage');
    const length = view.getUint8(position);
    if (length === 0) return finish(position + 1, fault);
    switch (length & 0xc0) {
      case 0x00: {
        const next = position + 1 + length;
        if (next > end) return finish(end, 'nameBeyondMessage');
        octets += 1 + length;
        // Where such a name ends can't be told, so nothing behind it can be read.
        if (octets > MAX_NAME) return finish(end, 'nameTooLong');
        name += (labels === 0 ? '' : '.') + utf8Text(view, position + 1, next);
        labels++;
        position = next;
        break;
      }
      case 0xc0: {
        if (position + 2 > end) return finish(end, 'nameBeyondMessage');
        if (behind < 0) behind = position + 2;
        if (++pointers > MAX_POINTERS) return finish(behind, 'nameTooLong');
        const target = base + (view.getUint16(position) & 0x3fff);
        if (target >= position) fault = 'pointerNotBackward';
        position = target;
        break;
      }
      default:
        return finish(end, 'labelType');
    }
  }
}

/** Records a name's fault with its layer. */
export function reportName(emit: FieldEmitter, name: DomainName, at: number): void {
  if (name.fault !== '') emit.issue(name.fault, MAX_NAME, name.next - at, 'end of message');
}

/** A domain name as a part of a body; it may be compressed. */
export const domainName = (title: string): Part<Leaf<'text'>> => ({
  spec: text(title),
  emit: (emit, field, at, end, { view, base }) => {
    if (at >= end) return at;
    const name = readDomainName(view, base, at, end);
    emit.value(field, name.text, at, name.next);
    reportName(emit, name, at);
    return name.next;
  },
});
