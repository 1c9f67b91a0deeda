import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dissectHex, layersOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';

const RAW_IP = 101;

/** A TCP segment in IPv4 with one option of kind 30 with this body, filled up with No-Operations. */
function segment(body: string): string {
  const digits = body.replace(/\s/g, '');
  const length = digits.length / 2 + 2;
  const padding = (4 - (length % 4)) % 4;
  const hex = (number: number, width: number): string => number.toString(16).padStart(width, '0');
  const header = 20 + length + padding;
  return `45 00 ${hex(20 + header, 4)} 0000 4000 40 06 0000 0a000001 0a000002
          9c40 0051 00000001 00000000 ${hex(header / 4, 1)}0 10 fade 0000 0000
          1e ${hex(length, 2)} ${digits} ${'01'.repeat(padding)}`;
}

function optionOf(body: string): unknown {
  const options = dissectHex(segment(body), { linkType: RAW_IP })[1]?.['options'];
  const { kind, len, ...fields } = (options as Record<string, unknown>[])[0] ?? {};
  expect([kind, len]).toEqual([30, body.replace(/\s/g, '').length / 2 + 2]);
  return fields;
}

const KEY = '0000000000000001';
const OTHER_KEY = '0000000000000002';

describe('each subtype, RFC 8684 §3', () => {
  const capable = { mptcp_subtype: 0, mptcp_version: 1, mptcp_extensibility: false, mptcp_nomoresubflows: false };
  const capable1 = { ...capable, mptcp_checksumreq: false, mptcp_capable_reserved: 0, mptcp_sha256: true };
  const signal = { mptcp_subtype: 2, mptcp_reserved4: 0, mptcp_dss_reserved: 0 };
  test.each([
    ['MP_CAPABLE of a SYN', '01 01', capable1],
    ['MP_CAPABLE of a SYN/ACK', `01 01 ${KEY}`, { ...capable1, mptcp_sendkey: '1' }],
    ['MP_CAPABLE of an ACK', `01 01 ${KEY} ${OTHER_KEY}`, { ...capable1, mptcp_sendkey: '1', mptcp_recvkey: '2' }],
    [
      'MP_CAPABLE with data',
      `01 81 ${KEY} ${OTHER_KEY} 2000 abcd`,
      {
        ...capable1,
        mptcp_checksumreq: true,
        mptcp_sendkey: '1',
        mptcp_recvkey: '2',
        mptcp_datalvllen: 8192,
        mptcp_checksum: 0xabcd,
      },
    ],
    [
      'MP_CAPABLE of version 0, RFC 6824 §3.1',
      '00 81',
      {
        mptcp_subtype: 0,
        mptcp_version: 0,
        mptcp_checksumreq: true,
        mptcp_extensibility: false,
        mptcp_capable_reserved5: 0,
        mptcp_sha1: true,
      },
    ],
    [
      'MP_JOIN of a SYN',
      '11 02 00000003 00000004',
      {
        mptcp_subtype: 1,
        mptcp_reserved3: 0,
        mptcp_backup: true,
        mptcp_addrid: 2,
        mptcp_recvtok: 3,
        mptcp_sendrand: 4,
      },
    ],
    [
      'MP_JOIN of a SYN/ACK',
      `10 02 ${KEY} 00000004`,
      {
        mptcp_subtype: 1,
        mptcp_reserved3: 0,
        mptcp_backup: false,
        mptcp_addrid: 2,
        mptcp_sendtrunchmac: '1',
        mptcp_sendrand: 4,
      },
    ],
    [
      'MP_JOIN of an ACK',
      `10 00 ${'ab'.repeat(20)}`,
      { mptcp_subtype: 1, mptcp_reserved12: 0, mptcp_sendhmac: Array(20).fill('ab').join(':') },
    ],
    [
      'DSS with an acknowledgment of 4 octets, a mapping and its checksum',
      '20 05 00000001 00000002 00000003 0004 abcd',
      {
        ...signal,
        mptcp_datafin: false,
        mptcp_dseqn8: false,
        mptcp_dseqnpresent: true,
        mptcp_dataack8: false,
        mptcp_dataackpresent: true,
        mptcp_rawdataack: 1,
        mptcp_rawdataseqno: 2,
        mptcp_subflowseqno: 3,
        mptcp_datalvllen: 4,
        mptcp_checksum: 0xabcd,
      },
    ],
    [
      'DSS with numbers of 8 octets and the end of the data',
      `20 1f ${KEY} ${OTHER_KEY} 00000003 0004`,
      {
        ...signal,
        mptcp_datafin: true,
        mptcp_dseqn8: true,
        mptcp_dseqnpresent: true,
        mptcp_dataack8: true,
        mptcp_dataackpresent: true,
        mptcp_rawdataack8: '1',
        mptcp_rawdataseqno8: '2',
        mptcp_subflowseqno: 3,
        mptcp_datalvllen: 4,
      },
    ],
    [
      'ADD_ADDR of an IPv4 address with a port',
      `30 02 0a000003 1f90 ${KEY}`,
      {
        mptcp_subtype: 3,
        mptcp_reserved3: 0,
        mptcp_echo: false,
        mptcp_addrid: 2,
        mptcp_ipv4: '10.0.0.3',
        mptcp_port: 8080,
        mptcp_addaddrtrunchmac: '1',
      },
    ],
    [
      'ADD_ADDR that echoes an IPv6 address',
      `31 02 fd00${'00'.repeat(13)}05`,
      { mptcp_subtype: 3, mptcp_reserved3: 0, mptcp_echo: true, mptcp_addrid: 2, mptcp_ipv6: 'fd00::5' },
    ],
    [
      'ADD_ADDR of version 0, RFC 6824 §3.4.1',
      '34 01 0a010202',
      { mptcp_subtype: 3, mptcp_ipver: 4, mptcp_addrid: 1, mptcp_ipv4: '10.1.2.2' },
    ],
    ['REMOVE_ADDR', '40 01 02 03', { mptcp_subtype: 4, mptcp_reserved4: 0, mptcp_addrid: 1, mptcp_addrids: '02:03' }],
    ['MP_PRIO', '51', { mptcp_subtype: 5, mptcp_reserved3: 0, mptcp_backup: true }],
    ['MP_FAIL', `60 00 ${KEY}`, { mptcp_subtype: 6, mptcp_reserved12: 0, mptcp_rawdataseqno8: '1' }],
    ['MP_FASTCLOSE', `70 00 ${KEY}`, { mptcp_subtype: 7, mptcp_reserved12: 0, mptcp_recvkey: '1' }],
    [
      'MP_TCPRST',
      '81 02',
      {
        mptcp_subtype: 8,
        mptcp_flag_u: false,
        mptcp_flag_v: false,
        mptcp_flag_w: false,
        mptcp_flag_t: true,
        mptcp_rst_reason: 2,
      },
    ],
    ['one nobody knows', '90 01 02', { mptcp_subtype: 9, mptcp_reserved4: 0, data: '01:02' }],
  ])('%s', (_, body, fields) => {
    expect(optionOf(body)).toEqual({ sack: [], ...fields });
  });
});

describe('lengths that do not fit', () => {
  test.each([
    ['MP_JOIN', '10 02 0000', { mptcp_subtype: 1, mptcp_reserved4: 0, data: '02:00:00' }],
    ['ADD_ADDR', '31 02 0a0000', { mptcp_subtype: 3, mptcp_addrid: 2, data: '0a:00:00' }],
    ['MP_FAIL', '60 00 0001', { mptcp_subtype: 6, mptcp_reserved4: 0, data: '00:00:01' }],
    ['DSS without the octets its flags tell', '20 01 0001', { mptcp_dataackpresent: true, data: '00:01' }],
    ['a key cut short', '01 01 0001', { mptcp_sha256: true, data: '00:01' }],
  ])('%s: the rest is shown as octets', (_, body, fields) => {
    expect(optionOf(body)).toMatchObject(fields);
    expect(headerGaps(layersOf(segment(body), { linkType: RAW_IP }))).toEqual([]);
  });

  test('whatever the body, the fields tile the header', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 38 }), (octets) => {
        const body = Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
        expect(headerGaps(layersOf(segment(body), { linkType: RAW_IP }))).toEqual([]);
      }),
    );
  });
});
