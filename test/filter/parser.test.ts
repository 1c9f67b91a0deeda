/** Filters that are wrong say where and why; none throws anything else, or takes for ever. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileFilter } from '../../src/filter/filter.ts';
import { FilterError } from '../../src/filter/filter-error.ts';
import { MAX_FILTER_LENGTH } from '../../src/filter/parser.ts';
import { loadRegexEngine } from '../../src/filter/regex.ts';
import { contextOf, dissector, POD_SYN, selects, VXLAN_SYN } from './packets.ts';

const regex = await loadRegexEngine();

/** The error of a wrong filter. */
function errorOf(filter: string): FilterError {
  try {
    compileFilter(filter, dissector, { regex });
  } catch (error) {
    if (error instanceof FilterError) return error;
    throw error;
  }
  throw new Error(`no error: ${filter}`);
}

describe('column, length and reason', () => {
  test.each([
    ['', 1, 1, 'empty'],
    ['   ', 1, 1, 'empty'],
    ['ip.source == 1.1.1.1', 1, 9, 'did you mean ip.src'],
    ['tcp.prot == 80', 1, 8, 'did you mean tcp.port'],
    ['tcp && vni == 1', 8, 3, 'vxlan.vni'],
    ['inner.tcp.prot == 80', 1, 14, 'did you mean tcp.port'],
    ['inner.frame.len > 1', 1, 15, 'belongs to the packet'],
    ['frame.number#1 == 1', 1, 14, 'belongs to the packet'],
    ['ip.src == 80', 11, 2, 'not an IPv4 address'],
    ['ip.src == 10.0.0.256', 11, 10, 'not an IPv4 address'],
    ['ip.src == fe80::1', 11, 7, 'not an IPv4 address'],
    ['ip.src == www.example.com', 11, 15, 'not looked up'],
    ['ipv6.src == 10.0.0.1', 13, 8, 'not an IPv6 address'],
    ['eth.src == 02', 12, 2, 'not a MAC address'],
    ['tcp.port == 70000', 13, 5, 'at most 65535'],
    ['tcp.port == -1', 13, 2, 'at least 0'],
    ['tcp.port == 89x', 13, 3, 'not a number'],
    ['tcp.port == 089', 13, 3, 'not a number'],
    ['tcp.port == 80-90', 13, 5, 'not a number'],
    ['tcp.port == 99999999999999999999', 13, 20, 'not a number'],
    ['ip.ttl == 1.5', 11, 3, 'not a number'],
    ['tcp.flags.syn == maybe', 18, 5, 'not a boolean'],
    ['arp.opcode == "replay"', 15, 8, 'did you mean reply'],
    ['ip.src = 10.0.0.1', 8, 1, "'==' compares"],
    ['tcp udp', 5, 3, "before 'udp'"],
    ['tcp )', 5, 1, "not ')'"],
    ['(tcp', 5, 1, "to close '('"],
    ['tcp &&', 7, 1, 'where the filter ends'],
    ['&& tcp', 1, 1, 'is expected here'],
    ['and tcp', 1, 3, "before 'and'"],
    ['tcp and or udp', 9, 2, "before 'or'"],
    ['not', 4, 1, 'where the filter ends'],
    ['any tcp.port', 13, 1, 'a comparison is expected'],
    ['80', 1, 2, 'no test'],
    ['"text"', 1, 6, 'no test'],
    ['80 == 80', 1, 2, 'is a field'],
    ['foo == 80', 1, 3, "named 'foo'"],
    ['ip.src == tcp.port', 1, 18, "can't be compared"],
    ['ip.proto == tcp', 1, 15, "can't be compared"],
    ['flannel-udp == 1', 1, 11, 'no octets of its own'],
    ['ip.src contains 0a', 1, 6, 'string(ip.src)'],
    ['tcp.port contains 1', 1, 8, 'string(tcp.port)'],
    ['eth.src contains 0xfff', 18, 5, 'not octets'],
    ['ip.src matches "1"', 1, 6, 'string(ip.src)'],
    ['frame matches 1', 15, 1, 'in quotes'],
    ['frame matches "a(?=b)"', 15, 8, 'not a regular expression'],
    ['frame matches "(?<=a)b"', 15, 9, 'not a regular expression'],
    ['frame matches "(a)\\\\1"', 15, 8, 'not a regular expression'],
    ['frame matches "(a"', 15, 4, 'not a regular expression'],
    ['frame matches "a{1,9999}"', 15, 11, 'not a regular expression'],
    ['tcp.port in {}', 14, 1, 'at least one member'],
    ['tcp.port in {80', 16, 1, 'to end the set'],
    ['tcp.port in 80', 13, 1, 'to begin a set'],
    ['tcp.port in {1..}', 17, 1, 'is expected here'],
    ['tcp.port in {tcp.srcport .. 5}', 14, 11, 'between two values'],
    ['5 in {1, 2}', 1, 1, 'is a field'],
    ['tcp[0:0]', 5, 3, 'at least 1'],
    ['tcp[3-1]', 5, 3, 'ends before it begins'],
    ['tcp[]', 5, 1, 'begins with a number'],
    ['tcp[:]', 5, 1, 'before or behind the colon'],
    ['tcp[1-]', 7, 1, 'is missing'],
    ['tcp[1', 6, 1, 'to end a range'],
    ['tcp.port[0] == 1', 1, 11, 'no slice'],
    ['ip.src#0', 8, 1, 'from 1'],
    ['ip.src# == 1.1.1.1', 9, 1, 'number of a layer'],
    ['len(ip', 7, 1, 'to end the arguments'],
    ['len() > 1', 1, 5, 'one argument'],
    ['len(ip, tcp) > 1', 1, 12, 'one argument'],
    ['lenn(ip) > 1', 1, 4, 'did you mean len'],
    ['upper(tcp.port) == "A"', 1, 15, 'does not take a number'],
    ['string(tcp.options) == "A"', 1, 19, 'does not take octets'],
    ['max(1, 2) == 2', 1, 9, 'at least one field'],
    ['max(tcp.port, ip.src) == 2', 15, 6, 'of one type'],
    ['tcp.port + ip.src == 2', 1, 17, 'does not work on'],
    ['frame.time + frame.time == 2', 1, 23, 'does not work on a time'],
    ['frame.time > "2024-13-01"', 14, 12, 'not a time'],
    ['frame.time > "2024-02-30"', 14, 12, 'not a time'],
    ['"abc', 1, 4, 'closing quote'],
    ['http.host == "\\q"', 15, 2, 'no escape'],
    ['http.host == "\\400"', 15, 4, 'more than one octet'],
    ['http.host == "\\ud800"', 15, 6, 'no Unicode character'],
    ["tcp.port == 'ab'", 13, 4, 'one character'],
    ["tcp.port == ''", 13, 2, 'one character'],
    ['tcp.port == 5 / 0', 13, 5, 'divided by 0'],
    ['tcp;', 4, 1, "not ';'"],
    ['tcp é', 5, 1, "not 'é'"],
  ])('%s', (filter, column, length, message) => {
    const error = errorOf(filter);
    expect(error.message).toContain(message);
    expect([error.column, error.length]).toEqual([column, length]);
  });

  test('carets stand under what is wrong', () => {
    expect(errorOf('tcp && ip.scr == 1.1.1.1').render()).toBe(
      "no field or protocol is named 'ip.scr'; did you mean ip.src?\n  tcp && ip.scr == 1.1.1.1\n         ^~~~~~",
    );
  });

  test('of a long filter the part around the error is shown, and controls do not reach the terminal', () => {
    const rendered = errorOf(`${'tcp || '.repeat(100)}\u001b[31m\u202e`).render();
    const [, filter = '', carets = ''] = rendered.split('\n');
    expect(filter.length).toBeLessThan(110);
    expect(filter.at(carets.length - 1)).toBe(' ');
    for (const control of ['\u001b', '\u202e']) expect(filter).not.toContain(control);
  });
});

