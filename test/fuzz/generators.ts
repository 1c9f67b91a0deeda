/** Valid packets by protocol family, as fast-check generates them: each with what must be read of it. */
import fc from 'fast-check';

type Octets = readonly number[];

/** A frame, the layers it must have, and fields with their values, as in JSON, by layer and key. */
export interface GeneratedFrame {
  readonly octets: Octets;
  readonly stack: string;
  readonly fields: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A layer with everything it holds; `code` is what the layer around it calls it. */
interface Part extends GeneratedFrame {
  readonly code: number;
}

const u16 = (value: number): Octets => [(value >> 8) & 0xff, value & 0xff];
const u24 = (value: number): Octets => [(value >> 16) & 0xff, ...u16(value)];
const u32 = (value: number): Octets => [...u16(value >>> 16), ...u16(value)];
const ascii = (text: string): Octets => [...new TextEncoder().encode(text)];
const below = (limit: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: limit - 1 });
const octetsOf = (minLength: number, maxLength = minLength): fc.Arbitrary<Octets> =>
  fc.array(below(256), { minLength, maxLength });

/** The part with a header before it. */
function around(
  inner: GeneratedFrame,
  name: string,
  header: Octets,
  code: number,
  fields: Readonly<Record<string, unknown>> = {},
): Part {
  const stack = inner.stack === '' ? name : `${name}:${inner.stack}`;
  return { octets: [...header, ...inner.octets], stack, code, fields: { ...inner.fields, [name]: fields } };
}

const nothing: GeneratedFrame = { octets: [], stack: '', fields: {} };
const data = (octets: Octets): GeneratedFrame => ({ octets, stack: '', fields: {} });

/** Ports that no protocol claims, so that the payload stays payload. */
const port = fc.integer({ min: 40_000, max: 40_999 });
const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,14}$/);
/** Octets that no protocol is recognised by. */
const payload = fc.array(fc.constant(0xab), { maxLength: 40 }).map(data);

const domainName = fc.array(label, { minLength: 1, maxLength: 6 });
const nameOctets = (labels: readonly string[]): Octets => [...labels.flatMap((l) => [l.length, ...ascii(l)]), 0];

/** A query, or an answer whose owner is a pointer to it. */
const dns: fc.Arbitrary<GeneratedFrame> = fc
  .record({ id: below(65_536), labels: domainName, isAnswer: fc.boolean(), address: octetsOf(4), ttl: below(86_400) })
  .map(({ id, labels, isAnswer, address, ttl }) => {
    const answer = [0xc0, 12, ...u16(1), ...u16(1), ...u32(ttl), ...u16(4), ...address];
    const counts = [...u16(1), ...u16(isAnswer ? 1 : 0), ...u32(0)];
    const question = [...nameOctets(labels), ...u16(1), ...u16(1)];
    const octets = [...u16(id), isAnswer ? 0x80 : 0x01, 0, ...counts, ...question, ...(isAnswer ? answer : [])];
    return { octets, stack: 'dns', fields: { dns: { id, count_queries: 1, count_answers: isAnswer ? 1 : 0 } } };
  });

const http: fc.Arbitrary<GeneratedFrame> = fc
  .record({ path: label, host: label, body: fc.stringMatching(/^[a-z]{0,30}$/) })
  .map(({ path, host, body }) => {
    const head = `POST /${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${body.length}\r\n\r\n`;
    const fields = { request_method: 'POST', request_uri: `/${path}`, request_full_uri: `http://${host}/${path}` };
    return { octets: ascii(head + body), stack: 'http', fields: { http: fields } };
  });

const tls: fc.Arbitrary<GeneratedFrame> = fc
  .record({ host: label, random: octetsOf(32), session: octetsOf(0, 32) })
  .map(({ host, random, session }) => {
    const name = [...u16(host.length + 3), 0, ...u16(host.length), ...ascii(host)];
    const extension = [...u16(0), ...u16(name.length), ...name];
    const hello = [
      ...[0x03, 0x03, ...random, session.length, ...session],
      ...[...u16(2), 0x13, 0x01, 1, 0, ...u16(extension.length), ...extension],
    ];
    const handshake = [1, ...u24(hello.length), ...hello];
    return { octets: [22, 3, 1, ...u16(handshake.length), ...handshake], stack: 'tls', fields: { tls: {} } };
  });

