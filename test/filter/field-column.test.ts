/** Columns: the values of one field in a packet. */
import { expect, test } from 'vitest';
import { fieldColumn } from '../../src/filter/field-column.ts';
import { contextOf, dissector, ICMP_ERROR, POD_SYN, VXLAN_SYN } from './packets.ts';

function valuesOf(name: string, packet: string): unknown[] {
  const values: unknown[] = [];
  fieldColumn(name, dissector).each(contextOf(packet), (value) => values.push(value));
  return values;
}

test.each([
  ['ip.src', VXLAN_SYN, ['9.135.91.57', '10.244.1.170']],
  ['inner.ip.src', VXLAN_SYN, ['10.244.1.170']],
  ['outer.ip.src', VXLAN_SYN, ['9.135.91.57']],
  ['quoted.ip.src', ICMP_ERROR, ['10.244.1.170']],
  ['ip.addr', POD_SYN, ['10.244.1.170', '10.244.2.9']],
  ['eth.src', POD_SYN, ['0a:58:0a:f4:01:aa']],
  ['tcp.flags', POD_SYN, [2]],
  ['tcp.flags.syn', POD_SYN, [true]],
  ['tcp.options.mss_val', POD_SYN, [1410]],
  ['tcp.options', POD_SYN, ['02:04:05:82']],
  ['tcp.len', VXLAN_SYN, [0]],
  ['tcp', VXLAN_SYN, ['tcp']],
  ['arp', VXLAN_SYN, []],
  ['frame', POD_SYN, ['frame']],
  ['frame.number', POD_SYN, [2]],
  ['frame.time_epoch', POD_SYN, ['1720000000.500000000']],
  ['frame.time_delta', POD_SYN, ['0.250000000']],
  ['frame.protocols', POD_SYN, ['eth:ethertype:ip:tcp']],
  ['tunnel', VXLAN_SYN, ['vxlan']],
])('%s', (name, packet, values) => expect(valuesOf(name, packet)).toEqual(values));

test('the declaration comes with the value, so that it can be shown in its format', () => {
  const formats: string[] = [];
  const { each, title } = fieldColumn('eth.type', dissector);
  each(contextOf(VXLAN_SYN), (_value, field) => formats.push(field?.format ?? ''));
  expect(formats).toEqual(['hex', 'hex']);
  expect(title).toBe('Type');
});

test('an unknown name is an error with near ones', () => {
  expect(() => fieldColumn('ip.scr', dissector)).toThrow('did you mean ip.src');
});
