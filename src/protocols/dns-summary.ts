/** DNS messages in a few words, and their recognition by content. */
import { ipv4Text, ipv6Text } from '../dissect/value.ts';
import { readDomainName } from './dns-name.ts';
import { DNS_CLASSES, DNS_OPCODES, DNS_RCODES, DNS_TYPES, dnsTypeText } from './dns-registries.ts';

const HEADER = 12;
const QUESTION_FIXED = 4;
const RECORD_FIXED = 10;
const TYPE = { a: 1, ns: 2, cname: 5, ptr: 12, aaaa: 28, srv: 33, opt: 41 } as const;
const IN = 1;
/** Answers that a summary names. */
const NAMED_ANSWERS = 3;
/** Questions and records that recognition and summary look at. */
const LOOKED_AT = 64;

/** Section counts at an offset from the header's first octet. */
const COUNTS = [4, 6, 8, 10] as const;

/** `query A web.default.svc.cluster.local`, `response AAAA example.com → NXDomain`; `base` is the header's first octet. */
export function summarizeDns(view: DataView, base: number, end: number): string {
  if (base + HEADER > end) return '';
  const flags = view.getUint16(base + 2);
  const isResponse = (flags & 0x8000) !== 0;
  const opcode = (flags >> 11) & 15;
  const words: string[] = opcode === 0 ? [] : [DNS_OPCODES[opcode as 1] ?? `opcode ${opcode}`];
  words.push(isResponse ? 'response' : 'query');
  let at = base + HEADER;
  const questions = view.getUint16(base + 4);
  if (questions > LOOKED_AT) return `${words.join(' ')} with ${questions} questions`;
  for (let i = questions; i > 0 && at < end; i--) {
    const name = readDomainName(view, base, at, end);
    at = name.next + QUESTION_FIXED;
    if (at > end) return words.join(' ');
    if (words.length < 4) words.push(dnsTypeText(view.getUint16(name.next)), name.text);
  }
  if (!isResponse) return words.join(' ');
  const rcode = flags & 15;
  if (rcode !== 0) words.push('→', DNS_RCODES[rcode] ?? `rcode ${rcode}`);
  else words.push('→', answersText(view, base, at, end, view.getUint16(base + 6)));
  return words.join(' ');
}

function answersText(view: DataView, base: number, from: number, end: number, count: number): string {
  const answers: string[] = [];
  let at = from;
  for (let i = 0; i < count && answers.length < NAMED_ANSWERS; i++) {
    const name = readDomainName(view, base, at, end);
    const data = name.next + RECORD_FIXED;
    if (data > end) break;
    const type = view.getUint16(name.next);
    const next = data + view.getUint16(data - 2);
    if (next > end) break;
    answers.push(answerText(view, base, type, data, next));
    at = next;
  }
  if (count === 0) return 'no answer';
  return answers.join(', ') + (count > answers.length ? ` and ${count - answers.length} more` : '');
}

function answerText(view: DataView, base: number, type: number, data: number, next: number): string {
  switch (type) {
    case TYPE.a:
      return next - data === 4 ? ipv4Text(view, data) : 'A';
    case TYPE.aaaa:
      return next - data === 16 ? ipv6Text(view, data) : 'AAAA';
    case TYPE.cname:
    case TYPE.ns:
    case TYPE.ptr:
      return `${dnsTypeText(type)} ${readDomainName(view, base, data, next).text}`;
    case TYPE.srv:
      return next - data < 7
        ? 'SRV'
        : `SRV ${readDomainName(view, base, data + 6, next).text}:${view.getUint16(data + 4)}`;
    default:
      return dnsTypeText(type);
  }
}

/** Types people ask for. NetBIOS' name service shares the format, and has the numbers of NIMLOC and SRV for its own types. */
const ASKED_FOR: readonly number[] = [1, 2, 5, 6, 12, 15, 16, 28, 33, 35, 43, 48, 64, 65, 255, 257];

/**
 * Whether [start, end) is a DNS message beyond reasonable doubt: a standard query or response with one question of a common type
 * in class IN, names without fault, known types only, and not an octet more than the counts call for.
 */
export function isDnsBeyondDoubt(view: DataView, start: number, end: number): boolean {
  if (start + HEADER + 1 + QUESTION_FIXED > end) return false;
  const flags = view.getUint16(start + 2);
  const isQuery = (flags & 0x8000) === 0;
  // Opcode 0 and the reserved bit 0; a query has neither an answer's flags nor a response code.
  if ((flags & 0x7840) !== 0 || (isQuery && (flags & 0x068f) !== 0)) return false;
  const [questions = 0, answers = 0, authorities = 0, additionals = 0] = COUNTS.map((at) => view.getUint16(start + at));
  if (questions !== 1 || (isQuery && (answers !== 0 || authorities !== 0 || additionals > 1))) return false;
  const question = readDomainName(view, start, start + HEADER, end);
  let at = question.next + QUESTION_FIXED;
  if (question.fault !== '' || at > end) return false;
  const asked = view.getUint16(question.next);
  if (!ASKED_FOR.includes(asked) || (asked === TYPE.srv && !question.text.startsWith('_'))) return false;
  if (view.getUint16(question.next + 2) !== IN) return false;
  let left = answers + authorities + additionals;
  if (left > LOOKED_AT) return false;
  for (; left > 0; left--) {
    const name = readDomainName(view, start, at, end);
    const data = name.next + RECORD_FIXED;
    if (name.fault !== '' || data > end) return false;
    const type = view.getUint16(name.next);
    if (DNS_TYPES[type] === undefined) return false;
    if (type !== TYPE.opt && DNS_CLASSES[view.getUint16(name.next + 2) as 1] === undefined) return false;
    at = data + view.getUint16(data - 2);
  }
  return at === end;
}