describe('precedence', () => {
  test.each([
    ['tcp or udp and arp', true],
    ['(tcp or udp) and arp', false],
    ['not udp or tcp', true],
    ['not (udp or tcp)', false],
    ['! tcp.port == 81', true],
    ['!tcp.port == 80', false],
    ['arp or udp or tcp and ip and eth', true],
    ['tcp.dstport == 40 + 20 * 2', true],
    ['tcp.dstport == {40 + 20} * 2', false],
    ['tcp.dstport & 0x10 + 0x40 == 80', true],
    ['tcp.dstport == 100 - 10 - 10', true],
    ['arp xor tcp or arp', true],
    ['tcp xor tcp and arp', true],
  ])('%s', (filter, expected) => expect(selects(filter, POD_SYN)).toBe(expected));
});

describe('bounds', () => {
  test.each(['(', '!', 'not ', '-', 'any ', 'len(', '{', 'upper(lower('])('%s may not nest for ever', (opening) => {
    expect(errorOf(`${opening.repeat(5000)}tcp`)).toBeInstanceOf(FilterError);
  });

  test.each([
    ['tcp', ' or udp'],
    ['tcp', ' and tcp and not arp'],
    ['tcp.port == 80', ' || tcp.port == 81'],
  ])('%s chained %s thousands of times is no deeper', (first, rest) => {
    expect(selects(first + rest.repeat(2000), POD_SYN)).toBe(true);
  });

  test('arithmetic chains are bounded, and cheap below the bound', () => {
    expect(selects(`tcp.dstport == 0${' + 1'.repeat(80)}`, POD_SYN)).toBe(true);
    expect(selects(`tcp.dstport${' + 1'.repeat(90)} == 170`, POD_SYN)).toBe(true);
    expect(errorOf(`tcp.dstport${' + 1'.repeat(5000)} == 1`).message).toContain('nests');
  });

  test('a filter that is too long is refused', () => {
    expect(errorOf(`tcp${' '.repeat(MAX_FILTER_LENGTH)}`).message).toContain('characters');
  });
});

