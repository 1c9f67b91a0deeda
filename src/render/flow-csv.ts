/** Flows as comma-separated values, RFC 4180. */
import type { FlowDirection, FlowRecord } from '../flow/flow-record.ts';
import { safeText } from './safe-text.ts';

type Cell = string | number | boolean | undefined | null;

const DIRECTION_COLUMNS: readonly (keyof FlowDirection)[] = [
  'packets',
  'ip_bytes',
  'payload_bytes',
  'wire_bytes',
  'retransmissions',
  'fast_retransmissions',
  'spurious_retransmissions',
  'out_of_order',
  'duplicate_acks',
  'lost_segments',
  'zero_windows',
  'zero_window_time',
  'window_full',
  'keep_alives',
  'mss',
  'duplicates',
];

const COLUMNS: readonly (readonly [name: string, value: (flow: FlowRecord) => Cell])[] = [
  ['id', (flow) => flow.id],
  ['community_id', (flow) => flow.community_id],
  ['point', (flow) => flow.point],
  ['protocol', (flow) => flow.protocol],
  ['client_ip', (flow) => flow.client.ip],
  ['client_port', (flow) => flow.client.port],
  ['client_pod', (flow) => flow.client.pod],
  ['client_node', (flow) => flow.client.node],
  ['client_guessed', (flow) => flow.client.guessed ?? false],
  ['server_ip', (flow) => flow.server.ip],
  ['server_port', (flow) => flow.server.port],
  ['server_pod', (flow) => flow.server.pod],
  ['server_node', (flow) => flow.server.node],
  ['server_service', (flow) => flow.server.service],
  ['start', (flow) => flow.start],
  ['end', (flow) => flow.end],
  ['duration', (flow) => flow.duration],
  ...(['c2s', 's2c'] as const).flatMap((side) =>
    DIRECTION_COLUMNS.map((column): [string, (flow: FlowRecord) => Cell] => [
      `${side}_${column}`,
      (flow) => {
        const value = flow[side][column];
        return typeof value === 'number' ? value : undefined;
      },
    ]),
  ),
  ['tcp_state', (flow) => flow.tcp?.state],
  ['tcp_handshake', (flow) => flow.tcp?.handshake],
  ['tcp_rtt', (flow) => flow.tcp?.rtt],
  ['tunnel', (flow) => flow.tunnel.map(({ kind }) => kind).join(' ')],
  ['tunnel_id', (flow) => flow.tunnel.map(({ vni, key }) => vni ?? key ?? '').join(' ')],
  ['tunnel_client', (flow) => flow.tunnel.map(({ client }) => client).join(' ')],
  ['tunnel_server', (flow) => flow.tunnel.map(({ server }) => server).join(' ')],
  ['nat', (flow) => flow.nat?.map(({ kind, flow: other }) => `${kind} ${other}`).join(' ')],
];

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Spreadsheets take a text that begins so, in full width too, for a formula, and run it; behind an apostrophe it stays text. */
const FORMULA = /^[=+@\-＝＋＠－]/;

/** Text that neither needs quotes nor can be a formula, as most is. */
const PLAIN = /^[0-9A-Za-z][\w.: /+-]*$/;

/** A cell; names from captures must neither command a terminal nor a spreadsheet. */
function cellText(cell: Cell): string {
  if (typeof cell !== 'string') return String(cell ?? '');
  if (PLAIN.test(cell)) return cell;
  const text = safeText(cell);
  return quoted(FORMULA.test(text) ? `'${text}` : text);
}

/** Names of the columns. */
export const FLOW_CSV_HEADER = COLUMNS.map(([name]) => name).join(',');

/** One flow as a row of the columns. */
export function flowCsv(flow: FlowRecord): string {
  let row = '';
  for (let i = 0; i < COLUMNS.length; i++) row += (i === 0 ? '' : ',') + cellText(COLUMNS[i]![1](flow));
  return row;
}
