/** Optional parameters of OPEN messages: RFC 4271 §4.2, capabilities RFC 5492, extended parameters RFC 9072. */
import { bits, bytes, flag, hex, ipv4Address, list, named, octets, uint } from '../dissect/field.ts';
import { ADDRESS_FAMILIES, CAPABILITIES, SUBSEQUENT_FAMILIES } from './bgp-registries.ts';
import { body, countedText, each, type Part, type Parts, restBytes, specsOf, typedElements } from './body.ts';

const capability = (parts: Parts) => body('bgp.cap', '', parts);
const afi = uint(16, 'AFI', named(ADDRESS_FAMILIES));
const safi = uint(8, 'SAFI', named(SUBSEQUENT_FAMILIES));
const reserved = bytes('Reserved', 1);
const name = (key: string) => ({ name: `bgp.cap.${key}` });

const outboundFilters = capability({
  'orf.afi': afi,
  reserved,
  'orf.safi': safi,
  'orf.number': uint(8, 'Number'),
  orfs: each(
    'Outbound Route Filter',
    capability({
      'orf.type': uint(8, 'Type', named({ 64: 'Address Prefix' })),
      'orf.sendreceive': uint(8, 'Send/Receive', named({ 1: 'receive', 2: 'send', 3: 'both' })),
    }),
    name('orfs'),
  ),
});

/** Capabilities up to the end of their parameter. */
const capabilities = typedElements({
  title: 'Capability',
  prefix: 'bgp.cap',
  name: 'bgp.cap',
  header: { type: uint(8, 'Type', named(CAPABILITIES)), length: uint(8, 'Length', octets) },
  rest: 'unknown',
  issue: 'capabilityBeyondParameter',
  limit: 'bgp.open.opt.param.len',
  bodies: () => ({
    1: capability({ 'mp.afi': afi, reserved, 'mp.safi': safi }),
    3: outboundFilters,
    5: capability({
      enhs: each(
        'Next Hop Encoding',
        capability({
          'enh.afi': afi,
          'enh.safi': uint(16, 'SAFI', named(SUBSEQUENT_FAMILIES)),
          'enh.nhafi': uint(16, 'Next Hop AFI', named(ADDRESS_FAMILIES)),
        }),
        name('enhs'),
      ),
    }),
    7: capability({
      'bgpsec.flags': bits(8, 'Flags', {
        version: uint(4, 'Version', name('bgpsec.version')),
        sendreceive: flag('Send/Receive', name('bgpsec.sendreceive')),
        reserved: uint(3, 'Reserved', name('bgpsec.reserved')),
      }),
      'bgpsec.afi': afi,
    }),
    9: capability({
      role: uint(8, 'Role', named({ 0: 'Provider', 1: 'RS', 2: 'RS-Client', 3: 'Customer', 4: 'Peer' })),
    }),
    64: capability({
      'gr.timers': bits(
        16,
        'Restart Timers',
        {
          restart_flag: flag('Restart State'),
          notification_flag: flag('Graceful Notification'),
          reserved: uint(2, 'Reserved'),
          restart_time: uint(12, 'Restart Time', { unit: 's' }),
        },
        hex,
      ),
      grs: each(
        'Address Family',
        capability({
          'gr.afi': afi,
          'gr.safi': safi,
          'gr.flag': bits(8, 'Flags', { pfs: flag('Forwarding State Preserved'), reserved: uint(7, 'Reserved') }, hex),
        }),
        name('grs'),
      ),
    }),
    65: capability({ '4as': uint(32, 'AS Number') }),
    67: capability({ dcs: each('Dynamic Capability', capability({ dc: uint(8, 'Capability') }), name('dcs')) }),
    69: capability({
      aps: each(
        'ADD-PATH Family',
        capability({
          'ap.afi': afi,
          'ap.safi': safi,
          'ap.sendreceive': uint(8, 'Send/Receive', named({ 1: 'receive', 2: 'send', 3: 'both' })),
        }),
        name('aps'),
      ),
    }),
    71: capability({
      llgrs: each(
        'Long-Lived Stale Family',
        capability({
          'llgr.afi': afi,
          'llgr.safi': safi,
          'llgr.flag': uint(8, 'Flags', hex),
          'llgr.stale_time': uint(24, 'Stale Time', { unit: 's' }),
        }),
        name('llgrs'),
      ),
    }),
    73: capability({
      // Wireshark files these under ORF.
      'orf.fqdn.hostname.len': uint(8, 'Hostname Length', octets),
      'orf.fqdn.hostname': countedText('Hostname'),
      'orf.fqdn.domain_name.len': uint(8, 'Domain Name Length', octets),
      'orf.fqdn.domain_name': countedText('Domain Name'),
    }),
    130: outboundFilters,
  }),
});

