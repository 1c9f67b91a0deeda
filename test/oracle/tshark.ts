/** The independent dissector: tshark 4.0, with the exact command and preferences every recorded answer was made with. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Whether fragments and segments are put together before they are dissected, by tshark as by us. */
export const REASSEMBLE: boolean = false;

/** Ports tshark does not know by itself: Linux' and flannel's VXLAN, and flannel's UDP backend, whose payload is a bare IP packet. */
const DECODE_AS = ['udp.port==8472,vxlan', 'udp.port==8285,ip'];

/** HTTP/2 on a port; what stands in it is not looked at, for gRPC ends tshark 4.0's dissection where the request's head is not there. */
const http2On = (port: number): string[] => ['-d', `tcp.port==${port},http2`, '--disable-protocol', 'grpc'];
/** SOME/IP is neither tshark's nor ours, but tshark would guess that it is DNS. */
const SOMEIP = ['-d', 'udp.port==30490,data'];

/** By the end of a capture's path: what runs there on a port nobody registered, and is recognised by its content only here. */
const OWN_ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  'http/grpc-segmented.pcap': http2On(20035),
  'http/grpc-server-stream.pcap': http2On(9001),
  'http/grpc-service-name.pcap': http2On(51400),
  'http/grpc-unary.pcap': http2On(30035),
  'http/grpc-unknown.pcap': http2On(7000),
  'http/h2c_ascii.pcap': http2On(7070),
  'http/http2-multi.pcap': http2On(3550),
  'http/httpv2-stream-id.pcap': http2On(11800),
  'common/ff-vxlan.pcap': ['-d', 'udp.port==58678,vxlan'],
  'PacketExamples/SomeIpSd.pcapng': SOMEIP,
  'tests/someip1.pcap': SOMEIP,
};

const reassemble = REASSEMBLE ? 'TRUE' : 'FALSE';

/** Preferences that differ from those tshark comes with. */
const PREFERENCES = [
  `ip.defragment:${reassemble}`,
  `ipv6.defragment:${reassemble}`,
  `tcp.desegment_tcp_streams:${reassemble}`,
  `sctp.reassembly:${reassemble}`,
  // Without a history there is nothing to tell a retransmitted segment by: what it carries is dissected like any other's.
  `tcp.no_subdissector_on_error:${reassemble}`,
  // Sums are compared as the octets that stand in the packet, right or wrong.
  'ip.check_checksum:FALSE',
  'tcp.check_checksum:FALSE',
  'udp.check_checksum:FALSE',
];

/** Arguments of tshark that are the same for every capture. `-n` keeps names out of values. */
export const ARGUMENTS: readonly string[] = [
  '-n',
  ...DECODE_AS.flatMap((rule) => ['-d', rule]),
  ...PREFERENCES.flatMap((preference) => ['-o', preference]),
  '-T',
  'pdml',
];

/** Arguments of tshark behind the name of a capture. */
export function argumentsFor(capture: string): string[] {
  const own = Object.entries(OWN_ARGUMENTS).find(([path]) => capture.endsWith(`/${path}`));
  return [...ARGUMENTS, ...(own?.[1] ?? [])];
}

/** The command for a capture as its recording tells it. */
export function commandFor(capture: string): string {
  return ['tshark', ...argumentsFor(capture)].join(' ');
}

/** No profile, no plugins of the user's and no time zone may change an answer. */
const ENVIRONMENT = {
  PATH: process.env['PATH'] ?? '',
  TZ: 'UTC',
  LC_ALL: 'C.UTF-8',
  WIRESHARK_CONFIG_DIR: '/nonexistent',
};

/** How a run of tshark ended. */
export interface TsharkEnd {
  readonly status: number;
  /** What it wrote to stderr, without the file's directory and the warning about root. */
  readonly message: string;
}

/** Runs tshark and hands each line of its output to `onLine`. Rejects when there is no tshark. */
export async function runTshark(argv: readonly string[], onLine: (line: Buffer) => void): Promise<TsharkEnd> {
  const child = spawn('tshark', argv, { env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'close');
  let message = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    message += text;
  });
  let rest: Buffer = Buffer.alloc(0);
  child.stdout.on('data', (chunk: Buffer) => {
    const octets = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let at = octets.indexOf(10); at >= 0; at = octets.indexOf(10, from)) {
      onLine(octets.subarray(from, at));
      from = at + 1;
    }
    rest = octets.subarray(from);
  });
  const [status] = (await exited) as [number | null];
  const lines = message.split('\n').filter((line) => line !== '' && !line.startsWith('Running as user'));
  return { status: status ?? -1, message: lines.join(' ').replaceAll(/"[^"]*\//g, '"') };
}

/** Version as tshark tells it, for example `4.0.17`. */
export async function tsharkVersion(): Promise<string> {
  let first = '';
  await runTshark(['--version'], (line) => {
    first ||= line.toString();
  });
  return /\d+\.\d+\.\d+/.exec(first)?.[0] ?? 'unknown';
}

/** Types of all fields tshark has, by name: `ip.src` → `FT_IPv4`. */
export async function tsharkFields(): Promise<Map<string, string>> {
  const types = new Map<string, string>();
  await runTshark(['-G', 'fields'], (line) => {
    const [record, , name, type] = line.toString().split('\t');
    if (record === 'F' && name !== undefined && type !== undefined) types.set(name, type);
  });
  return types;
}
