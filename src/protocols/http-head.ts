/** Shape of HTTP/1 messages, RFC 9112: where the start line and the head end, and how long the body is. */

const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const TAB = 0x09;
const COLON = 0x3a;
/** Set in a lower-case letter, clear in its capital. */
const LOWER_CASE = 0x20;
/** Content-Length and Transfer-Encoding begin with them. */
const CHARACTER_C = 0x63;
const CHARACTER_T = 0x74;

/** Head that is looked for before octets without an end are taken for something else. */
const GREATEST_HEAD = 65536;
/** Start line that is looked at to tell whether octets are HTTP; servers refuse request targets beyond 8000 octets (RFC 9110 §4.1). */
const GREATEST_START_LINE = 16384;

/** Methods of IANA's "HTTP Method Registry" that begin requests of HTTP/1, and UPnP's (UPnP Device Architecture 2.0 §1.3, §4.1). */
const METHODS: ReadonlySet<string> = new Set(
  `ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT CONNECT COPY DELETE GET HEAD LABEL LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL
  MKREDIRECTREF MKWORKSPACE MOVE OPTIONS ORDERPATCH PATCH POST PROPFIND PROPPATCH PUT QUERY REBIND REPORT SEARCH TRACE UNBIND
  UNCHECKOUT UNLINK UNLOCK UPDATE UPDATEREDIRECTREF VERSION-CONTROL M-SEARCH NOTIFY SUBSCRIBE UNSUBSCRIBE`.split(/\s+/),
);
const LONGEST_METHOD = 17;

/** The octets [start, end) as ASCII; what is none becomes the character of the same number. */
export function asciiText(view: DataView, start: number, end: number): string {
  let out = '';
  for (let at = start; at < end; at++) out += String.fromCharCode(view.getUint8(at));
  return out;
}

/** First octet behind the line that begins at `at`, or -1 where no line feed was found before `end`. */
export function behindLine(view: DataView, at: number, end: number): number {
  for (let found = at; found < end; found++) if (view.getUint8(found) === LF) return found + 1;
  return -1;
}

/** End of a line's text: `behind` without the CR LF, or LF alone, before it (RFC 9112 §2.2). */
export function lineTextEnd(view: DataView, at: number, behind: number): number {
  let end = behind;
  if (end > at && view.getUint8(end - 1) === LF) end--;
  if (end > at && view.getUint8(end - 1) === CR) end--;
  return end;
}

/** First octet with the value within [at, end), or `end`. */
function find(view: DataView, octet: number, at: number, end: number): number {
  let found = at;
  while (found < end && view.getUint8(found) !== octet) found++;
  return found;
}

/** What a start line begins: 'maybe' where too little of it is there to tell. */
export type StartKind = 'request' | 'response' | 'maybe' | undefined;

/** `HTTP/1.` */
const VERSION: readonly number[] = [0x48, 0x54, 0x54, 0x50, 0x2f, 0x31, 0x2e];
/** Octets of ` HTTP/1.1`, which ends a request line. */
const VERSION_AT_END = 9;

/** `HTTP/` and a major version of 1 at `at`, as far as it is there. */
function isVersion(view: DataView, at: number, end: number): boolean {
  for (let i = 0; i < VERSION.length && at + i < end; i++) if (view.getUint8(at + i) !== VERSION[i]) return false;
  return at < end;
}

export const isUpper = (octet: number): boolean => octet >= 0x41 && octet <= 0x5a;
const isDigit = (octet: number): boolean => octet >= 0x30 && octet <= 0x39;

/** Tells what message of HTTP/1 begins at `start` by as much of its start line as is there (RFC 9112 §3, §4). */
export function startKind(view: DataView, start: number, end: number): StartKind {
  // Every segment of a stream is asked, and hardly any other protocol's begin with a capital: no text is made of those.
  if (start >= end || !isUpper(view.getUint8(start))) return undefined;
  if (isVersion(view, start, end)) return statusKind(view, start, end);
  const longest = Math.min(start + LONGEST_METHOD + 1, end);
  const space = find(view, SP, start, longest);
  const method = asciiText(view, start, space);
  if (space === end) return [...METHODS].some((known) => known.startsWith(method)) ? 'maybe' : undefined;
  if (space === longest || !/^[A-Z][A-Z-]*$/.test(method)) return undefined;
  const behind = behindLine(view, start, Math.min(end, start + GREATEST_START_LINE));
  if (behind < 0) return METHODS.has(method) ? 'request' : undefined;
  const version = lineTextEnd(view, start, behind) - VERSION_AT_END;
  const ends = version > start && view.getUint8(version) === SP && isVersion(view, version + 1, end);
  return ends && isDigit(view.getUint8(version + VERSION_AT_END - 1)) ? 'request' : undefined;
}

