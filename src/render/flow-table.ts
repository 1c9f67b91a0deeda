/** Flows as a table that fits a width: addresses give way in their middle, numbers never. */
import type { FlowDirection, FlowEndpoint, FlowRecord, FlowTunnel } from '../flow/flow-record.ts';
import { safeText } from './safe-text.ts';
import type { Style } from './style.ts';

/** Widest table where no terminal says otherwise. */
const DEFAULT_WIDTH = 120;
/** Narrowest a column of addresses becomes. */
const LEAST_WIDTH = 9;

interface Column {
  readonly title: string;
  readonly right: boolean;
  /** May be shortened in the middle. */
  readonly shrinks: boolean;
  readonly text: (flow: FlowRecord, style: Style) => string;
}

const UNITS = ['', 'k', 'M', 'G', 'T', 'P'];

/** A number of octets in SI units, at most five characters: `999`, `21.5k`, `104M`. */
function siText(value: number): string {
  let unit = 0;
  let left = value;
  while (left >= 999.5 && unit < UNITS.length - 1) {
    left /= 1000;
    unit++;
  }
  return unit === 0 ? String(value) : `${left < 99.95 ? left.toFixed(1) : Math.round(left)}${UNITS[unit]}`;
}

/** Seconds in at most six characters: `71µs`, `29.5ms`, `1.53s`, `12m`. */
function secondsText(seconds: number): string {
  if (seconds < 0.001) return `${Math.round(seconds * 1e6)}µs`;
  if (seconds < 0.9995) return `${seconds < 0.0995 ? (seconds * 1e3).toFixed(1) : Math.round(seconds * 1e3)}ms`;
  if (seconds < 99.95) return `${seconds.toFixed(1)}s`;
  return seconds < 5970 ? `${Math.round(seconds / 60)}m` : `${Math.round(seconds / 3600)}h`;
}

function endpointText({ ip, port, pod, service, node }: FlowEndpoint): string {
  const name = pod ?? service ?? node;
  if (name !== undefined) return port === undefined ? name : `${name}:${port}`;
  if (port === undefined) return ip;
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

function tunnelText({ kind, vni, key, client, server, ...nodes }: FlowTunnel, style: Style): string {
  const id = vni ?? key;
  const ends = `${nodes.client_node ?? client}${style.arrow}${nodes.server_node ?? server}`;
  return `${kind}${id === undefined ? '' : ` ${id}`} ${ends}`;
}

/** Trouble in words, worst first: how often in both directions. */
const TROUBLES: readonly (readonly [counter: keyof FlowDirection, word: string])[] = [
  ['retransmissions', 'retr'],
  ['lost_segments', 'lost'],
  ['out_of_order', 'ooo'],
  ['zero_windows', 'zwin'],
];

function troubleText({ c2s, s2c }: FlowRecord): string {
  const words: string[] = [];
  for (const [counter, word] of TROUBLES) {
    const count = Number(c2s[counter] ?? 0) + Number(s2c[counter] ?? 0);
    if (count > 0) words.push(`${siText(count)} ${word}`);
  }
  return words.length === 0 ? '' : `! ${words.slice(0, 2).join(' ')}`;
}

const COLUMNS: readonly Column[] = [
  { title: 'ID', right: true, shrinks: false, text: (flow) => String(flow.id) },
  { title: 'PROTO', right: false, shrinks: false, text: (flow) => flow.protocol },
  { title: 'CLIENT', right: false, shrinks: true, text: (flow) => endpointText(flow.client) },
  { title: 'SERVER', right: false, shrinks: true, text: (flow) => endpointText(flow.server) },
  {
    title: 'TUNNEL',
    right: false,
    shrinks: true,
    text: (flow, style) => flow.tunnel.map((hop) => tunnelText(hop, style)).join(' '),
  },
  { title: 'PKTS', right: true, shrinks: false, text: ({ c2s, s2c }) => siText(c2s.packets + s2c.packets) },
  { title: 'SENT', right: true, shrinks: false, text: ({ c2s }) => siText(c2s.ip_bytes) },
  { title: 'RECVD', right: true, shrinks: false, text: ({ s2c }) => siText(s2c.ip_bytes) },
  { title: 'TIME', right: true, shrinks: false, text: ({ duration }) => secondsText(duration) },
  {
    title: 'RTT',
    right: true,
    shrinks: false,
    text: ({ tcp }) => (tcp?.rtt === undefined ? '' : secondsText(tcp.rtt)),
  },
  { title: 'STATE', right: false, shrinks: false, text: ({ tcp }) => tcp?.state ?? '' },
  {
    title: 'NAT',
    right: false,
    shrinks: true,
    text: ({ nat = [] }) => nat.map(({ kind, flow }) => `${kind} ${flow}`).join(', '),
  },
  { title: 'TROUBLE', right: false, shrinks: false, text: troubleText },
];
const POINT: Column = { title: 'POINT', right: false, shrinks: true, text: (flow) => flow.point };

/** Lays flows out in columns, whose widths are settled by the first of them. */
export class FlowTableText {
  private readonly columns: readonly Column[];
  private readonly widths: number[];
  private readonly style: Style;

  /**
   * @param sample flows that are to be shown: the first thousand are enough
   * @param hasPoints flows of several points are shown
   * @param width columns of the terminal
   */
  constructor(sample: readonly FlowRecord[], hasPoints: boolean, style: Style, width = DEFAULT_WIDTH) {
    this.style = style;
    const columns = hasPoints ? [COLUMNS[0]!, POINT, ...COLUMNS.slice(1)] : COLUMNS;
    // A column with nothing in it is left out.
    this.columns = columns.filter(({ text }) => sample.some((flow) => text(flow, style) !== ''));
    this.widths = this.columns.map(({ title, text }) =>
      sample.reduce((most, flow) => Math.max(most, text(flow, style).length), title.length),
    );
    this.fit(width);
  }

  private fit(width: number): void {
    const { widths, columns } = this;
    let excess = widths.reduce((sum, one) => sum + one + 1, -1) - width;
    while (excess > 0) {
      let widest = -1;
      columns.forEach(({ shrinks }, i) => {
        if (shrinks && widths[i]! > LEAST_WIDTH && (widest < 0 || widths[i]! > widths[widest]!)) widest = i;
      });
      if (widest < 0) return;
      widths[widest]!--;
      excess--;
    }
  }

  header(): string {
    return this.style.strong(this.row((column) => column.title));
  }

  line(flow: FlowRecord): string {
    return this.row((column) => safeText(column.text(flow, this.style)), flow);
  }

  private row(textOf: (column: Column) => string, flow?: FlowRecord): string {
    const cells = this.columns.map((column, i) => {
      const width = this.widths[i]!;
      const whole = textOf(column);
      const text = column.shrinks ? shorten(whole, width, this.style.ellipsis) : whole;
      const cell = column.right ? text.padStart(width) : text.padEnd(width);
      return flow !== undefined && column.title === 'TROUBLE' ? this.style.alarm(cell) : cell;
    });
    return cells.join(' ').trimEnd();
  }
}

/** The text with its middle left out where it is too wide. */
function shorten(text: string, width: number, ellipsis: string): string {
  if (text.length <= width) return text;
  const kept = Math.max(0, width - ellipsis.length);
  const tail = Math.ceil(kept / 2);
  return text.slice(0, kept - tail) + ellipsis + text.slice(text.length - tail);
}
