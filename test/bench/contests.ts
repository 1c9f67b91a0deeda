/** What is measured against what, and how it should compare. */
import type { CaptureWanted, Contender, Contest, Goal } from './contest.ts';

const MIX: CaptureWanted = { name: 'mix', size: 1 };
const SHORT: CaptureWanted = { name: 'mix', size: 0.3 };
const SMALL: CaptureWanted = { name: 'small', size: 1 };
const SLICE: CaptureWanted = { name: 'mix', size: 'slice' };

const SEVEN = ['frame.number', 'frame.len', 'ip.src', 'ip.dst', 'tcp.srcport', 'tcp.dstport', 'tcp.seq_raw'];
const FIELDS = SEVEN.flatMap((name) => ['-e', name]);

const ours = (id: string, capture: CaptureWanted, ...words: string[]): Contender => ({
  id,
  words: ['netdissect', ...words, 'F'],
  captures: [capture],
});

const peer = (debian: string, id: string, capture: CaptureWanted, ...words: string[]): Contender => ({
  id,
  words,
  captures: [capture],
  package: debian,
});

const time = (of: string, by: string, atMost: number): Goal => ({ kind: 'time', ours: of, peer: by, atMost });

const tcpdumpCopy = (capture: CaptureWanted): Contender =>
  peer('tcpdump', 'tcpdump -w', capture, 'tcpdump', '-r', 'F', '-w', '/dev/null');

const GROWTH = [0.25, 0.5, 1, 2, 4];
const FLOWS = 100_000;
const FLOW_COUNTS = [1000, 10_000, 100_000, 1_000_000];

