/** What happens to a BGP session: RFC 4271 §4. */
import { formatTime } from '../capture/timestamp.ts';
import { ipv4Text } from '../dissect/value.ts';
import { notificationText } from '../protocols/bgp-notification.ts';
import { openAs } from '../protocols/bgp-summary.ts';
import type { BgpApplication, BgpEvent } from './application.ts';
import type { ApplicationParser, MessageOrigin } from './application-message.ts';

const MARKER = 16;
const HEADER = 19;
const TYPE_AT = 18;
/** Fixed octets of an OPEN behind the header: version, AS, hold time, identifier, length of parameters. */
const OPEN_BODY = 10;
const OPEN_HOLD_TIME = 3;
const OPEN_IDENTIFIER = 5;
const Message = { open: 1, update: 2, notification: 3, keepalive: 4 } as const;
const LAST_TYPE = 5;
/** Octets of a message that are put together: all but those of RFC 8654. */
const LONGEST_MESSAGE = 4096;
/** Events of a session that are told. */
const MOST_EVENTS = 16;
const NANOS = 1e9;

/** Whether a message begins at `start`, by as much of its header as is there. */
export function isBgpMessage(view: DataView, start: number, end: number): boolean {
  for (let at = start; at < Math.min(start + MARKER, end); at++) if (view.getUint8(at) !== 0xff) return false;
  if (start + HEADER > end) return start + MARKER <= end;
  const type = view.getUint8(start + TYPE_AT);
  return view.getUint16(start + MARKER) >= HEADER && type >= Message.open && type <= LAST_TYPE;
}

/** Reads the messages of both peers. */
export class BgpParser implements ApplicationParser<BgpApplication> {
  readonly longest = LONGEST_MESSAGE;
  readonly isDone = false;
  private readonly base: () => number;
  private readonly events: BgpEvent[] = [];
  private keepalives = 0;
  private updates = 0;
  private notifications = 0;

  /** @param base second that times count from */
  constructor(base: () => number) {
    this.base = base;
  }

  message(view: DataView, start: number, end: number, origin: MessageOrigin, isAll: boolean): number {
    if (start + HEADER > end) return isAll ? -1 : 0;
    if (!isBgpMessage(view, start, end)) return -1;
    const length = view.getUint16(start + MARKER);
    const type = view.getUint8(start + TYPE_AT);
    const isRead = type === Message.open || type === Message.notification;
    if (isRead && start + length > end && !isAll) return 0;
    const limit = Math.min(start + length, end);
    if (type === Message.update) this.updates++;
    else if (type === Message.keepalive) this.keepalives++;
    else if (type === Message.open) this.open(view, start, limit, origin);
    else if (type === Message.notification) this.notification(view, start, limit, origin);
    return length;
  }

  facts(): BgpApplication {
    const { events, keepalives, updates, notifications } = this;
    return { protocol: 'bgp', events, keepalives, updates, notifications };
  }

  private open(view: DataView, start: number, end: number, origin: MessageOrigin): void {
    const at = start + HEADER;
    if (at + OPEN_BODY > end || this.events.length === MOST_EVENTS) return;
    this.events.push({
      time: this.timeOf(origin),
      from: origin.from(),
      message: 'OPEN',
      as: openAs(view, start, end),
      hold_time: view.getUint16(at + OPEN_HOLD_TIME),
      identifier: ipv4Text(view, at + OPEN_IDENTIFIER),
    });
  }

  private notification(view: DataView, start: number, end: number, origin: MessageOrigin): void {
    this.notifications++;
    if (this.events.length === MOST_EVENTS) return;
    const reason = notificationText(view, start + HEADER, end);
    this.events.push({
      time: this.timeOf(origin),
      from: origin.from(),
      message: 'NOTIFICATION',
      ...(reason === '' ? {} : { reason }),
    });
  }

  private timeOf({ time }: MessageOrigin): string | null {
    if (Number.isNaN(time)) return null;
    const seconds = Math.floor(time / NANOS);
    return formatTime(this.base() + seconds, time - seconds * NANOS) ?? null;
  }
}