/** Octets from the version to the length of the optional parameters. */
const OPEN_FIXED = 10;
const PARAMETERS = named({ 1: 'Authentication', 2: 'Capabilities', 255: 'Extended Length' });

/** Parameters whose length is told in one octet, or as RFC 9072 has it in two. */
const parametersWith = (lengthKey: string, lengthBits: number): Part =>
  typedElements({
    title: 'Optional Parameter',
    prefix: 'bgp.open.opt.param',
    name: 'bgp.open.opt.param',
    header: { type: uint(8, 'Parameter Type', PARAMETERS), [lengthKey]: uint(lengthBits, 'Parameter Length', octets) },
    rest: 'unknown',
    issue: 'parameterBeyondMessage',
    limit: 'bgp.open.opt.len',
    bodies: () => ({
      1: body('bgp.open.opt.param', '', { auth: restBytes('Authentication Data') }),
      2: body('bgp.open.opt.param', '', { capabilities }),
    }),
  });
const shortParameters = parametersWith('len', 8);
const longParameters = parametersWith('extended_len', 16);

/** Value of the length octet, and of the type octet behind it, that says that the parameters are extended (RFC 9072 §2). */
const EXTENDED = 255;

/** What an OPEN message says: from its version on. */
export const openMessage = body('bgp', 'open', {
  version: uint(8, 'Version'),
  myas: uint(16, 'My AS'),
  holdtime: uint(16, 'Hold Time', { unit: 's' }),
  identifier: ipv4Address('BGP Identifier'),
  'opt.len': uint(8, 'Optional Parameters Length', octets),
  'opt.extended_type': {
    spec: uint(8, 'Non-Extended Parameter Type'),
    emit: (emit, field, at, end, { view, before }) => {
      if (before !== EXTENDED || at + 3 > end || view.getUint8(at) !== EXTENDED) return at;
      emit.field(field, at);
      return at + 1;
    },
  },
  'opt.extended_len': {
    spec: uint(16, 'Extended Parameters Length', octets),
    emit: (emit, field, at, end, { start }) => {
      if (at === start + OPEN_FIXED || at + 2 > end) return at;
      emit.field(field, at);
      return at + 2;
    },
  },
  'opt.params': {
    spec: list(
      'Optional Parameter',
      () =>
        specsOf([
          { specs: shortParameters.spec.children, steps: [] },
          { specs: longParameters.spec.children, steps: [] },
        ]),
      { name: 'bgp.open.opt.param' },
    ),
    emit: (emit, field, at, end, context) => {
      const { view, start } = context;
      const isExtended = at > start + OPEN_FIXED;
      const length = isExtended ? view.getUint16(at - 2) : view.getUint8(start + OPEN_FIXED - 1);
      if (at + length > end) emit.issue('parameterBeyondMessage', length, end - at, 'bgp.open.opt.len');
      const parameters = isExtended ? longParameters : shortParameters;
      return parameters.emit(emit, field, at, Math.min(at + length, end), context);
    },
  },
});
