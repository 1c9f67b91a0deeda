/** Facts about a capture, as capinfos gives them. */
import type { CaptureInput } from '../capture/input.ts';
import { linkTypeName } from '../capture/link-types.ts';
import type { Packet } from '../capture/packet.ts';
import { formatTime, NO_TIME } from '../capture/timestamp.ts';
import { safeText } from '../render/safe-text.ts';

/** What is counted of one capture. */
export class CaptureFacts {
  readonly path: string;
  input: CaptureInput | undefined;
  packets = 0;
  /** Octets captured and on the wire. */
  captured = 0;
  octets = 0;
  firstSeconds = Number.POSITIVE_INFINITY;
  firstNanos = 0;
  lastSeconds = Number.NEGATIVE_INFINITY;
  lastNanos = 0;
  /** Packets of which not all octets were captured. */
  cut = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** Counts a packet. */
  add(packet: Packet): void {
    const captured = packet.end - packet.start;
    this.packets++;
    this.captured += captured;
    this.octets += packet.wireLength;
    if (captured < packet.wireLength) this.cut++;
    this.addTime(packet.seconds, packet.nanos);
  }

  private addTime(seconds: number, nanos: number): void {
    if (nanos === NO_TIME) return;
    if (seconds < this.firstSeconds || (seconds === this.firstSeconds && nanos < this.firstNanos)) {
      this.firstSeconds = seconds;
      this.firstNanos = nanos;
    }
    if (seconds > this.lastSeconds || (seconds === this.lastSeconds && nanos > this.lastNanos)) {
      this.lastSeconds = seconds;
      this.lastNanos = nanos;
    }
  }

  get first(): string | undefined {
    return Number.isFinite(this.firstSeconds) ? formatTime(this.firstSeconds, this.firstNanos) : undefined;
  }

  get last(): string | undefined {
    return Number.isFinite(this.lastSeconds) ? formatTime(this.lastSeconds, this.lastNanos) : undefined;
  }

  /** Seconds between the first and the last packet. */
  get duration(): number {
    if (!Number.isFinite(this.firstSeconds)) return 0;
    return this.lastSeconds - this.firstSeconds + (this.lastNanos - this.firstNanos) / 1e9;
  }
}

/** The facts for JSON. */
export function captureRecord(of: CaptureFacts): Record<string, unknown> {
  const reader = of.input?.reader;
  return {
    capture: of.path,
    format: reader?.format,
    version: reader?.version,
    byte_order: reader?.byteOrder,
    packets: of.packets,
    captured_octets: of.captured,
    octets: of.octets,
    cut_packets: of.cut,
    start: of.first,
    end: of.last,
    duration: of.duration,
    interfaces: (reader?.interfaces ?? []).map((one) => ({
      name: one.name,
      description: one.description,
      link_type: linkTypeName(one.linkType),
      snap_length: one.snapLength,
      filter: one.filter,
      received: one.received,
      dropped: one.dropped,
    })),
    sections: reader?.sections.map(({ hardware, operatingSystem, application, comments }) => ({
      hardware,
      operating_system: operatingSystem,
      application,
      comments,
    })),
    skipped_blocks: [...(reader?.skippedBlocks ?? [])].map(([type, count]) => ({ type, count })),
  };
}

/** A number with thin groups of three digits. */
export function grouped(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** The facts as lines of text: name and value. */
export function factLines(of: CaptureFacts): [string, string][] {
  const reader = of.input?.reader;
  const lines: [string, string][] = [];
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') lines.push([name, safeText(value)]);
  };
  const { duration } = of;
  const order = reader?.byteOrder;
  add(
    'format',
    reader?.format && `${reader.format}${reader.version ? ` ${reader.version}` : ''}${order ? `, ${order}` : ''}`,
  );
  for (const one of reader?.interfaces.slice(0, 16) ?? []) {
    const drops = one.dropped === undefined ? '' : `, ${grouped(one.dropped)} dropped`;
    const filter = one.filter === undefined ? '' : `, filter '${one.filter}'`;
    const snap = one.snapLength === 0 ? '' : `, snap length ${grouped(one.snapLength)}`;
    add('interface', `${one.name ?? `if${one.number}`}: ${linkTypeName(one.linkType)}${snap}${filter}${drops}`);
  }
  for (const section of reader?.sections ?? []) {
    add('hardware', section.hardware);
    add('system', section.operatingSystem);
    add('application', section.application);
    for (const comment of section.comments) add('comment', comment);
  }
  add('packets', grouped(of.packets) + (of.cut === 0 ? '' : ` (${grouped(of.cut)} cut by the snap length)`));
  add('octets', `${grouped(of.octets)} on the wire, ${grouped(of.captured)} captured`);
  add('first', of.first);
  add('last', of.last);
  add('duration', `${duration.toFixed(6)} s`);
  if (duration > 0) {
    add(
      'rate',
      `${grouped(Math.round(of.packets / duration))} packets/s, ${grouped(Math.round((of.octets * 8) / duration))} bits/s`,
    );
  }
  if (of.packets > 0) add('mean size', `${(of.octets / of.packets).toFixed(1)} octets`);
  for (const [type, count] of reader?.skippedBlocks ?? []) {
    add('skipped', `${grouped(count)} blocks of type ${type === undefined ? 'other' : `0x${type.toString(16)}`}`);
  }
  return lines;
}
