/** NTP control messages (mode 6), RFC 9327 §2–3. */
import { bits, bytes, flag, hex, list, named, octets, text, uint } from '../dissect/field.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { type Body, body, emitBody, type FieldsByKey, fieldOf, type Part, type PartContext, when } from './body.ts';
import { flatNames } from './flat-names.ts';

const OPCODES = {
  1: 'read status',
  2: 'read variables',
  3: 'write variables',
  4: 'read clock variables',
  5: 'write clock variables',
  6: 'set trap',
  7: 'asynchronous message',
  8: 'configure',
  9: 'export configuration',
  10: 'read MRU list',
  11: 'read ordered list',
  12: 'request nonce',
  31: 'unset trap',
};
const Opcode = { readStatus: 1, readClock: 4, writeClock: 5 } as const;
const CLOCK_SOURCES = {
  0: 'unspecified',
  1: 'atomic',
  2: 'VLF',
  3: 'HF',
  4: 'UHF',
  5: 'local',
  6: 'NTP',
  7: 'other',
  8: 'wristwatch',
  9: 'telephone',
};
const SELECTIONS = {
  0: 'rejected',
  1: 'falseticker',
  2: 'excess',
  3: 'outlier',
  4: 'candidate',
  5: 'backup',
  6: 'system peer',
  7: 'PPS peer',
};
const STATUS = 'ntp.ctrl.status';
/** Octets before the data. */
const HEADER = 12;
const ITEM = 4;

const plain = uint(16, 'Status', hex, { name: STATUS });
const system = bits(
  16,
  'System Status',
  {
    li: uint(2, 'Leap Indicator', { name: 'ntp.ctrl.sys_status.li' }),
    clksrc: uint(6, 'Clock Source', named(CLOCK_SOURCES), { name: 'ntp.ctrl.sys_status.clksrc' }),
    count: uint(4, 'System Event Counter', { name: 'ntp.ctrl.sys_status.count' }),
    code: uint(4, 'System Event Code', { name: 'ntp.ctrl.sys_status.code' }),
  },
  hex,
  { name: STATUS },
);
const peer = bits(
  16,
  'Peer Status',
  {
    config: flag('Configured', { name: 'ntp.ctrl.peer_status.config' }),
    authenable: flag('Authentication Enabled', { name: 'ntp.ctrl.peer_status.authenable' }),
    authentic: flag('Authentication OK', { name: 'ntp.ctrl.peer_status.authentic' }),
    reach: flag('Reachable', { name: 'ntp.ctrl.peer_status.reach' }),
    bcast: flag('Broadcast', { name: 'ntp.ctrl.peer_status.bcast' }),
    selection: uint(3, 'Peer Selection', named(SELECTIONS), { name: 'ntp.ctrl.peer_status.selection' }),
    count: uint(4, 'Peer Event Counter', { name: 'ntp.ctrl.peer_status.count' }),
    code: uint(4, 'Peer Event Code', { name: 'ntp.ctrl.peer_status.code' }),
  },
  hex,
  { name: STATUS },
);
const clock = bits(
  16,
  'Clock Status',
  {
    status: uint(8, 'Clock Status', { name: 'ntp.ctrl.clock_status.status' }),
    code: uint(8, 'Clock Event Code', { name: 'ntp.ctrl.clock_status.code' }),
  },
  hex,
  { name: STATUS },
);
const error = bits(
  16,
  'Error Status',
  {
    code: uint(8, 'Error', { name: 'ntp.ctrl.err_status' }),
    reserved: uint(8, 'Reserved', { name: 'ntp.ctrl.err_reserved' }),
  },
  hex,
  { name: STATUS },
);

/** Octets of the status word and the association it is of. */
const STATUS_AND_ASSOCIATION = 4;

type Kind = 'plain' | 'error' | 'clock' | 'system' | 'peer';

/** What the status word of the message whose second octet is at `start` is about. */
function statusKind({ view, start }: PartContext): Kind {
  const flags = view.getUint8(start);
  if ((flags & 0x80) === 0) return 'plain';
  if ((flags & 0x40) !== 0) return 'error';
  const opcode = flags & 31;
  if (opcode === Opcode.readClock || opcode === Opcode.writeClock) return 'clock';
  return view.getUint16(start + 5) === 0 ? 'system' : 'peer';
}

const statusOf = (kind: Kind, spec: Part['spec']): Part =>
  when((context, left) => left >= STATUS_AND_ASSOCIATION && statusKind(context) === kind, spec);

/** A control message from its second octet up to the data. */
export const controlMessage: Body = body('ntp', 'ctrl', {
  flags2: bits(
    8,
    'Flags 2',
    { r: flag('Response'), error: flag('Error'), more: flag('More'), opcode: uint(5, 'Opcode', named(OPCODES)) },
    hex,
  ),
  sequence: uint(16, 'Sequence'),
  status: statusOf('plain', plain),
  sys_status: statusOf('system', system),
  peer_status: statusOf('peer', peer),
  clock_status: statusOf('clock', clock),
  error_status: statusOf('error', error),
  associd: uint(16, 'Association ID'),
  offset: uint(16, 'Offset', octets),
  count: uint(16, 'Count', octets),
  text: { spec: text('Variables'), emit: (_emit, _field, at) => at },
  items: {
    spec: list(
      'Association',
      () => flatNames('ntp', { associd: uint(16, 'Association ID', { name: 'ntp.ctrl.associd' }), peer_status: peer }),
      {
        name: 'ntp.ctrl.item',
      },
    ),
    emit: (_emit, _field, at) => at,
  },
  padding: { spec: bytes('Padding', 0, { name: 'ntp.padding' }), emit: (_emit, _field, at) => at },
});

/** Emits a control message that begins at `start`, and answers the first octet behind its data and padding. */
export function showControl(
  emit: FieldEmitter,
  fields: FieldsByKey,
  view: DataView,
  start: number,
  end: number,
): number {
  const data = emitBody(emit, fields, controlMessage, view, start + 1, end, start);
  if (data < start + HEADER) return data;
  const count = view.getUint16(data - 2);
  const flags = view.getUint8(start + 1);
  if (data + count > end) emit.issue('dataBeyondMessage', count, end - data, 'ntp.ctrl.count');
  const next = Math.min(data + count, end);
  const isResponse = (flags & 0x80) !== 0;
  let at = data;
  if (isResponse && (flags & 31) === Opcode.readStatus) at = showAssociations(emit, fields, data, next);
  if (at < next) emit.octets(fieldOf(fields, 'ctrl_text'), at, next);
  const padded = Math.min(start + HEADER + ((count + 3) & ~3), end);
  if (padded > next) emit.octets(fieldOf(fields, 'ctrl_padding'), next, padded);
  return Math.max(padded, next);
}

function showAssociations(emit: FieldEmitter, fields: FieldsByKey, from: number, end: number): number {
  const items = fieldOf(fields, 'ctrl_items');
  const of = items.of as FieldsByKey;
  let at = from;
  for (; at + ITEM <= end; at += ITEM) {
    emit.begin(items, at);
    emit.field(fieldOf(of, 'associd'), at);
    emit.field(fieldOf(of, 'peer_status'), at + 2);
    emit.end(at + ITEM);
  }
  return at;
}
