/** Network Time Protocol: RFC 5905 §7.3, control messages RFC 9327 §2, and the private messages of ntpd (mode 7). */
import {
  bits,
  bytes,
  computed,
  flag,
  hex,
  instead,
  list,
  named,
  octets,
  packed,
  type TakesOver,
  uint,
} from '../dissect/field.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import { ipv4Text } from '../dissect/value.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { body, emitBody, type FieldsByKey, fieldOf, restBytes, specsOf } from './body.ts';
import { flatNames } from './flat-names.ts';
import { controlMessage, showControl } from './ntp-control.ts';
import { ntpTimestamp, timestampAt } from './ntp-timestamp.ts';

const MODES = {
  0: 'reserved',
  1: 'symmetric active',
  2: 'symmetric passive',
  3: 'client',
  4: 'server',
  5: 'broadcast',
  6: 'control',
  7: 'private',
};
const Mode = { server: 4, broadcast: 5, control: 6, private: 7 } as const;
const LEAP = { 0: 'no warning', 1: 'last minute has 61 s', 2: 'last minute has 59 s', 3: 'unknown' };
const STRATA = { 0: 'unspecified', 1: 'primary', 16: 'unsynchronized' };
/** Extension field types: RFC 7822, NTS RFC 8915 §7.6. */
const EXTENSIONS = {
  260: 'Unique Identifier',
  516: 'NTS Cookie',
  772: 'NTS Cookie Placeholder',
  1028: 'NTS Authenticator',
};

/** Octets before extension fields and the message authentication code. */
const HEADER = 48;
const KEY_ID = 4;
/** What is no longer than this at the end is a key identifier with a code, not an extension field (RFC 7822 §7.5). */
const MOST_MAC = 24;
const EXTENSION_HEADER = 4;

const isPrivate: TakesOver = (_raw, view, at) => (view.getUint8(at) & 7) === Mode.private;

const timeMessage = body('ntp', '', {
  stratum: uint(8, 'Stratum', named(STRATA)),
  ppoll: uint(8, 'Poll Interval', { unit: 'log2 s' }),
  precision: uint(8, 'Precision', { unit: 'log2 s, signed' }),
  rootdelay: uint(32, 'Root Delay', { unit: '1/65536 s' }),
  rootdispersion: uint(32, 'Root Dispersion', { unit: '1/65536 s' }),
  refid: bytes('Reference ID', 4),
  reftime: ntpTimestamp('Reference Timestamp'),
  org: ntpTimestamp('Origin Timestamp'),
  rec: ntpTimestamp('Receive Timestamp'),
  xmt: ntpTimestamp('Transmit Timestamp'),
});
const privateMessage = body('ntp', 'priv', {
  auth_seq: bits(8, 'Authentication and Sequence', {
    auth: flag('Authenticated', { name: 'ntp.priv.auth' }),
    seq: uint(7, 'Sequence', { name: 'ntp.priv.seq' }),
  }),
  impl: uint(8, 'Implementation', named({ 0: 'any', 2: 'XNTPD, old', 3: 'XNTPD' })),
  reqcode: uint(8, 'Request Code'),
});
const privateCounts = packed({ err: uint(4, 'Error'), numitems: uint(12, 'Number of Items') });
const privateSizes = packed({ reserved: uint(4, 'Reserved'), itemsize: uint(12, 'Item Size', octets) });
/** Octets of a private message before its items. */
const PRIVATE_HEADER = 8;
const authentication = body('ntp', '', {
  keyid: bytes('Key ID', KEY_ID),
  mac: restBytes('Message Authentication Code'),
});
const extension = body('ntp', 'ext', {
  type: uint(16, 'Type', hex, named(EXTENSIONS)),
  length: uint(16, 'Length', octets),
  value: restBytes('Value'),
});

