/** Packets and their layers, as programs get them. */
import { describe, expect, test } from 'vitest';
import { flag, uint } from '../../src/dissect/field.ts';
import { defineProtocol } from '../../src/dissect/protocol.ts';
import { compileFilter } from '../../src/library/filter.ts';
import { hexBreakdown, layerTree, packetLine } from '../../src/library/render.ts';
import { createSession, dissect } from '../../src/library/session.ts';
import { openCapture } from '../../src/node/open-capture.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { runCli } from '../cli/run-cli.ts';
import { octetsOf } from '../dissect-hex.ts';
import { FRAGMENTS, VXLAN } from './fixtures.ts';

/** Ethernet, IPv4 10.0.0.1 → 10.0.0.2, UDP 5000 → 9999, two octets of payload. */
const DATAGRAM = octetsOf(`
  020000000002 020000000001 0800
  4500001e 00010000 401166cc 0a000001 0a000002
  1388 270f 000a 0000
  07 81
`);

describe('dissect', () => {
  test('a frame', () => {
    const packet = dissect(DATAGRAM);
    expect(packet.protocols).toBe('eth:ip:udp');
    expect(packet.layer('ip')).toMatchObject({ src: '10.0.0.1', dst: '10.0.0.2', ttl: 64 });
    expect(packet.layer('udp')?.dstport).toBe(9999);
    expect(packet).toMatchObject({ number: 1, time: undefined, seconds: undefined, length: 44, point: '' });
  });

  test('the link type is a number or a name', () => {
    const ip = DATAGRAM.subarray(14);
    expect(dissect(ip, 'RAW').protocols).toBe('ip:udp');
    expect(dissect(ip, 101).protocols).toBe('ip:udp');
    expect(() => dissect(ip, 'RAWR')).toThrow(new RangeError("no link type is named 'RAWR'"));
  });

  test('remembers nothing', async () => {
    const fragments: Uint8Array[] = [];
    for await (const { bytes } of (await openCapture(FRAGMENTS)).filter('ip.flags.mf == 1 || ip.frag_offset > 0')) {
      fragments.push(bytes);
    }
    expect(fragments.length).toBeGreaterThan(1);
    const packets = fragments.map((bytes) => dissect(bytes));
    expect(packets.flatMap(({ layers }) => layers).some(({ source }) => source !== undefined)).toBe(false);
    expect(packets.map(({ number }) => number)).toEqual(fragments.map(() => 1));
  });

  test('a packet is not changed by those that follow', () => {
    const first = dissect(DATAGRAM);
    const second = dissect(DATAGRAM.subarray(14), 'RAW');
    expect(first.layers.map(({ layer }) => layer)).toEqual(['eth', 'ip', 'udp']);
    expect(second.layers.map(({ layer }) => layer)).toEqual(['ip', 'udp']);
    expect(first.layer('udp')?.dstport).toBe(9999);
  });

  test('octets in the middle of a buffer', () => {
    const padded = new Uint8Array(100).fill(0xff);
    padded.set(DATAGRAM, 13);
    expect(dissect(padded.subarray(13, 13 + DATAGRAM.length)).toJSON()).toEqual(dissect(DATAGRAM).toJSON());
  });
});

describe('layers', () => {
  test('the innermost by name, or the nth from outside', async () => {
    const capture = (await openCapture(VXLAN)).filter('inner.tcp.flags.syn == 1');
    for await (const packet of capture) {
      expect(packet.protocols).toBe('eth:ip:udp:vxlan:eth:ip:tcp');
      expect(packet.layer('vxlan')?.vni).toBe(1);
      expect(packet.layer('tcp')?.flags.syn).toBe(true);
      expect(packet.layer('tcp')?.options.find(({ kind }) => kind === 2)?.mss_val).toBeGreaterThan(0);
      expect(packet.layer('ip', 0)).toEqual(packet.layers[1]);
      expect(packet.layer('ip')).toEqual(packet.layers[5]);
      expect(packet.layer('ip', 1)).toBe(packet.layer('ip'));
      expect(packet.layer('ip', 2)).toBeUndefined();
      expect(packet.layer('nobody')).toBeUndefined();
      break;
    }
  });

  test.each(Array.from({ length: 55 }, (_, captured) => captured))('TCP cut after %i octets', (captured) => {
    const whole = octetsOf(`
      020000000002 020000000001 0800
      45000028 00010000 400666cd 0a000001 0a000002
      1388 0050 00000001 00000000 5002 ffff 0000 0000
    `);
    const packet = createSession().dissect(whole.subarray(0, captured), 'EN10MB', { length: whole.length });
    const tcp = packet.layer('tcp');
    if (captured <= 34) expect(tcp?.srcport).toBeUndefined();
    else {
      expect(tcp?.srcport).toBe(captured < 36 ? undefined : 5000);
      expect(tcp?.flags.syn).toBe(captured < 48 ? undefined : true);
      expect(tcp?.options).toEqual([]);
      expect(packet.issues.some(({ code }) => code === 'truncated')).toBe(captured < 54);
    }
  });
});

describe('protocols of one’s own', () => {
  const mine = defineProtocol('mine', {
    title: 'A protocol of one’s own',
    source: 'test',
    carriedBy: { udpPort: [9999] },
    fields: { kind: uint(8, 'Kind'), urgent: flag('Urgent'), rest: uint(7, 'Rest') },
  });
  const dissector = createDissector([...standardProtocols, mine]);

  test('stand beside the others', async () => {
    const packet = dissect(DATAGRAM, 'EN10MB', dissector);
    expect(packet.protocols).toBe('eth:ip:udp:mine');
    expect(packet.layer('mine')).toMatchObject({ kind: 7, urgent: true, rest: 1 });
    expect((await compileFilter('mine.urgent', dissector))(packet)).toBe(true);
    expect((await compileFilter('mine.kind == 8', dissector))(packet)).toBe(false);
    expect(dissect(DATAGRAM).protocols).toBe('eth:ip:udp');
  });
});

describe('text', () => {
  test('lines, trees and hex are those of the command line', async () => {
    const { stdout } = await runCli([VXLAN, '--layers', '--hex', '-c', '3']);
    const texts: string[] = [];
    for await (const packet of await openCapture(VXLAN)) {
      texts.push([packetLine(packet), ...layerTree(packet), ...hexBreakdown(packet), ''].join('\n'));
      if (packet.number === 3) break;
    }
    expect(`${texts.join('\n')}\n`).toBe(stdout);
  });

  test('only some protocols', () => {
    const packet = dissect(DATAGRAM);
    expect(layerTree(packet, { only: ['udp'] }).join('\n')).toContain('9999');
    expect(layerTree(packet, { only: ['udp'] }).join('\n')).not.toContain('10.0.0.1');
  });
});