const bgp: fc.Arbitrary<GeneratedFrame> = fc
  .array(fc.record({ bits: below(33), address: octetsOf(4) }), { maxLength: 8 })
  .map((routes) => {
    const prefixes = routes.flatMap(({ bits, address }) => [bits, ...address.slice(0, Math.ceil(bits / 8))]);
    const attributes = [0x40, 1, 1, 0, 0x40, 2, 0, 0x40, 3, 4, 10, 0, 0, 1];
    const body = [...u16(0), ...u16(attributes.length), ...attributes, ...prefixes];
    const octets = [...Array.from({ length: 16 }, () => 0xff), ...u16(19 + body.length), 2, ...body];
    return { octets, stack: 'bgp', fields: { bgp: { type: 2, length: octets.length } } };
  });

function udpOver(inner: fc.Arbitrary<GeneratedFrame>, to: fc.Arbitrary<number>): fc.Arbitrary<Part> {
  return fc.tuple(inner, port, to).map(([part, srcport, dstport]) => {
    const length = 8 + part.octets.length;
    const header = [...u16(srcport), ...u16(dstport), ...u16(length), 0, 0];
    return around(part, 'udp', header, 17, { srcport, dstport, length });
  });
}

const tcpOption = fc.oneof(
  fc.constant([1]),
  below(65_536).map((mss) => [2, 4, ...u16(mss)]),
  below(15).map((shift) => [3, 3, shift]),
  octetsOf(8).map((times) => [8, 10, ...times]),
  octetsOf(8).map((block) => [5, 10, ...block]),
  octetsOf(0, 6).map((value) => [253, 2 + value.length, ...value]),
);

/** Options one behind the other as far as `most` octets, padded to whole words with `padding`. */
function options(option: fc.Arbitrary<readonly number[]>, most: number, padding: number): fc.Arbitrary<Octets> {
  return fc.array(option, { maxLength: 6 }).map((list) => {
    const octets: number[] = [];
    for (const one of list) if (octets.length + one.length <= most) octets.push(...one);
    while (octets.length % 4 !== 0) octets.push(padding);
    return octets;
  });
}

function tcpOver(inner: fc.Arbitrary<GeneratedFrame>, to: fc.Arbitrary<number>): fc.Arbitrary<Part> {
  return fc
    .record({ part: inner, srcport: port, dstport: to, seq: below(2 ** 32), extra: options(tcpOption, 40, 0) })
    .map(({ part, srcport, dstport, seq, extra }) => {
      const words = 5 + extra.length / 4;
      const ports = [...u16(srcport), ...u16(dstport), ...u32(seq), ...u32(0)];
      const header = [...ports, words << 4, 0x18, ...u16(1000), 0, 0, 0, 0, ...extra];
      return around(part, 'tcp', header, 6, { srcport, dstport, seq_raw: seq, hdr_len: 4 * words });
    });
}

const echo: fc.Arbitrary<Part> = fc
  .tuple(payload, below(65_536), below(65_536))
  .map(([part, id, seq]) =>
    around(part, 'icmp', [8, 0, 0, 0, ...u16(id), ...u16(seq)], 1, { type: 8, ident: id, seq }),
  );

/** What stands in an IP packet without a tunnel. */
const transport: fc.Arbitrary<Part> = fc.oneof(
  udpOver(payload, port),
  tcpOver(payload, port),
  udpOver(dns, fc.constant(53)),
  tcpOver(http, fc.constant(80)),
  tcpOver(tls, fc.constant(443)),
  tcpOver(bgp, fc.constant(179)),
  echo,
);

const ipOption = fc.oneof(
  fc.constant([1]),
  octetsOf(2).map((id) => [136, 4, ...id]),
  fc.constant([148, 4, 0, 0]),
);

