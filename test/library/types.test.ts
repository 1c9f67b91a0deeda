/** What the compiler knows of layers, asserted by the compiler: `npm run check` fails where a type is not what it should be. */
import { describe, expectTypeOf, test } from 'vitest';
import {
  type Capture,
  createDissector,
  createSession,
  type DissectedPacket,
  defineProtocol,
  dissect,
  flag,
  type LayerObject,
  type LayerOf,
  type LayersOf,
  list,
  type ObjectValue,
  type Protocol,
  readCapture,
  type StandardLayers,
  type StandardProtocol,
  standardProtocols,
  uint,
} from '../../src/index.ts';
import { openCapture } from '../../src/node.ts';

const frame = new Uint8Array(60);

const mine = defineProtocol('mine', {
  title: 'A protocol of one’s own',
  source: 'test',
  carriedBy: { udpPort: [9999] },
  fields: { kind: uint(8, 'Kind'), urgent: flag('Urgent'), rest: uint(7, 'Rest') },
  variable: { item: list('Item', { value: uint(16, 'Value') }) },
});

describe('layers of the protocols that come with netdissect', () => {
  const packet = dissect(frame);

  test('numbers, flags, addresses', () => {
    expectTypeOf(packet.layer('vxlan')?.vni).toEqualTypeOf<number | undefined>();
    expectTypeOf(packet.layer('tcp')?.flags.syn).toEqualTypeOf<boolean | undefined>();
    expectTypeOf(packet.layer('tcp')?.flags.raw).toEqualTypeOf<number | undefined>();
    expectTypeOf(packet.layer('ip')?.src).toEqualTypeOf<string | undefined>();
    expectTypeOf(packet.layer('ipv6')?.dst).toEqualTypeOf<string | undefined>();
    expectTypeOf(packet.layer('eth')?.dst).toEqualTypeOf<string | undefined>();
    expectTypeOf(packet.layer('vxlan')?.tunnel).toEqualTypeOf<string | undefined>();
  });

  test('lists', () => {
    expectTypeOf(packet.layer('tcp')?.options[0]?.mss_val).toEqualTypeOf<number | undefined>();
    expectTypeOf(packet.layer('tcp')?.options[0]?.sack?.[0]?.le_raw).toEqualTypeOf<number | undefined>();
    expectTypeOf(packet.layer('tcp')?.options[0]?.tfo_cookie).toEqualTypeOf<string | undefined>();
  });

  test('lists of what is declared elsewhere, record data for instance', () => {
    expectTypeOf(packet.layer('dns')?.answers[0]?.resp_name).toEqualTypeOf<string | undefined>();
    expectTypeOf(packet.layer('dns')?.answers[0]?.a).toEqualTypeOf<string | undefined>();
    expectTypeOf(packet.layer('dns')?.answers[0]?.mx_preference).toEqualTypeOf<number | undefined>();
    expectTypeOf(packet.layer('dns')?.answers[0]?.csync_flags?.immediate).toEqualTypeOf<boolean | undefined>();
  });

  test('keys that only a run tells have a general type', () => {
    expectTypeOf(packet.layer('http')?.headers[0]?.content_length).toEqualTypeOf<number | undefined>();
    expectTypeOf(packet.layer('http')?.headers[0]?.['host']).toEqualTypeOf<ObjectValue | undefined>();
  });

  test('the nth layer of a protocol has the same type', () => {
    expectTypeOf(packet.layer('ip', 0)).toEqualTypeOf<StandardLayers['ip'] | undefined>();
  });

  test('each protocol of the list has its own name', () => {
    type WithAnyName<P> = P extends Protocol ? (string extends P['name'] ? P : never) : never;
    expectTypeOf<WithAnyName<StandardProtocol>>().toBeNever();
  });

  test('a key that no field has is an error', () => {
    // @ts-expect-error: the field is `dstport`
    expectTypeOf(packet.layer('tcp')?.dst_port).toBeUnknown();
  });

  test('any other name has a general type', () => {
    expectTypeOf(packet.layer('nobody')).toEqualTypeOf<LayerObject | undefined>();
    expectTypeOf(packet.layer('nobody')?.['any.thing']).toEqualTypeOf<ObjectValue | undefined>();
    expectTypeOf(packet.layer(String(1))).toEqualTypeOf<LayerObject | undefined>();
    expectTypeOf(packet.layers).toEqualTypeOf<readonly LayerObject[]>();
  });

  test('captures and sessions give the same packets', () => {
    expectTypeOf(readCapture([frame])).toEqualTypeOf<Capture>();
    expectTypeOf(openCapture).returns.resolves.toExtend<Capture>();
    expectTypeOf(createSession().dissect(frame).layer('ip')?.ttl).toEqualTypeOf<number | undefined>();
    const take = (_packet: DissectedPacket): void => undefined;
    take(packet);
    take(createSession().dissect(frame));
  });
});

describe('protocols of one’s own', () => {
  const dissector = createDissector([...standardProtocols, mine]);

  test('their layers are typed by their declaration', () => {
    const packet = dissect(frame, 'EN10MB', dissector);
    expectTypeOf(packet.layer('mine')?.kind).toEqualTypeOf<number | undefined>();
    expectTypeOf(packet.layer('mine')?.urgent).toEqualTypeOf<boolean | undefined>();
    expectTypeOf(packet.layer('mine')?.item[0]?.value).toEqualTypeOf<number | undefined>();
    expectTypeOf(packet.layer('vxlan')?.vni).toEqualTypeOf<number | undefined>();
    expectTypeOf<LayerOf<typeof mine>['layer']>().toEqualTypeOf<'mine'>();
  });

  test('in captures and sessions too', () => {
    expectTypeOf(createSession({ dissector }).dissect(frame).layer('mine')?.kind).toEqualTypeOf<number | undefined>();
    const capture = readCapture([frame], { dissector });
    expectTypeOf(capture).toEqualTypeOf<Capture<LayersOf<StandardProtocol | typeof mine>>>();
    expectTypeOf(capture.filter('udp')).toEqualTypeOf<typeof capture>();
    expectTypeOf(() => openCapture('x.pcap', { dissector })).returns.resolves.toEqualTypeOf<typeof capture>();
  });

  test('a dissector without the standard protocols knows none of their names', () => {
    const packet = dissect(frame, 1, createDissector([mine]));
    expectTypeOf(packet.layer('vxlan')).toEqualTypeOf<LayerObject | undefined>();
  });
});
