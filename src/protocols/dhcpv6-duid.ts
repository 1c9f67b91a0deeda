/** DHCP Unique Identifiers, RFC 8415 §11 and RFC 6355. */
import { bytes, named, text, uint } from '../dissect/field.ts';
import { hexOctets } from '../dissect/value.ts';
import { body, type Part, type Parts, restBytes, utcText, when } from './body.ts';
import { HARDWARE_TYPES } from './dhcp-registries.ts';

/** Seconds from the Unix epoch to 2000-01-01, from which the time in a DUID counts (RFC 8415 §11.2). */
const DUID_EPOCH = 946684800;
const duidTime: Part = {
  spec: text('DUID Time'),
  emit: (emit, field, at, end, { view }) => {
    if (at + 4 > end) return at;
    emit.value(field, utcText(DUID_EPOCH + view.getUint32(at)), at, at + 4);
    return at + 4;
  },
};
const linkLayerAddress: Part = {
  spec: text('Link-Layer Address'),
  emit: (emit, field, at, end, { view }) => {
    emit.value(field, hexOctets(view, at, end), at, end);
    return end;
  },
};

const duidOf = (type: number, part: Parts[string]): Part =>
  when(({ view, start }, left) => left > 0 && view.getUint16(start) === type, part);
const hwtype = uint(16, 'Hardware Type', named(HARDWARE_TYPES));
/** A DUID that fills its option. */
export const duid = body('dhcpv6', '', {
  'duid.type': uint(
    16,
    'DUID Type',
    named({ 1: 'link-layer address and time', 2: 'enterprise number', 3: 'link-layer address', 4: 'UUID' }),
  ),
  'duidllt.hwtype': duidOf(1, hwtype),
  'duidllt.time': duidOf(1, duidTime),
  'duidllt.link_layer_addr': duidOf(1, linkLayerAddress),
  'duiden.enterprise': duidOf(2, uint(32, 'Enterprise Number')),
  'duiden.identifier': duidOf(2, restBytes('Identifier')),
  'duidll.hwtype': duidOf(3, hwtype),
  'duidll.link_layer_addr': duidOf(3, linkLayerAddress),
  'duiduuid.bytes': duidOf(4, bytes('UUID', 16)),
  'duid.data': restBytes('DUID of Another Type'),
});
