import { describe, expect, test } from 'vitest';
import type { CaptureInterface } from '../../src/capture/interface.ts';
import { interfacePoint, pointNames } from '../../src/capture/point.ts';
import { tickUnit } from '../../src/capture/timestamp.ts';

describe('pointNames', () => {
  test.each([
    ['one file', ['captures/node1-eth1.pcap'], ['node1-eth1']],
    ['compressed', ['x/eth1.pcap.gz', 'eth2.pcapng.zst'], ['eth1', 'eth2']],
    ['the same name in two folders', ['a/eth0.pcap', 'b/eth0.pcap'], ['a/eth0', 'b/eth0']],
    [
      'two folders of the same name',
      ['x/n1/eth0.pcap', 'y/n1/eth0.pcap', 'n2/eth0.pcap'],
      ['x/n1/eth0', 'y/n1/eth0', 'n2/eth0'],
    ],
    ['a path that is the suffix of another', ['eth0.pcap', 'a/eth0.pcap'], ['eth0', 'a/eth0']],
    ['different extensions only', ['eth0.pcap', 'eth0.pcapng'], ['eth0.pcap', 'eth0.pcapng']],
    ['pieces that tcpdump -C numbers', ['t.pcap', 't.pcap1', 't.pcap2'], ['t.pcap', 't.pcap1', 't.pcap2']],
    ['the same file twice', ['a/x.cap', 'a/x.cap'], ['x', 'x']],
    ['standard input', ['-'], ['stdin']],
    ['a dot that is no extension', ['eth0.100.pcap', 'v1.2/cali.dmp'], ['eth0.100', 'cali']],
    ['nothing but an extension', ['a/.pcap'], ['.pcap']],
    ['a name without extension', ['/tmp/trace'], ['trace']],
    ['back slashes', ['C:\\caps\\node.pcap'], ['node']],
  ])('%s', (_, paths, expected) => {
    expect(pointNames(paths)).toEqual(expected);
  });
});

function described(id: number, name?: string, number = id): CaptureInterface {
  return {
    id,
    section: 0,
    number,
    byteOrder: 'little-endian',
    linkType: 1,
    snapLength: 0,
    ticks: tickUnit(6, 0),
    comments: [],
    ...(name === undefined ? {} : { name }),
  };
}

describe('interfacePoint', () => {
  test.each([
    ['one interface', [described(0, 'eth0')], 0, 'node1'],
    ['several', [described(0, 'eth0'), described(1, 'flannel.1')], 1, 'node1:flannel.1'],
    ['several without names', [described(0), described(1)], 1, 'node1:if1'],
    ['the same interface in each section', [described(0, 'eth0'), described(1, 'eth0', 0)], 1, 'node1'],
    ['an interface that is not there', [described(0, 'eth0')], 3, 'node1'],
  ])('%s', (_, interfaces, id, expected) => {
    expect(interfacePoint('node1', interfaces, id)).toBe(expected);
  });
});