/** @param octets size the bench is run with */
export function contests(octets: number, folder: string): readonly Contest[] {
  const flows = Math.round(octets / (1e9 / FLOWS));
  return [
    {
      section: 'flows',
      title: 'Flows of a node’s usual traffic (mix)',
      note: 'nfpcapd, argus and ndpiReader see no inner flows of VXLAN on port 8472; tcpdump -w decodes nothing.',
      contenders: [
        ours('flows --top 20', MIX, 'flows', '--top', '20'),
        ours('flows --json', MIX, 'flows', '--json'),
        tcpdumpCopy(MIX),
        peer('nfdump', 'nfpcapd', MIX, 'nfpcapd', '-r', 'F', '-w', folder),
        peer('argus-server', 'argus', MIX, 'argus', '-r', 'F', '-w', '/dev/null'),
        peer('libndpi-bin', 'ndpiReader', MIX, 'ndpiReader', '-q', '-i', 'F'),
        peer('tshark', 'tshark -z conv,tcp', SLICE, ...'tshark -q -z conv,tcp -d udp.port==8472,vxlan -r F'.split(' ')),
      ],
      goals: [
        time('flows --top 20', 'tcpdump -w', 1.15),
        time('flows --json', 'tcpdump -w', 1.5),
        time('flows --top 20', 'nfpcapd', 1 / 3),
        time('flows --top 20', 'argus', 1 / 5),
        time('flows --top 20', 'ndpiReader', 1),
        time('flows --top 20', 'tshark -z conv,tcp', 1 / 40),
        { kind: 'memory', ours: 'flows --top 20', atMost: 200 },
      ],
    },
    {
      section: 'small',
      title: 'Flows of short packets and many conversations (small)',
      contenders: [
        ours('flows --top 20', SMALL, 'flows', '--top', '20'),
        ours('flows --json', SMALL, 'flows', '--json'),
        tcpdumpCopy(SMALL),
      ],
      goals: [
        time('flows --top 20', 'tcpdump -w', 2.1),
        time('flows --json', 'tcpdump -w', 3.8),
        // 100 MB, and 300 octets a flow.
        { kind: 'memory', ours: 'flows --top 20', atMost: 100 + (300 * 10 * flows) / 1e6 },
        { kind: 'memory', ours: 'flows --json', atMost: 100 + (300 * 10 * flows) / 1e6 },
      ],
    },
    {
      section: 'rows',
      title: 'Dissecting to rows of layers, and nothing with them',
      note: 'Of the shorter capture, the start of Node and the loading of its modules are a third of the whole process; `in it` is reading and dissecting.',
      contenders: [
        { id: 'rows, 0.3 ×', words: ['rows', 'F'], captures: [SHORT] },
        { id: 'in it, 0.3 ×', words: ['rows', 'F'], captures: [SHORT], clock: 'own' },
        { ...tcpdumpCopy(SHORT), id: 'tcpdump -w, 0.3 ×' },
        { id: 'rows, 1 ×', words: ['rows', 'F'], captures: [MIX] },
        { ...tcpdumpCopy(MIX), id: 'tcpdump -w, 1 ×' },
      ],
      goals: [time('in it, 0.3 ×', 'tcpdump -w, 0.3 ×', 1.6), time('rows, 1 ×', 'tcpdump -w, 1 ×', 1.6)],
    },
    {
      section: 'packets',
      title: 'Every packet told',
      note: 'tshark reads a slice, and is compared by packet.',
      contenders: [
        ours('--json', MIX, '--json'),
        ours('lines', MIX),
        ours('-T fields', MIX, '-T', 'fields', ...FIELDS),
        ours('--layers', MIX, '--layers'),
        peer('tcpdump', 'tcpdump -n', MIX, 'tcpdump', '-n', '-r', 'F'),
        peer('tshark', 'tshark -T ek', SLICE, 'tshark', '-T', 'ek', '-r', 'F'),
        peer('tshark', 'tshark -T fields', SLICE, 'tshark', '-T', 'fields', ...FIELDS, '-r', 'F'),
        peer('tshark', 'tshark -V', SLICE, 'tshark', '-V', '-r', 'F'),
      ],
      goals: [
        time('--json', 'tcpdump -n', 1 / 1.5),
        time('--json', 'tshark -T ek', 1 / 50),
        time('-T fields', 'tshark -T fields', 1 / 60),
        time('--layers', 'tshark -V', 1 / 8),
      ],
    },
    {
      section: 'count',
      title: 'Packets counted',
      contenders: [
        ours('stats --packets', MIX, 'stats', '--packets'),
        peer('wireshark-common', 'capinfos -c', MIX, 'capinfos', '-c', 'F'),
      ],
      goals: [time('stats --packets', 'capinfos -c', 1)],
    },
    {
      section: 'gzip',
      title: 'Compressed captures',
      contenders: (['default', 'fast'] as const).flatMap((compression) => {
        const capture: CaptureWanted = { ...MIX, compression };
        return [
          ours(`flows, ${compression}`, capture, 'flows', '--top', '20'),
          {
            id: `zcat | tcpdump -w, ${compression}`,
            words: ['sh', '-c', 'zcat "$1" | tcpdump -r - -w /dev/null', 'sh', 'F'],
            captures: [capture],
          },
        ];
      }),
      goals: ['default', 'fast'].map((one) => time(`flows, ${one}`, `zcat | tcpdump -w, ${one}`, 1 / 1.8)),
    },
    {
      section: 'jobs',
      title: 'Two captures at once',
      contenders: ['1', '2'].map((jobs) => ({
        id: `--jobs ${jobs}`,
        words: ['netdissect', 'flows', '--top', '20', '--jobs', jobs, 'F', 'G'],
        captures: [MIX, { ...MIX, variation: { seed: 2 } }],
      })),
      goals: [time('--jobs 2', '--jobs 1', 1 / 1.5)],
    },
    {
      section: 'growth',
      title: 'Longer captures of the same number of flows',
      contenders: GROWTH.map((size) =>
        ours(`${size} ×`, { name: 'mix', size, variation: { flows } }, 'flows', '--top', '20'),
      ),
      goals: [
        { kind: 'line', atMost: 0.15 },
        { kind: 'memory ratio', ours: '4 ×', peer: '1 ×', atMost: 1.1 },
      ],
    },
    {
      section: 'many',
      title: 'More flows',
      note: 'Captures of one size with short packets: the fewer the flows, the longer they are.',
      contenders: FLOW_COUNTS.filter((count) => count <= octets / 1000).map((count) =>
        ours(`${count} flows`, { name: 'small', size: 1, variation: { flows: count } }, 'flows', '--top', '20'),
      ),
      goals: [],
    },
    {
      section: 'start',
      title: 'Start-up',
      runs: 3,
      contenders: [
        { id: 'node -e 0', words: ['node', '-e', '0'], captures: [] },
        { id: '--version', words: ['netdissect', '--version'], captures: [] },
        { id: 'packets', words: ['netdissect', 'fixtures/captures/flannel-vxlan/node1-eth1.pcap'], captures: [] },
      ],
      goals: [time('--version', 'node -e 0', 1.5), time('packets', 'node -e 0', 2)],
    },
  ];
}