function ipv4Over(inner: fc.Arbitrary<Part>): fc.Arbitrary<Part> {
  return fc
    .record({
      part: inner,
      ttl: below(256),
      source: octetsOf(4),
      destination: octetsOf(4),
      extra: options(ipOption, 40, 0),
    })
    .map(({ part, ttl, source, destination, extra }) => {
      const words = 5 + extra.length / 4;
      const length = 4 * words + part.octets.length;
      const start = [0x40 | words, 0, ...u16(length), 0, 0, 0x40, 0, ttl, part.code, 0, 0];
      const fields = { len: length, ttl, proto: part.code, src: source.join('.'), dst: destination.join('.') };
      return around(part, 'ip', [...start, ...source, ...destination, ...extra], 4, fields);
    });
}

/** IPv6 with options headers between it and what it holds. */
function ipv6Over(inner: fc.Arbitrary<Part>): fc.Arbitrary<Part> {
  const addresses = octetsOf(32).map((octets) => octets.map((octet, index) => (index % 16 === 0 ? 0x20 : octet)));
  return fc
    .record({ part: inner, hlim: below(256), addresses, isExtended: fc.boolean() })
    .map(({ part, hlim, addresses: both, isExtended }) => {
      const held = isExtended ? around(part, 'ipv6.dstopts', [part.code, 0, 1, 4, 0, 0, 0, 0], 60) : part;
      const header = [0x60, 0, 0, 0, ...u16(held.octets.length), held.code, hlim, ...both];
      return around(held, 'ipv6', header, 41, { plen: held.octets.length, nxt: held.code, hlim });
    });
}

const innerIp: fc.Arbitrary<Part> = fc.oneof(ipv4Over(transport), ipv6Over(transport));
const etherTypeOf = (part: Part): number => (part.stack.startsWith('ipv6') ? 0x86dd : 0x0800);

/** Ethernet, with up to two VLAN tags. */
function ethernetOver(inner: fc.Arbitrary<Part>): fc.Arbitrary<GeneratedFrame> {
  return fc.tuple(inner, octetsOf(12), fc.array(below(4096), { maxLength: 2 })).map(([part, addresses, tags]) => {
    let held: GeneratedFrame = part;
    let type = etherTypeOf(part);
    for (const id of tags) {
      held = { ...around(held, 'vlan', [...u16(id), ...u16(type)], 0, { id }), fields: { ...held.fields } };
      type = 0x8100;
    }
    // An address of a group tells bridges' own protocols apart.
    return around(held, 'eth', [0x02, ...addresses.slice(1), ...u16(type)], 0, { type });
  });
}

const vni = below(2 ** 24);
const inEthernet = ethernetOver(innerIp);
const geneveOption = fc
  .tuple(below(128), octetsOf(0, 3))
  .map(([type, words]) => [...[0xff, 0x00, type, words.length], ...words.flatMap((word) => [word, word, word, word])]);

/** Tunnels, each as what an outer IP packet holds. */
const tunnelled: fc.Arbitrary<Part> = fc.oneof(
  innerIp,
  udpOver(
    fc.tuple(inEthernet, vni).map(([frame, id]) => around(frame, 'vxlan', [8, 0, 0, 0, ...u24(id), 0], 0, { vni: id })),
    fc.constantFrom(4789, 8472),
  ),
  udpOver(
    fc
      .tuple(inEthernet, vni, options(geneveOption, 252, 0))
      .map(([frame, id, extra]) =>
        around(frame, 'geneve', [extra.length / 4, 0, 0x65, 0x58, ...u24(id), 0, ...extra], 0, { vni: id }),
      ),
    fc.constant(6081),
  ),
  innerIp.map((part) => around(part, 'gre', [0, 0, ...u16(etherTypeOf(part))], 47)),
);

const arp: fc.Arbitrary<GeneratedFrame> = fc.tuple(octetsOf(20), fc.constantFrom(1, 2)).map(([addresses, opcode]) => {
  const body = [0, 1, 8, 0, 6, 4, ...u16(opcode), ...addresses];
  const frame = around(nothing, 'arp', body, 0, { opcode });
  return around(frame, 'eth', [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x06], 0);
});

/** Families by name; all frames are Ethernet's. */
export const FAMILIES: Readonly<Record<string, fc.Arbitrary<GeneratedFrame>>> = {
  arp,
  'names and messages': ethernetOver(ipv4Over(transport)),
  'IPv4 and IPv6': inEthernet,
  tunnels: ethernetOver(fc.oneof(ipv4Over(tunnelled), ipv6Over(tunnelled))),
};
