/** Questions of the Domain Name System and what became of them. */
import { ipv4Text, ipv6Text } from '../dissect/value.ts';
import { readDomainName } from '../protocols/dns-name.ts';
import { DNS_RCODES, dnsTypeText } from '../protocols/dns-registries.ts';
import type { DnsApplication, DnsExchange } from './application.ts';
import type { ApplicationParser, MessageOrigin } from './application-message.ts';

/** RFC 1035 §4.1. */
const HEADER = 12;
const QUESTION_FIXED = 4;
const RECORD_FIXED = 10;
const LENGTH_PREFIX = 2;
const RESPONSE = 0x8000;
const TYPE = { a: 1, cname: 5, ptr: 12, aaaa: 28, srv: 33 } as const;
/** Exchanges of a flow that are told, and questions that are waited for. */
const MOST_TOLD = 8;
const MOST_WAITING = 64;
/** Answers of an exchange that are told. */
const MOST_ANSWERS = 8;
/** Octets of a message over TCP that are put together: what stands behind is not told. */
const LONGEST_MESSAGE = 4096;
const NANOS = 1e9;

interface Exchange {
  readonly question: string;
  asked: number;
  time: number;
  rcode: string | undefined;
  answers: readonly string[];
  delay: number | undefined;
}

/** Reads questions and answers of one flow, over UDP with `datagram`, over TCP as messages. */
export class DnsParser implements ApplicationParser<DnsApplication> {
  readonly longest = LONGEST_MESSAGE;
  readonly isDone = false;
  private readonly told: Exchange[] = [];
  /** Exchanges without an answer, by identifier and question. */
  private readonly waiting = new Map<string, Exchange>();
  private questions = 0;
  private unanswered = 0;

  message(view: DataView, start: number, end: number, origin: MessageOrigin, isAll: boolean): number {
    if (start + LENGTH_PREFIX > end) return 0;
    const length = view.getUint16(start);
    if (length < HEADER) return -1;
    if (start + LENGTH_PREFIX + length > end && !isAll) return 0;
    this.datagram(view, start + LENGTH_PREFIX, Math.min(start + LENGTH_PREFIX + length, end), origin);
    return LENGTH_PREFIX + length;
  }

  /** Reads the message [start, end), of which what is missing at its end does no harm. */
  datagram(view: DataView, start: number, end: number, { time }: MessageOrigin): void {
    const at = start + HEADER;
    if (at >= end || view.getUint16(start + 4) === 0) return;
    const name = readDomainName(view, start, at, end);
    if (name.fault !== '' || name.next + QUESTION_FIXED > end) return;
    const question = `${dnsTypeText(view.getUint16(name.next))} ${name.text}`;
    const key = `${view.getUint16(start)} ${question}`;
    const flags = view.getUint16(start + 2);
    if ((flags & RESPONSE) === 0) {
      const known = this.waiting.get(key);
      if (known === undefined) this.begin(key, question, time);
      else known.asked++;
      return;
    }
    const exchange = this.waiting.get(key) ?? this.repeated(question) ?? this.begin(key, question, Number.NaN);
    if (exchange.rcode !== undefined) return;
    const rcode = flags & 15;
    exchange.rcode = DNS_RCODES[rcode] ?? `rcode ${rcode}`;
    const delay = (time - exchange.time) / NANOS;
    if (delay >= 0) exchange.delay = delay;
    if (view.getUint16(start + 4) === 1) {
      exchange.answers = readAnswers(view, start, name.next + QUESTION_FIXED, end, view.getUint16(start + 6));
    }
    this.unanswered--;
    this.waiting.delete(key);
  }

  facts(): DnsApplication | undefined {
    if (this.questions === 0) return undefined;
    return {
      protocol: 'dns',
      exchanges: this.told.map(exchangeOf),
      questions: this.questions,
      unanswered: this.unanswered,
    };
  }

  private begin(key: string, question: string, time: number): Exchange {
    const exchange: Exchange = { question, asked: 1, time, rcode: undefined, answers: [], delay: undefined };
    if (Number.isNaN(time)) exchange.asked = 0;
    this.questions++;
    this.unanswered++;
    if (this.told.length < MOST_TOLD) this.told.push(exchange);
    this.waiting.set(key, exchange);
    if (this.waiting.size > MOST_WAITING) {
      for (const oldest of this.waiting.keys()) {
        this.waiting.delete(oldest);
        break;
      }
    }
    return exchange;
  }

  /** The exchange whose answer comes a second time. */
  private repeated(question: string): Exchange | undefined {
    return this.told.find((exchange) => exchange.question === question && exchange.rcode !== undefined);
  }
}

function exchangeOf({ question, asked, rcode, answers, delay }: Exchange): DnsExchange {
  return {
    question,
    asked,
    ...(rcode === undefined ? {} : { rcode, answers }),
    ...(delay === undefined ? {} : { delay }),
  };
}

/** Addresses and names of the first of `count` records from `from` on. */
function readAnswers(view: DataView, base: number, from: number, end: number, count: number): string[] {
  const answers: string[] = [];
  let at = from;
  for (let i = 0; i < count && answers.length < MOST_ANSWERS; i++) {
    const name = readDomainName(view, base, at, end);
    const data = name.next + RECORD_FIXED;
    if (data > end) break;
    const next = data + view.getUint16(data - 2);
    if (next > end) break;
    answers.push(answerText(view, base, view.getUint16(name.next), data, next));
    at = next;
  }
  return answers;
}

function answerText(view: DataView, base: number, type: number, data: number, next: number): string {
  if (type === TYPE.a && next - data === 4) return ipv4Text(view, data);
  if (type === TYPE.aaaa && next - data === 16) return ipv6Text(view, data);
  if (type === TYPE.cname || type === TYPE.ptr) return readDomainName(view, base, data, next).text;
  if (type === TYPE.srv && next - data >= 7)
    return `${readDomainName(view, base, data + 6, next).text}:${view.getUint16(data + 4)}`;
  return dnsTypeText(type);
}