export const ntp = defineProtocol('ntp', {
  title: 'Network Time Protocol',
  source: 'RFC 5905 §7.3',
  carriedBy: { udpPort: [123] },
  fields: {
    flags: bits(
      8,
      'Flags',
      {
        li: uint(2, 'Leap Indicator', named(LEAP)),
        private: instead(
          'li',
          bits(2, 'Private Flags', {
            r: flag('Response', { name: 'ntp.priv.flags.r' }),
            more: flag('More', { name: 'ntp.priv.flags.more' }),
          }),
          isPrivate,
        ),
        vn: uint(3, 'Version'),
        mode: uint(3, 'Mode', named(MODES)),
      },
      hex,
    ),
  },
  variable: () => ({
    reference: computed('text', 'Reference'),
    ...specsOf([timeMessage, controlMessage, privateMessage]),
    ...flatNames('ntp', {
      'priv.err': privateCounts.err,
      'priv.numitems': privateCounts.numitems,
      'priv.reserved': privateSizes.reserved,
      'priv.itemsize': privateSizes.itemsize,
      'priv.data': bytes('Items'),
    }),
    extensions: list('Extension Field', extension.specs, { name: 'ntp.ext' }),
    ...authentication.specs,
    trailing: bytes('Trailing Octets'),
  }),
  headerLength: 'all',
  details: showMessage,
  summary: summarize,
  issues: {
    extensionLength: 'the length of an extension field is below 16 octets, or reaches beyond the message',
    dataBeyondMessage: 'the count of a control message reaches beyond the message',
  },
});

const { vn, mode } = ntp.fields.flags.of;

function showMessage(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  const fields: FieldsByKey = ntp.variable;
  let at = start + 1;
  switch (mode.get(view, start)) {
    case Mode.control:
      at = showControl(emit, fields, view, start, end);
      break;
    case Mode.private:
      at = showPrivate(emit, fields, view, start, end);
      break;
    default:
      if (start + 16 <= end) emit.value(ntp.variable.reference, referenceText(view, start));
      at = emitBody(emit, fields, timeMessage, view, at, end, start);
      if (at === start + HEADER && vn.get(view, start) >= 4) at = showExtensions(emit, view, at, end);
  }
  if (end - at >= KEY_ID) at = emitBody(emit, fields, authentication, view, at, end, at);
  if (at < end) emit.octets(ntp.variable.trailing, at, end);
}

/** Emits extension fields while more is left than a message authentication code takes; answers the first octet behind them. */
function showExtensions(emit: FieldEmitter, view: DataView, from: number, end: number): number {
  const { extensions } = ntp.variable;
  const fields: FieldsByKey = extensions.of;
  let at = from;
  while (end - at > MOST_MAC) {
    const length = view.getUint16(at + 2);
    if (length < EXTENSION_HEADER || at + length > end) {
      emit.issue('extensionLength', EXTENSION_HEADER, length, fieldOf(fields, 'ext_length').name);
      return at;
    }
    emit.begin(extensions, at);
    emitBody(emit, fields, extension, view, at, at + length, at);
    at += length;
    emit.end(at);
  }
  return at;
}

function showPrivate(emit: FieldEmitter, fields: FieldsByKey, view: DataView, start: number, end: number): number {
  const at = emitBody(emit, fields, privateMessage, view, start + 1, end, start);
  if (start + PRIVATE_HEADER > end) return at;
  const pair = (high: string, low: string, place: number): void => {
    emit.field(fieldOf(fields, high), place);
    emit.field(fieldOf(fields, low), place);
  };
  pair('priv_err', 'priv_numitems', start + 4);
  pair('priv_reserved', 'priv_itemsize', start + 6);
  if (start + PRIVATE_HEADER < end) emit.octets(fieldOf(fields, 'priv_data'), start + PRIVATE_HEADER, end);
  return end;
}

/** What the clock follows: four letters for a primary clock and for the kiss o' death, else the address of a server (or a hash of it). */
function referenceText(view: DataView, start: number): string {
  const stratum = view.getUint8(start + 1);
  if (stratum > 1) return ipv4Text(view, start + 12);
  let letters = '';
  for (let at = start + 12; at < start + 16; at++) {
    const octet = view.getUint8(at);
    if (octet >= 0x20 && octet < 0x7f) letters += String.fromCharCode(octet);
  }
  return letters;
}

function summarize(view: DataView, start: number, end: number): string {
  const which = mode.get(view, start);
  const words = `v${vn.get(view, start)} ${MODES[which as 1]}`;
  if ((which !== Mode.server && which !== Mode.broadcast) || start + HEADER > end) return words;
  return `${words} stratum ${view.getUint8(start + 1)} ref ${referenceText(view, start)} at ${timestampAt(view, start + 40)}`;
}
