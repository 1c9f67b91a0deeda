import { expect, test } from 'vitest';
import { standardProtocols } from '../../src/protocols/index.ts';
import { compare, newComparison, type Scope, totalAgreement } from './compare.ts';
import { declaredFields } from './declared.ts';
import { knownDifferences, sortDifferences } from './known-differences.ts';
import { amongThem, asShownBy, comparableStack, isDecrypted, theirNotation } from './notation.ts';
import { PdmlReader } from './pdml.ts';
import { decodeRecording, encodeRecording, RecordingBuilder, recordedValue } from './recording.ts';
import { commandFor } from './tshark.ts';

const ORIGIN = { version: '4.0.17', command: 'tshark', capture: 'ab' };

/** A recording of one packet per list of addresses, all in `ip`. */
function recordingOf(...packets: string[][]): ReturnType<RecordingBuilder['finish']> {
  const builder = new RecordingBuilder();
  for (const addresses of packets) {
    builder.packet();
    builder.frame('frame.time_epoch', '1.000000001');
    builder.frame('frame.cap_len', '20');
    builder.frame('frame.len', '60');
    builder.frame('frame.protocols', 'eth:ethertype:ip');
    builder.tree('eth');
    builder.tree('ip');
    for (const address of addresses) builder.field('ip.src', address);
  }
  return builder.finish(ORIGIN, 0, '');
}

test('a recording is read as it was written, and only the columns asked for', () => {
  const recording = recordingOf(['10.0.0.1', '10.0.0.2'], [], ['10.0.0.1']);
  expect(decodeRecording(encodeRecording(recording), () => true)).toEqual(recording);
  expect(decodeRecording(encodeRecording(recording), () => false).columns.size).toBe(0);
});

test('long values differ where they differ behind their beginning', () => {
  const beginning = 'a'.repeat(1000);
  expect(recordedValue(`${beginning}b`)).not.toBe(recordedValue(`${beginning}c`));
  expect(recordedValue(`${beginning}b`).length).toBeLessThan(160);
});

test('PDML: nested fields and protocols, entities, and texts with line ends', () => {
  const seen: string[] = [];
  const reader = new PdmlReader({
    packet: () => seen.push('packet'),
    protocol: (name) => seen.push(`protocol ${name}`),
    field: (name, show, value, isHidden) => seen.push(`${name}=${show}/${value}${isHidden ? ' hidden' : ''}`),
  });
  const lines = `<pdml>
<packet>
  <proto name="icmp" showname="I &lt;3" size="8" pos="0">
    <field name="icmp.type" showname="Type: 3" size="1" pos="0" show="3" value="03"/>
    <proto name="ip" size="20" pos="8">
      <field name="ip.addr" showname="Address" hide="yes" size="4" pos="20" show="10.0.0.1" value="0a000001"/>
    </proto>
  </proto>
  <proto name="http" size="8" pos="0">
    <field name="http.host" show="a &quot;b&#x27;
c" value="61"/>
  </proto>
</packet>
</pdml>`;
  for (const line of lines.split('\n')) reader.line(Buffer.from(line));
  expect(seen).toEqual([
    'packet',
    'protocol icmp',
    'icmp.type=3/03',
    'ip=/',
    'ip.addr=10.0.0.1/0a000001 hidden',
    'protocol http',
    'http.host=a "b\'\nc/61',
  ]);
});

test.each([
  ['eth:ethertype:ip:tcp', 'eth:ip:tcp', ''],
  ['eth:ethertype:ip:udp:data', 'eth:ip:udp', ''],
  ['eth:ethertype:ip:udp:gtp:ip:tcp', 'eth:ip:udp', 'gtp'],
  ['eth:ethertype:ip:igmp:igmp', 'eth:ip:igmp', ''],
  ['eth:ethertype:ip:ip:udp', 'eth:ip:ip:udp', ''],
  ['eth:ethertype:ip:tcp:http:data', 'eth:ip:tcp', ''],
  ['eth:ethertype:ipv6:icmpv6:icmp', 'eth:ipv6:icmpv6', ''],
  ['eth:ethertype:ipv6:icmpv6:ip:icmp', 'eth:ipv6:icmpv6:ip:icmp', ''],
])('the stack %s is %s, then %s', (theirs, stack, foreign) => {
  const names = ['eth', 'ip', 'ipv6', 'tcp', 'udp', 'icmp', 'icmpv6', 'igmp', 'http'];
  expect(
    comparableStack(
      theirs,
      (name) => names.includes(name),
      () => false,
    ),
  ).toMatchObject({ stack, foreign });
});

test.each([
  ['uint', '0x0800', '2048'],
  ['bool', 'True', '1'],
  ['uint64', '0xffffffffffffffff', '18446744073709551615'],
  ['number', '1.500000', '1.5'],
  ['bytes', 'AB:cd', 'ab:cd'],
  ['text', 'Dec  9, 2008 11:00:04.500000000 UTC', '2008-12-09T11:00:04.5Z'],
  ['text', '0x0800', '0x0800'],
] as const)('%s: %s is %s', (kind, show, expected) => {
  expect(theirNotation(kind, show)).toBe(expected);
});

