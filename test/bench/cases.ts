/** What is measured against what, and how it should compare. */

/** A command of ours and a peer's for the same purpose. `F` in the words is the capture. */
export interface BenchCase {
  readonly name: string;
  readonly workload: 'mix' | 'small';
  readonly ours: readonly string[];
  readonly peer: readonly [program: string, ...words: string[]];
  /** Debian package of the peer. */
  readonly package: string;
  /** Our time should be at most this many times the peer's. */
  readonly atMost: number;
  /** The peer is so slow that it gets a slice of the workload, and time is compared by packet. */
  readonly slice?: true;
}

const TCPDUMP_COPY = ['tcpdump', '-r', 'F', '-w', '/dev/null'] as const;
const SEVEN = ['frame.number', 'frame.len', 'ip.src', 'ip.dst', 'tcp.srcport', 'tcp.dstport', 'tcp.seq_raw'];
const fields = SEVEN.flatMap((name) => ['-e', name]);

/** Stands in a case's words for the program that only dissects. */
export const ROWS_ONLY = 'dissect-rows';

export const CASES: readonly BenchCase[] = [
  {
    name: 'flows --top 20',
    workload: 'mix',
    ours: ['flows', '--top', '20', 'F'],
    peer: TCPDUMP_COPY,
    package: 'tcpdump',
    atMost: 1.15,
  },
  {
    name: 'flows --json',
    workload: 'mix',
    ours: ['flows', '--json', 'F'],
    peer: TCPDUMP_COPY,
    package: 'tcpdump',
    atMost: 1.5,
  },
  {
    name: 'flows --top 20',
    workload: 'small',
    ours: ['flows', '--top', '20', 'F'],
    peer: TCPDUMP_COPY,
    package: 'tcpdump',
    atMost: 2.1,
  },
  {
    name: 'flows --json',
    workload: 'small',
    ours: ['flows', '--json', 'F'],
    peer: TCPDUMP_COPY,
    package: 'tcpdump',
    atMost: 3.8,
  },
  {
    name: 'dissect to rows',
    workload: 'mix',
    ours: [ROWS_ONLY, 'F'],
    peer: TCPDUMP_COPY,
    package: 'tcpdump',
    atMost: 1.6,
  },
  {
    name: 'flows',
    workload: 'mix',
    ours: ['flows', '--top', '20', 'F'],
    peer: ['nfpcapd', '-r', 'F', '-w', '/tmp'],
    package: 'nfdump',
    atMost: 1 / 3,
  },
  {
    name: 'flows',
    workload: 'mix',
    ours: ['flows', '--top', '20', 'F'],
    peer: ['argus', '-r', 'F', '-w', '/dev/null'],
    package: 'argus-server',
    atMost: 1 / 5,
  },
  {
    name: 'flows',
    workload: 'mix',
    ours: ['flows', '--top', '20', 'F'],
    peer: ['ndpiReader', '-q', '-i', 'F'],
    package: 'libndpi-bin',
    atMost: 1,
  },
  {
    name: 'flows',
    workload: 'mix',
    ours: ['flows', '--top', '20', 'F'],
    peer: ['tshark', '-q', '-z', 'conv,tcp', '-d', 'udp.port==8472,vxlan', '-r', 'F'],
    package: 'tshark',
    atMost: 1 / 40,
    slice: true,
  },
  {
    name: 'lines of JSON',
    workload: 'mix',
    ours: ['--json', 'F'],
    peer: ['tcpdump', '-nr', 'F'],
    package: 'tcpdump',
    atMost: 1 / 1.5,
  },
  {
    name: 'lines of JSON',
    workload: 'mix',
    ours: ['--json', 'F'],
    peer: ['tshark', '-T', 'ek', '-r', 'F'],
    package: 'tshark',
    atMost: 1 / 50,
    slice: true,
  },
  {
    name: 'seven fields',
    workload: 'mix',
    ours: ['-T', 'fields', ...fields, 'F'],
    peer: ['tshark', '-T', 'fields', ...fields, '-r', 'F'],
    package: 'tshark',
    atMost: 1 / 60,
    slice: true,
  },
  {
    name: 'trees',
    workload: 'mix',
    ours: ['--layers', 'F'],
    peer: ['tshark', '-V', '-r', 'F'],
    package: 'tshark',
    atMost: 1 / 8,
    slice: true,
  },
  {
    name: 'count',
    workload: 'mix',
    ours: ['stats', '--packets', 'F'],
    peer: ['capinfos', '-c', 'F'],
    package: 'wireshark-common',
    atMost: 1,
  },
];
