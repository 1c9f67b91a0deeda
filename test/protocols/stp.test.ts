import { expect, test } from 'vitest';
import { dissectHex } from '../dissect-hex.ts';
import { gapsAtEveryLength, lengthFrame } from '../frames.ts';

const BPDU = '42 42 03';
const PVST = 'aa aa 03 00 00 0c 01 0b';
/** Flags to forward delay of a root bridge in VLAN 5. */
const tree = (flags: string) => `
  ${flags}
  80 05 02 00 00 00 00 01  00 00 00 04  60 05 02 00 00 00 00 02  80 12
  01 80  14 00  02 00  0f 00
`;
const CONFIGURATION_ID = `
  00  42 72 65 77 65 72 79 ${'00'.repeat(25)}  00 07
  93 57 eb b7 a8 d7 4d d5 fe f4 f2 ba b5 05 31 aa
`;
const CIST = '00 03 0d 40  80 00 00 1e f7 05 a8 80  14';
const INSTANCE = 'fc 60 01 00 1e f7 05 a8 80 00 00 00 09 60 80 13';

const TREE_FIELDS = {
  root_prio: 32768,
  root_ext: 5,
  root_hw: '02:00:00:00:00:01',
  root_cost: 4,
  bridge_prio: 24576,
  bridge_ext: 5,
  bridge_hw: '02:00:00:00:00:02',
  port: 0x8012,
  msg_age: 1.5,
  max_age: 20,
  hello: 2,
  forward: 15,
};
const FORWARDING = {
  raw: 0x3c,
  tcack: false,
  agreement: false,
  forwarding: true,
  learning: true,
  port_role: 3,
  proposal: false,
  tc: false,
};

test('configuration', () => {
  const frame = lengthFrame(`${BPDU} 00 00 00 00 ${tree('3c')}`);
  expect(dissectHex(frame)[2]).toEqual({
    layer: 'stp',
    range: [17, 52],
    protocol: 0,
    version: 0,
    type: 0,
    flags: FORWARDING,
    ...TREE_FIELDS,
    msti: [],
  });
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test('topology change notification', () => {
  const frame = lengthFrame(`${BPDU} 00 00 00 80`);
  expect(dissectHex(frame)[2]).toEqual({
    layer: 'stp',
    range: [17, 21],
    protocol: 0,
    version: 0,
    type: 0x80,
    msti: [],
  });
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test('rapid', () => {
  const frame = lengthFrame(`${BPDU} 00 00 02 02 ${tree('3c')} 00`);
  expect(dissectHex(frame)[2]).toMatchObject({ range: [17, 53], version: 2, ...TREE_FIELDS, version_1_length: 0 });
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test.each([
  ['plain', '00 00 00 00', { pvst_padding: 0 }],
  ['rapid', '00 00 02 02', { version_1_length: 0 }],
])('per VLAN: %s', (_, header, fields) => {
  const frame = lengthFrame(`${PVST} ${header} ${tree('3c')} 00  00 00 00 02 00 05`);
  expect(dissectHex(frame)[2]).toMatchObject({
    range: [22, 64],
    ...TREE_FIELDS,
    ...fields,
    pvst_tlvtype: 0,
    pvst_tlvlen: 2,
    pvst_origvlan: 5,
  });
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test('multiple trees', () => {
  const frame = lengthFrame(
    `${BPDU} 00 00 03 02 ${tree('3c')} 00  00 60 ${CONFIGURATION_ID} ${CIST} ${INSTANCE} ${INSTANCE}`,
  );
  const instance = {
    flags: { ...FORWARDING, raw: 0xfc, tcack: true, agreement: true },
    priority: 6,
    msti_id: 1,
    root_hw: '00:1e:f7:05:a8:80',
    root_cost: 9,
    bridge_priority: 6,
    bridge_reserved: 0,
    port_priority: 8,
    port_reserved: 0,
    remaining_hops: 19,
  };
  expect(dissectHex(frame)[2]).toMatchObject({
    range: [17, 151],
    version_3_length: 96,
    config_format_selector: 0,
    config_name: 'Brewery',
    config_revision_level: 7,
    config_digest: '93:57:eb:b7:a8:d7:4d:d5:fe:f4:f2:ba:b5:05:31:aa',
    cist_internal_root_path_cost: 200000,
    cist_bridge_prio: 32768,
    cist_bridge_ext: 0,
    cist_bridge_hw: '00:1e:f7:05:a8:80',
    cist_remaining_hops: 20,
    msti: [instance, instance],
  });
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test('shortest path', () => {
  const agreement = `29 00 12 34 00 20 ${'00'.repeat(8)} ${'ab'.repeat(20)}`;
  const frame = lengthFrame(
    `${BPDU} 00 00 04 02 ${tree('3c')} 00  00 40 ${CONFIGURATION_ID} ${CIST}  00 55 ${CONFIGURATION_ID} ${agreement}`,
  );
  expect(dissectHex(frame)[2]).toMatchObject({
    version_4_length: 85,
    spt_config_name: 'Brewery',
    spt_config_revision_level: 7,
    agree_flags_rest_role: true,
    agree_flags_agreement_valid: false,
    agree_flags_dagreement_num: 2,
    agree_flags_agreement_num: 1,
    agreement_digest_format_id: 1,
    agreement_digest_format_capabilities: 2,
    agreement_digest_convention_id: 3,
    agreement_digest_convention_capabilities: 4,
    agreement_digest_edge_count: 32,
    agreement_digest: Array(20).fill('ab').join(':'),
  });
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test.each([
  ['an empty MST part', '00 00', { version_3_length: 0, range: [17, 55] }],
  ['an MST part too short for its fixed fields', '00 02 ab cd', { version_3_length: 2, mst_rest: 'ab:cd' }],
  [
    'half an instance',
    `00 44 ${CONFIGURATION_ID} ${CIST} de ad be ef`,
    { version_3_length: 68, config_name: 'Brewery', mst_rest: 'de:ad:be:ef' },
  ],
  ['no MST part at all', '', { range: [17, 53] }],
])('%s', (_, part, fields) => {
  const frame = lengthFrame(`${BPDU} 00 00 03 02 ${tree('3c')} 00 ${part}`);
  expect(dissectHex(frame)[2]).toMatchObject(fields);
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test('an MST part that passes the frame is malformed', () => {
  const frame = lengthFrame(`${BPDU} 00 00 03 02 ${tree('3c')} 00 ff ff ab cd`);
  expect(dissectHex(frame)[2]).toMatchObject({ version_3_length: 65535, mst_rest: 'ab:cd' });
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test.each([
  ['another protocol', '00 01 00 00'],
  ['another type', '00 00 02 7f'],
])('%s is left alone', (_, header) => {
  expect(dissectHex(lengthFrame(`${BPDU} ${header} ${tree('3c')}`))[2]).toMatchObject({ range: [17, 21] });
});
