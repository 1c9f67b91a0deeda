import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dns } from '../../src/protocols/dns.ts';
import { MOST_TEXT } from '../../src/protocols/dns-records.ts';
import { dissectHex, layersOf, octetsOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';
import { bareJson, partitionFault } from '../packet-invariants.ts';
import { TCP_PAYLOAD, tcpFrame, UDP_PAYLOAD, udpFrame } from '../tcp-frame.ts';

/** `name` as uncompressed labels. */
function labels(name: string): string {
  const hex = (text: string): string => [...text].map((c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  return name
    .split('.')
    .map((label) => label.length.toString(16).padStart(2, '0') + hex(label))
    .concat('00')
    .join('');
}

function base64Hex(text: string): string {
  return Buffer.from(text, 'base64').toString('hex');
}

function octetLength(hex: string): string {
  return octetsOf(hex).length.toString(16).padStart(4, '0');
}

const WEB = labels('web.default.svc.cluster.local');
const QUERY = `1234 0100 0001 0000 0000 0000 ${WEB} 0001 0001`;
/** Response with one answer of `type`, whose owner points to the question. */
const answer = (type: string, data: string): string =>
  `1234 8580 0001 0001 0000 0000 ${labels('a.b')} ${type} 0001  c00c ${type} 0001 0000001e ${octetLength(data)} ${data}`;

function dnsLayer(payload: string): Record<string, unknown> {
  const layer = dissectHex(udpFrame(53, payload)).find((found) => found.layer === 'dns');
  expect(layer).toBeDefined();
  return layer as Record<string, unknown>;
}

function summary(payload: string): string | undefined {
  const layers = layersOf(udpFrame(53, payload));
  const row = layers.count - 1;
  return dns.summary?.(layers.view, layers.start[row]!, layers.end[row]!, layers, row);
}

describe('a message', () => {
  test('query', () => {
    expect(dnsLayer(QUERY)).toEqual({
      layer: 'dns',
      range: [UDP_PAYLOAD, UDP_PAYLOAD + octetsOf(QUERY).length],
      id: 0x1234,
      flags: {
        raw: 0x0100,
        response: false,
        opcode: 0,
        query_bit5: false,
        truncated: false,
        recdesired: true,
        query_bit8: false,
        z: false,
        authenticated: false,
        checkdisable: false,
        query_bits12: 0,
      },
      count_queries: 1,
      count_answers: 0,
      count_auth_rr: 0,
      count_add_rr: 0,
      questions: [
        {
          qry_name: 'web.default.svc.cluster.local',
          qry_name_len: 29,
          count_labels: 5,
          qry_type: 1,
          qry_class: 1,
        },
      ],
      answers: [],
      authorities: [],
      additionals: [],
    });
  });

  test('response: flags that only responses have, and a compressed owner', () => {
    expect(dnsLayer(answer('0001', '0a600001'))).toMatchObject({
      flags: { response: true, authoritative: true, recavail: true, rcode: 0 },
      answers: [{ resp_name: 'a.b', resp_type: 1, resp_class: 1, resp_ttl: 30, resp_len: 4, a: '10.96.0.1' }],
    });
  });

  test('dynamic update: sections under their own names, a record without data', () => {
    const layer = dnsLayer(`0001 2800 0001 0001 0000 0000 ${labels('x.y')} 0006 0001  c00c 0001 00ff 00000000 0000`);
    expect(layer).toMatchObject({ count_zones: 1, count_prerequisites: 1, count_updates: 0 });
    expect(layer['issues']).toBeUndefined();
  });

  test('octets behind the last record', () => {
    expect(dnsLayer(`${QUERY} dead`)['extraneous_data']).toBe('de:ad');
  });

  test.each([
    [QUERY, 'query A web.default.svc.cluster.local'],
    [answer('0001', '0a600001'), 'response A a.b → 10.96.0.1'],
    [answer('001c', `fd00${'00'.repeat(13)}01`), 'response AAAA a.b → fd00::1'],
    [answer('0021', `0000 0064 1f90 ${labels('h.c')}`), 'response SRV a.b → SRV h.c:8080'],
    [`1234 8183 0001 0000 0000 0000 ${labels('no.where')} 001c 0001`, 'response AAAA no.where → NXDomain'],
    [`1234 8180 0001 0000 0000 0000 ${labels('a.b')} 001c 0001`, 'response AAAA a.b → no answer'],
  ])('%# in brief', (payload, words) => {
    expect(summary(payload)).toBe(words);
  });
});

describe('record data', () => {
  test.each<[string, string, string, Record<string, unknown>]>([
    ['NS', '0002', labels('ns.b'), { ns: 'ns.b' }],
    ['CNAME to a pointer', '0005', 'c00c', { cname: 'a.b' }],
    [
      'SOA',
      '0006',
      `${labels('m')} ${labels('r')} 00000001 00000002 00000003 00000004 00000005`,
      { soa_mname: 'm', soa_rname: 'r', soa_serial_number: 1, soa_minimum_ttl: 5 },
    ],
    ['PTR', '000c', labels('p.q'), { ptr_domain_name: 'p.q' }],
    ['HINFO', '000d', '02 4142 01 43', { hinfo_cpu: 'AB', hinfo_os: 'C' }],
    ['MX', '000f', `000a ${labels('mail')}`, { mx_preference: 10, mx_mail_exchange: 'mail' }],
    [
      'TXT of two strings, one empty',
      '0010',
      '03 763d31 00',
      {
        txt_strings: [
          { txt_length: 3, txt: 'v=1' },
          { txt_length: 0, txt: '' },
        ],
      },
    ],
    ['SRV', '0021', `0001 0002 0050 ${labels('t')}`, { srv_priority: 1, srv_weight: 2, srv_port: 80, srv_target: 't' }],
    [
      'NAPTR',
      '0023',
      '0001 0002 01 53 02 4142 00 00',
      { naptr_flags: 'S', naptr_service: 'AB', naptr_regex: '', naptr_replacement: '<Root>' },
    ],
    ['DS', '002b', '1234 08 02 abcd', { ds_key_id: 0x1234, ds_algorithm: 8, ds_digest_type: 2, ds_digest: 'ab:cd' }],
    ['SSHFP', '002c', '04 02 abcd', { sshfp_algorithm: 4, sshfp_fingerprint_type: 2, sshfp_fingerprint: 'ab:cd' }],
    [
      'RRSIG',
      '002e',
      `0001 0d 02 00000e10 5f000000 5e000000 0005 ${labels('z')} beef`,
      {
        rrsig_type_covered: 1,
        rrsig_signature_expiration: '2020-07-04T04:05:20Z',
        rrsig_signers_name: 'z',
        rrsig_signature: 'be:ef',
      },
    ],
    // RFC 4034 §4.3: host.example.com. A MX RRSIG NSEC TYPE1234
    [
      'NSEC',
      '002f',
      `${labels('host.example.com')} 0006 400100000003 041b ${'00'.repeat(26)} 20`,
      {
        nsec_next_domain_name: 'host.example.com',
        nsec_windows: [
          { window_number: 0, window_types: 'A MX RRSIG NSEC' },
          { window_number: 4, window_types: 'TYPE1234' },
        ],
      },
    ],
    // RFC 5155 appendix B.1: 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom → 2t7b4g4vsa5smi47k61mv5bv1a22bojr
    [
      'NSEC3',
      '0032',
      '01 01 000c 04 aabbccdd 14 174eb2409fe28bcb4887a1836f957f0a8425e27b 0001 40',
      {
        nsec3_flags: { raw: 1, reserved: 0, opt_out: true },
        nsec3_salt_value: 'aa:bb:cc:dd',
        nsec3_hash_value: '2t7b4g4vsa5smi47k61mv5bv1a22bojr',
        nsec3_windows: [{ window_types: 'A' }],
      },
    ],
    ['TLSA', '0034', '03 01 01 abcd', { tlsa_certificate_usage: 3, tlsa_certificate_association_data: 'ab:cd' }],
    [
      'HTTPS',
      '0041',
      `0001 00 0001 0006 02 6832 02 6833 0004 0004 0a000001 ffff 0001 99`.replace(
        '0001 0006 02 6832 02 6833',
        '0001 0006 02 6832 02 6833',
      ),
      {
        svcb_svcpriority: 1,
        svcb_targetname: '<Root>',
        svcb_svcparams: [
          {
            key: 1,
            value_length: 6,
            alpns: [
              { alpn_length: 2, alpn: 'h2' },
              { alpn_length: 2, alpn: 'h3' },
            ],
            mandatory: [],
            ipv4hint: [],
            ipv6hint: [],
          },
          { key: 4, ipv4hint: [{ ipv4hint_ip: '10.0.0.1' }] },
          { key: 65535, value: '99' },
        ],
      },
    ],
    [
      'CAA',
      '0101',
      '80 05 6973737565 6361',
      { caa_flags: { issuer_critical: true }, caa_tag: 'issue', caa_value: 'ca' },
    ],
    [
      'TSIG',
      '00fa',
      `${labels('hmac-sha256')} 00005f000000 012c 0002 abcd 0001 0000 0000`,
      { tsig_time_signed: '2020-07-04T04:05:20Z', tsig_fudge: 300, tsig_mac: 'ab:cd' },
    ],
    ['of an unknown type', 'ff00', 'abcd', { data: 'ab:cd' }],
    ['longer than an A', '0001', '0a00000101', { a: '10.0.0.1', data: '01' }],
    ['shorter than an A', '0001', '0a0000', { data: '0a:00:00' }],
  ])('%s', (_, type, data, expected) => {
    expect(dnsLayer(answer(type, data))['answers']).toMatchObject([expected]);
    expect(headerGaps(layersOf(udpFrame(53, answer(type, data))))).toEqual([]);
  });

  test('SRV: service, protocol and name of the owner', () => {
    const owner = labels('_http._tcp.web.default');
    expect(
      dnsLayer(`0001 8000 0000 0001 0000 0000 ${owner} 0021 0001 00000000 0008 0000 0000 0050 00 00`)['answers'],
    ).toMatchObject([{ srv_service: '_http', srv_proto: '_tcp', srv_name: 'web.default', srv_port: 80 }]);
  });
});

test('DNSKEY: the key tag is worked out', () => {
  // RFC 4034 §5.4: dskey.example.com. DNSKEY 256 3 5, key id 60485.
  const key = base64Hex(
    'AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==',
  );
  expect(dnsLayer(answer('0030', `0100 03 05 ${key}`))['answers']).toMatchObject([
    {
      dnskey_flags: { raw: 256, zone_key: true, key_revoked: false, secure_entry_point: false },
      dnskey_algorithm: 5,
      dnskey_key_id: 60485,
    },
  ]);
});

test('EDNS: the pseudo-record and its options', () => {
  const options = [
    '0008 0007 0001 18 00 0a0102', // client subnet 10.1.2.0/24
    '000a 0008 0102030405060708', // client cookie
    '000f 0004 0012 6e6f', // extended error: prohibited, "no"
    '000c 0002 0000', // padding
    '0003 0001 7f', // NSID, not dissected further
  ].join('');
  const layer = dnsLayer(`0001 0100 0000 0000 0000 0001  00 0029 04d0 01 00 8000 ${octetLength(options)} ${options}`);
  expect(layer['additionals']).toMatchObject([
    {
      resp_name: '<Root>',
      resp_type: 41,
      rr_udp_payload_size: 1232,
      resp_ext_rcode: 1,
      resp_edns0_version: 0,
      resp_z: { raw: 0x8000, do: true, reserved: 0 },
      opt: [
        { code: 8, len: 7, client_family: 1, client_netmask: 24, client_scope: 0, client_addr4: '10.1.2.0' },
        { code: 10, len: 8, cookie_client: '01:02:03:04:05:06:07:08' },
        { code: 15, len: 4, ext_error_info_code: 18, ext_error_extra_text: 'no' },
        { code: 12, len: 2, padding: '00:00' },
        { code: 3, len: 1, data: '7f' },
      ],
    },
  ]);
});

test('Multicast DNS: the highest bit of the class is a flag', () => {
  const payload = `0000 8400 0001 0001 0000 0000 ${labels('p.local')} 00ff 8001  c00c 0001 8001 00000078 0004 c0a80001`;
  expect(dissectHex(udpFrame(5353, payload))[3]).toMatchObject({
    layer: 'mdns',
    questions: [{ qry_qu: true, qry_class: 1 }],
    answers: [{ resp_cache_flush: true, resp_class: 1, a: '192.168.0.1' }],
  });
});

test('LLMNR: flags of its own', () => {
  expect(dissectHex(udpFrame(5355, `0001 0500 0001 0000 0000 0000 ${labels('pc')} 0001 0001`))[3]).toMatchObject({
    layer: 'llmnr',
    flags: { conflict: true, tentative: true, truncated: false },
    questions: [{ qry_name: 'pc' }],
  });
});

describe('over TCP', () => {
  const message = `${octetLength(QUERY)} ${QUERY}`;
  test('two messages in one segment are two layers', () => {
    const layers = dissectHex(tcpFrame(53, message + message)).filter(({ layer }) => layer === 'dns');
    expect(layers).toMatchObject([
      { length: 47, id: 0x1234, questions: [{ qry_name: 'web.default.svc.cluster.local' }] },
      { length: 47, range: [TCP_PAYLOAD + 49, TCP_PAYLOAD + 98] },
    ]);
  });

  test('a message that goes on in the next segment says so and shows what is there', () => {
    const layers = layersOf(tcpFrame(53, `0040 ${QUERY}`));
    expect(layers.issues.at(0)).toMatchObject({ code: 'continues', needed: 66, available: 49 });
  });
});

describe('on a port nobody registered', () => {
  test.each([
    ['a query', QUERY, true],
    ['a response', answer('0001', '0a600001'), true],
    ['one octet too many', `${QUERY} 00`, false],
    ['a reserved bit', QUERY.replace('0100', '0140'), false],
    ['a class of its own', QUERY.replace(/0001$/, '0005'), false],
    [
      "NetBIOS' name query",
      `8001 0110 0001 0000 0000 0000 ${labels('CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')} 0021 0001`,
      false,
    ],
  ])('%s', (_, payload, isDns) => {
    const layer = dissectHex(udpFrame(8053, payload))[3];
    expect(layer?.['guessed']).toBe(isDns ? true : undefined);
  });
});

describe('bad input', () => {
  const issuesOf = (payload: string): string[] => {
    const layers = layersOf(udpFrame(53, payload));
    headerGaps(layers);
    return Array.from({ length: layers.issues.count }, (_, i) => layers.issues.at(i).code);
  };
  const question = (name: string): string => `0001 0100 0001 0000 0000 0000 ${name} 0001 0001`;

  test.each([
    ['a pointer to itself', question('c00c'), ['nameTooLong']],
    ['two pointers in a circle', question('c00e c00c'), ['nameTooLong']],
    ['a label before a pointer back to it', question('0161 c00c'), ['nameTooLong']],
    ['a forward pointer', `${question('c012')} 0161 00`, ['pointerNotBackward']],
    ['a pointer behind the message', question('c0ff'), ['nameBeyondMessage']],
    ['a label type that is not in use', question('80 61'), ['countBeyondMessage']],
    ['a label beyond the message', question('3f 61'), ['countBeyondMessage']],
    ['more questions than there are', QUERY.replace('0001 0000', 'ffff 0000'), ['countBeyondMessage']],
    ['a record beyond the message', answer('0001', '0a600001').replace('0004 0a', '0005 0a'), ['recordBeyondMessage']],
    ['record data of a wrong length', answer('0001', '0a6000'), ['recordData']],
    [
      'an option beyond its record',
      '0001 0100 0000 0000 0000 0001  00 0029 04d0 00000000 0004 000c 0009',
      ['optionBeyondRecord'],
    ],
    ['half an option header', '0001 0100 0000 0000 0000 0001  00 0029 04d0 00000000 0002 000c', ['optionBeyondRecord']],
  ])('%s', (_, payload, codes) => {
    expect(issuesOf(payload)).toEqual(codes);
  });

  test('cut at each octet', () => {
    const frame = udpFrame(53, answer('0006', `${labels('m')} c00c 00000001 00000002 00000003 00000004 00000005`));
    for (let captured = UDP_PAYLOAD; captured < octetsOf(frame).length; captured++) {
      const layers = layersOf(frame, { captured });
      expect(headerGaps(layers)).toEqual([]);
      expect(layers.issues.at(0).code).toBe('truncated');
      expect(layers.issues.count).toBe(1);
    }
  });

  test('a header that is cut is shown as far as it is there', () => {
    expect(dissectHex(udpFrame(53, QUERY), { captured: UDP_PAYLOAD + 8 }).at(-1)).toMatchObject({
      layer: 'dns',
      count_queries: 1,
      count_answers: 0,
    });
    const cut = dissectHex(udpFrame(53, QUERY), { captured: UDP_PAYLOAD + 5 }).at(-1);
    expect(cut).toHaveProperty('flags');
    expect(cut).not.toHaveProperty('count_queries');
  });

  test('any octets at all', () => {
    fc.assert(
      fc.property(fc.constantFrom(53, 5353, 5355), fc.uint8Array({ maxLength: 200 }), (port, octets) => {
        const payload = Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
        for (const flags of ['', '0001 8180 0001 0002 0001 0001']) {
          const layers = layersOf(udpFrame(port, flags + payload));
          expect(headerGaps(layers)).toEqual([]);
          const row = layers.count - 1;
          layers.protocolOf(row).summary?.(layers.view, layers.start[row]!, layers.end[row]!, layers, row);
        }
      }),
    );
  });
});

describe('a message made to be long when it is uncompressed', () => {
  const longest = labels(Array.from({ length: 127 }, () => 'a').join('.'));
  const count = 10_000;
  const bomb = `1234 0100 ${(count + 1).toString(16).padStart(4, '0')} 0000 0000 0000 ${longest} 0001 0001 ${'c00c 0001 0001'.repeat(count)}`;

  test('is shown up to a number of characters; the rest is told and kept as octets', () => {
    const layers = layersOf(udpFrame(53, bomb));
    const record = JSON.parse(bareJson(layers)) as { layers: Record<string, unknown>[]; issues: { code: string }[] };
    const questions = record.layers.at(-1)?.['questions'] as unknown[];
    expect(questions).toHaveLength(Math.ceil((MOST_TEXT + 1) / 253));
    expect(record.layers.at(-1)).toHaveProperty('extraneous_data');
    expect(record.issues.map(({ code }) => code)).toContain('tooMuchText');
    expect(partitionFault(layers)).toBe('');
    expect(summary(bomb)).toBe('query with 10001 questions');
  });
});