function statusKind(view: DataView, start: number, end: number): StartKind {
  const line = asciiText(view, start, Math.min(start + 13, end));
  if (line.length < 12) return /^HTTP\/1\.\d? ?\d{0,3}$/.test(line) || line.length < 8 ? 'maybe' : undefined;
  return /^HTTP\/1\.\d \d{3}(?:[ \r\n]|$)/.test(line) ? 'response' : undefined;
}

/** A whole start line of HTTP/1.0 or 1.1 with a registered method, or a status line: no other protocol has one. */
export function isHttpHead(view: DataView, start: number, end: number): boolean {
  const kind = startKind(view, start, end);
  if (kind === 'response') return end - start > 12;
  if (kind !== 'request') return false;
  const method = asciiText(view, start, find(view, SP, start, end));
  return METHODS.has(method) && behindLine(view, start, Math.min(end, start + GREATEST_START_LINE)) > 0;
}

/** First octet behind the empty line that ends the head, or -1 where that was not found before `end`. */
export function headEnd(view: DataView, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const behind = behindLine(view, at, end);
    if (behind < 0) return -1;
    if (lineTextEnd(view, at, behind) === at) return behind;
    at = behind;
  }
  return -1;
}

/** A header line: name in lower case, and the octets of the value without white space around. */
export interface HeaderLine {
  readonly name: string;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** Takes the header line within [at, end) apart; undefined where it has no name (a folded line, RFC 9112 §5.2). */
export function headerLine(view: DataView, at: number, end: number): HeaderLine | undefined {
  const textEnd = lineTextEnd(view, at, end);
  const colon = find(view, COLON, at, textEnd);
  if (colon === at || colon === textEnd) return undefined;
  const name = asciiText(view, at, colon).toLowerCase();
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) return undefined;
  let valueStart = colon + 1;
  let valueEnd = textEnd;
  const isSpace = (position: number): boolean => view.getUint8(position) === SP || view.getUint8(position) === TAB;
  while (valueStart < valueEnd && isSpace(valueStart)) valueStart++;
  while (valueEnd > valueStart && isSpace(valueEnd - 1)) valueEnd--;
  return { name, valueStart, valueEnd };
}

/**
 * Octets of the message whose start line begins at `start`: the head and, by its Content-Length or last chunk, its body;
 * Infinity where only the connection's end or an octet not there yet ends the body; 0 when no message begins there;
 * -1 when the head goes on.
 */
export function messageLength(view: DataView, start: number, end: number): number {
  const kind = startKind(view, start, end);
  if (kind === undefined) return 0;
  const head = kind === 'maybe' ? -1 : headEnd(view, start, Math.min(end, start + GREATEST_HEAD));
  if (head < 0) return end - start > GREATEST_HEAD ? 0 : -1;
  return head - start + bodyLength(view, start, head, end, kind === 'response');
}

/** Octets of the body behind the head [start, head), RFC 9112 §6.3. That a response answers HEAD is not to be seen here. */
function bodyLength(view: DataView, start: number, head: number, end: number, isResponse: boolean): number {
  if (isResponse && /^(?:1\d\d|204|304)$/.test(asciiText(view, start + 9, start + 12))) return 0;
  let length = isResponse ? Number.POSITIVE_INFINITY : 0;
  for (let at = behindLine(view, start, head); at < head; ) {
    const behind = behindLine(view, at, head);
    const initial = view.getUint8(at) | LOWER_CASE;
    const line = initial === CHARACTER_C || initial === CHARACTER_T ? headerLine(view, at, behind) : undefined;
    if (line !== undefined && (line.name === 'content-length' || line.name === 'transfer-encoding')) {
      const value = asciiText(view, line.valueStart, line.valueEnd);
      if (line.name === 'transfer-encoding' && /(?:^|,)[ \t]*chunked$/i.test(value))
        return chunkedLength(view, head, end);
      if (line.name === 'content-length' && /^\d{1,15}$/.test(value)) length = Number(value);
    }
    at = behind;
  }
  return length;
}

/** Octets of a chunked body that begins at `start` (RFC 9112 §7.1), or Infinity where its last chunk is not there. */
function chunkedLength(view: DataView, start: number, end: number): number {
  for (let at = start; at < end; ) {
    const behind = behindLine(view, at, end);
    if (behind < 0) break;
    const size = /^[0-9a-f]{1,8}(?=[ \t;]|$)/i.exec(asciiText(view, at, lineTextEnd(view, at, behind)));
    if (size === null) break;
    const octets = Number.parseInt(size[0], 16);
    if (octets === 0) {
      const trailer = headEnd(view, behind, end);
      return trailer < 0 ? Number.POSITIVE_INFINITY : trailer - start;
    }
    at = behind + octets;
    const chunkEnd = at < end ? behindLine(view, at, end) : -1;
    if (chunkEnd < 0 || lineTextEnd(view, at, chunkEnd) !== at) break;
    at = chunkEnd;
  }
  return Number.POSITIVE_INFINITY;
}