test('a difference is told with its packet, and counts once however many values the field has', () => {
  const fields = new Map([...declaredFields(standardProtocols)].filter(([name]) => name === 'ip.src'));
  const scope: Scope = { fields, isOurs: () => true };
  const ours = { ...recordingOf(['10.0.0.1', '10.0.0.2'], ['10.0.0.3']), stacks: ['eth:ip', 'eth:ip:tcp'] };
  const comparison = newComparison();
  compare('a.pcap', ours, recordingOf(['10.0.0.1', '10.0.0.9'], ['10.0.0.3']), scope, comparison);
  expect(comparison.differences).toEqual([
    { file: 'a.pcap', packet: 2, protocol: 'frame', field: 'frame.protocols', ours: 'eth:ip:tcp', theirs: 'eth:ip' },
    {
      file: 'a.pcap',
      packet: 1,
      protocol: 'ip',
      field: 'ip.src',
      ours: '10.0.0.1 | 10.0.0.2',
      theirs: '10.0.0.1 | 10.0.0.9',
    },
  ]);
  expect(comparison.agreements.get('ip')).toEqual({ packets: 2, stacks: 1, fields: 2, equal: 1 });
  expect(totalAgreement(comparison)).toEqual({ packets: 2, stacks: 1, fields: 8, equal: 7 });
});

test('what is not ours is not counted, nor what stands behind it', () => {
  const fields = new Map([...declaredFields(standardProtocols)].filter(([name]) => name === 'ip.src'));
  const comparison = newComparison();
  const ours = { ...recordingOf([]), stacks: ['eth'] };
  const theirs = recordingOf(['10.0.0.1']);
  compare('a.pcap', ours, theirs, { fields, isOurs: (name) => name === 'eth' }, comparison);
  expect(comparison.differences).toEqual([]);
  expect(comparison.foreign).toEqual(new Map([['ip', 1]]));
});

test('octets named without being shown are compared by their number', () => {
  expect(asShownBy(['(2 octets)'], ['ab:cd'])).toEqual(['(2 octets)']);
  expect(asShownBy(['(3 octets)'], ['ab:cd'])).toEqual(['(2 octets)']);
  expect(asShownBy(['(100 octets)'], [recordedValue('ab:'.repeat(100).slice(0, -1))])).toEqual(['(100 octets)']);
  expect(asShownBy(['ab:cd'], ['ab:cd'])).toEqual(['ab:cd']);
  expect(theirNotation('bytes', '(2 octets)')).toBe('(2 octets)');
  expect(theirNotation('uint', '(1 octets)')).toBe('');
});

test('octets shown beside their meaning are compared where we show them', () => {
  expect(amongThem(['b'], ['a', 'b', 'c'])).toEqual(['b']);
  expect(amongThem(['c', 'a'], ['a', 'b', 'c'])).toEqual(['a', 'b', 'c']);
});

test('what tshark decrypted is not compared', () => {
  expect(isDecrypted('tls.handshake.type', 'quic')).toBe(true);
  expect(isDecrypted('quic.version', 'quic')).toBe(false);
  expect(isDecrypted('tls.handshake.type', 'tls')).toBe(false);
});

test('a capture is read with the arguments of its own, and a recording made with others is out of date', () => {
  expect(commandFor('a/http/grpc-unary.pcap')).toContain('-d tcp.port==30035,http2');
  expect(commandFor('a/other-http/grpc-unary.pcap')).not.toContain('30035');
});

test('known differences excuse what fits them, and what occurs less or more often is told', () => {
  const entry = (line: number, place: string, theirs: string): ReturnType<typeof knownDifferences>[number] => ({
    line,
    place,
    field: 'ip.*',
    ours: '*',
    theirs,
    times: 1,
    reason: '',
    specification: '',
  });
  const difference = { file: 'a/b.pcap', packet: 7, protocol: 'ip', field: 'ip.len', ours: '0', theirs: '' };
  const list = [entry(2, 'shared/a/*#7', '-'), entry(3, 'shared/c.pcap', '*'), entry(4, 'fixtures/c.pcap', '*')];
  const { unknown, miscounted } = sortDifferences('shared', [difference, { ...difference, packet: 77 }], list);
  expect(unknown.map(({ packet }) => packet)).toEqual([77]);
  expect(miscounted).toEqual(['line 3: shared/c.pcap ip.*: 0, not 1']);
  expect(sortDifferences('shared', [difference, difference], list.slice(0, 1)).miscounted).toHaveLength(1);
});

test('the list is complete in each line', () => {
  for (const { times, reason, specification } of knownDifferences()) {
    expect(times).toBeGreaterThan(0);
    expect(reason.length).toBeGreaterThan(10);
    expect(specification).toMatch(/\d/);
  }
});
