/** Requests and responses of HTTP/1 in a flow. */
import { utf8Text } from '../dissect/value.ts';
import { behindLine, headEnd, headerLine, lineTextEnd, messageLength, startKind } from '../protocols/http-head.ts';
import type { HttpApplication } from './application.ts';
import type { ApplicationParser, MessageOrigin } from './application-message.ts';

/** Octets of a head that are put together. */
const LONGEST_HEAD = 8192;
/** Characters of a request or a host that are kept. */
const LONGEST_TEXT = 200;
/** Requests that responses may still come to; HTTP/1 clients hardly have more than one. */
const MOST_WAITING = 32;
const NANOS = 1e9;
const FIRST_ERROR = 400;
const SWITCHING_PROTOCOLS = 101;
const FINAL = 200;

/** Reads the heads of both directions, and passes over the bodies. */
export class HttpParser implements ApplicationParser<HttpApplication> {
  readonly longest = LONGEST_HEAD;
  isDone = false;
  private requests = 0;
  private responses = 0;
  private errors = 0;
  private request: string | undefined;
  private host: string | undefined;
  private status: number | undefined;
  private asked = Number.NaN;
  private delay: number | undefined;
  /** Methods of requests without a response. */
  private readonly waiting: string[] = [];

  message(view: DataView, start: number, end: number, origin: MessageOrigin, isAll: boolean): number {
    const kind = startKind(view, start, end);
    if (kind === undefined) return -1;
    const head = kind === 'maybe' ? -1 : headEnd(view, start, Math.min(end, start + LONGEST_HEAD));
    if (head < 0 && !isAll) return 0;
    if (kind === 'maybe') return -1;
    const limit = head < 0 ? end : head;
    const isHead =
      kind === 'request' ? this.takeRequest(view, start, limit, origin) : this.takeResponse(view, start, limit, origin);
    if (head < 0 || this.isDone) return -1;
    const length = isHead ? head - start : messageLength(view, start, end);
    return Number.isFinite(length) && length > 0 ? length : -1;
  }

  facts(): HttpApplication | undefined {
    const { request, host, status, delay, requests, responses, errors } = this;
    if (requests + responses === 0) return undefined;
    return {
      protocol: 'http',
      ...(request === undefined ? {} : { request }),
      ...(host === undefined ? {} : { host }),
      ...(status === undefined ? {} : { status }),
      ...(delay === undefined ? {} : { delay }),
      requests,
      responses,
      errors,
    };
  }

  /** Answers whether the message is its head alone. */
  private takeRequest(view: DataView, start: number, end: number, { time }: MessageOrigin): boolean {
    this.requests++;
    const line = startLine(view, start, end);
    const [method = '', target = ''] = line.split(' ');
    if (this.waiting.length < MOST_WAITING) this.waiting.push(method);
    if (this.request === undefined && this.responses === 0) {
      this.request = shortened(`${method} ${target}`);
      this.host = hostOf(view, start, end);
      this.asked = time;
    }
    return false;
  }

  private takeResponse(view: DataView, start: number, end: number, { time }: MessageOrigin): boolean {
    const status = Number(startLine(view, start, end).split(' ')[1]);
    if (status === SWITCHING_PROTOCOLS) this.isDone = true;
    else if (status < FINAL) return true;
    const method = this.waiting.shift();
    this.responses++;
    if (status >= FIRST_ERROR) this.errors++;
    if (this.status === undefined) {
      this.status = status;
      const delay = (time - this.asked) / NANOS;
      if (delay >= 0) this.delay = delay;
    }
    // What follows is another protocol.
    if (method === 'CONNECT' && status < 300) this.isDone = true;
    return method === 'HEAD';
  }
}

function startLine(view: DataView, start: number, end: number): string {
  const behind = behindLine(view, start, end);
  return utf8Text(view, start, behind < 0 ? end : lineTextEnd(view, start, behind));
}

function hostOf(view: DataView, start: number, end: number): string | undefined {
  for (let at = behindLine(view, start, end); at > 0 && at < end; ) {
    const behind = behindLine(view, at, end);
    if (behind < 0) return undefined;
    const line = headerLine(view, at, behind);
    if (line?.name === 'host') return shortened(utf8Text(view, line.valueStart, line.valueEnd));
    at = behind;
  }
  return undefined;
}

function shortened(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 1)}…`;
}