describe('no text does harm', () => {
  const WORDS = [
    ...[
      'tcp',
      'ip.src',
      'tcp.port',
      'eth.src',
      'frame',
      'frame.time',
      'http.host',
      'inner.',
      'outer ',
      'quoted.ip',
      'ipv6.dst',
    ],
    ...[
      '==',
      '!=',
      '===',
      '~=',
      '<',
      '>=',
      'contains',
      'matches',
      'in',
      'not',
      '!',
      '&&',
      'or',
      'xor',
      'any',
      'all',
      '&',
      '+',
      '-',
    ],
    ...[
      '(',
      ')',
      '{',
      '}',
      '[',
      ']',
      '[0:3]',
      '[-1:]',
      '#',
      '#2',
      '..',
      ',',
      ':',
      '"',
      "'",
      '\\',
      'r"a"',
      '"a"',
      "'a'",
      '1',
      '0x',
    ],
    ...[
      '10.0.0.1',
      '10.0.0.0/8',
      '::1',
      '0a:58',
      '80',
      '1.5',
      'len',
      'max',
      'count',
      'string',
      'host',
      'net',
      'port',
      'src',
      'dst',
    ],
    ...[
      'portrange',
      'ether',
      'vxlan',
      'proto',
      'less',
      '\u0000',
      '\u{1f600}',
      'é',
      '__proto__',
      'constructor',
      'toString',
    ],
  ];
  const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 30 });
  const texts = fc.oneof(
    words.map((list) => list.join(' ')),
    words.map((list) => list.join('')),
    fc.string({ maxLength: 60, unit: 'binary' }),
  );

  test('a text is a filter or a FilterError whose place lies within it', () => {
    const context = contextOf(VXLAN_SYN);
    fc.assert(
      fc.property(texts, (text) => {
        try {
          expect(typeof compileFilter(text, dissector, { regex }).matches(context)).toBe('boolean');
        } catch (error) {
          if (!(error instanceof FilterError)) throw error;
          expect(error.column).toBeGreaterThanOrEqual(1);
          expect(error.column).toBeLessThanOrEqual(text.length + 1);
          expect(error.render().split('\n')).toHaveLength(3);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('a filter and its negation part the packets', () => {
    const tests = fc.constantFrom(
      'tcp',
      'ip.src == 10.0.0.0/8',
      'udp.port != 1',
      'arp',
      'len(ip) > 4',
      'vxlan.vni in {1}',
    );
    const filters = fc.array(tests, { minLength: 1, maxLength: 6 }).map((list) => list.join(' and '));
    fc.assert(
      fc.property(filters, fc.constantFrom(POD_SYN, VXLAN_SYN), (filter, packet) => {
        expect(selects(`not (${filter})`, packet)).toBe(!selects(filter, packet));
      }),
      { numRuns: 200 },
    );
  });
});
