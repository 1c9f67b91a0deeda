/**
 * Compiles the hot path of flows: the closures of `packetUpdate`, `tcpAnalysis`, the generated batch function and the cutter of pcap records; and the
 * loops over all records at the end.
 */
import { ByteWindow } from '../src/capture/byte-window.ts';
import { ReservedColumns } from '../src/capture/columns.ts';
import type { RecordFormat } from '../src/capture/pcap.ts';
import { DEFAULT_MAX_FLOWS } from '../src/flow/flow-defaults.ts';
import { SHARED_DOUBLES, SHARED_NUMBERS, SHARED_OCTETS } from '../src/flow/flow-kernel.ts';
import { Counter } from '../src/flow/flow-records.ts';
import { flowColumnOctets, hotColumns } from '../src/flow/flow-reserve.ts';
import type { FlowTable } from '../src/flow/flow-table.ts';
import { closureFrom, closureOf, objectFrom } from './instantiate.ts';
import { reflect } from './reflect.ts';
import { closureIn, source, trackerOf } from './tracker-values.ts';
import { type Import, known, type Scalar, UNDEFINED, type Value, type View } from './values.ts';
import { WasmModule } from './wasm-module.ts';

/** The scalar of a shared number. */
function scalarOf(name: string): Scalar {
  const place = (SHARED_NUMBERS as readonly string[]).indexOf(name);
  if (place < 0) throw new Error(`${name} is none of the numbers that JavaScript and the module share`);
  return {
    kind: 'scalar',
    address: SHARED_OCTETS * place,
    type: (SHARED_DOUBLES as readonly string[]).includes(name) ? 'f64' : 'i32',
  };
}

/** The numbers that go with a table's records. */
function counters({ counters: { byteOffset, BYTES_PER_ELEMENT } }: FlowTable): Readonly<Record<string, Scalar>> {
  return Object.fromEntries(
    Object.entries(Counter).map(([name, place]) => [
      name,
      { kind: 'scalar', address: byteOffset + place * BYTES_PER_ELEMENT, type: 'i32' },
    ]),
  );
}

/** The module's octets. */
export function compileFlowKernel(): Uint8Array {
  const { tracker } = trackerOf();
  const { tracker: other } = trackerOf(2 * DEFAULT_MAX_FLOWS);
  const module = new WasmModule();
  // Octets between the shared numbers and the first column are the module's own.
  let free = SHARED_OCTETS * SHARED_NUMBERS.length;
  const reserve = (octets: number): number => {
    free += octets;
    return free - octets;
  };
  const view: View = { kind: 'view', base: scalarOf('view.base') };
  const imported = (name: string): Import => ({ kind: 'import', name, result: 'i32' });
  const { keyBatch, queue, table } = tracker;
  if (keyBatch === undefined || other.keyBatch === undefined) throw new Error('there is no batch function');

  const named: Value = {
    kind: 'evaluated',
    call: ([name]) => ({ kind: 'number', value: name?.kind === 'string' ? tracker.dissector.named(name.value) : 0 }),
  };
  const queueValue = reflect('queue', queue, other.queue, scalarOf);
  const methodOf = (name: string): Value => source('flow/flow-table.ts').method('FlowTable', name, () => tableValue);
  const tableValue: Value = reflect('table', table, other.table, scalarOf, {
    ...counters(table),
    find: methodOf('find'),
    take: methodOf('take'),
    enter: methodOf('enter'),
    placeOf: methodOf('placeOf'),
    reuse: imported('table.reuse'),
    reindex: imported('table.reindex'),
    troubleOf: imported('table.troubleOf'),
  });
  const { rows, bits } = hotColumns(new ReservedColumns(flowColumnOctets()));
  const rowsValue = reflect('rows', rows, rows, scalarOf, { capacity: { kind: 'number', value: rows.capacity } });
  const contextValue = reflect('context', keyBatch.context, other.keyBatch.context, scalarOf, {
    dispatch: known({ carriedByPort: imported('dispatch.carriedByPort'), named }),
    addresses: known({ numberOf: imported('addresses.numberOf') }),
  });
  const window = new ByteWindow(0);
  const windowValue = reflect('window', window, window, scalarOf, { view });
  const format: RecordFormat = { headerLength: 16, isLittle: true, perSecond: 1, nanosPerTick: 1, snapLength: 0 };
  const formatValue = reflect('format', format, format, scalarOf);

  source('flow/icmp-conversation.ts').bind('icmpRequest', imported('icmpRequest'));
  source('flow/key-batch.generated.ts').bind('geneveHeaderLength', imported('geneveHeaderLength'));

  const segment = closureFrom(
    closureIn('flow/tcp-analysis.ts', 'tcpAnalysis'),
    [tableValue, queueValue, UNDEFINED],
    { irregularities: known({ count: imported('irregularities.count') }) },
    reserve,
  );
  const update = [tableValue, queueValue, segment, scalarOf('update.tcpIdle'), scalarOf('update.idle')];
  const takeQueue = closureFrom(closureIn('flow/packet-update.ts', 'packetUpdate'), update, {}, reserve);
  const cut = closureFrom(
    closureIn('capture/pcap.ts', 'cutterInto'),
    [rowsValue, windowValue, formatValue],
    {},
    reserve,
  );
  const sumUp = closureFrom(
    closureIn('flow/key-batch.generated.ts', 'createKeyBatch'),
    [contextValue, queueValue],
    {},
    reserve,
  );
  module.export('takeQueue', takeQueue, [view]);
  const rest = [contextValue, queueValue, rowsValue, cut, sumUp, takeQueue, imported('makeRoom'), imported('worked')];
  module.export('takeRest', closureFrom(closureIn('flow/take-rest.ts', 'restTaker'), rest, {}, reserve), [view]);
  const nextAbove = closureFrom(closureIn('flow/flow-ranking.ts', 'scanBytes'), [tableValue], {}, reserve);
  module.export('nextAbove', nextAbove, ['i32', 'i32', 'f64']);
  const sieve = objectFrom(
    closureIn('flow/mark-sieve.ts', 'recordSieve'),
    [tableValue, reflect('bits', bits, bits, scalarOf)],
    {},
    reserve,
  );
  module.export('addMarks', closureOf(sieve, 'add'), ['i32', 'i32', 'i32']);
  module.export('nextMarked', closureOf(sieve, 'next'), ['i32', 'i32', 'i32']);
  module.exportNumber('queueAt', queue.key0.byteOffset);
  module.exportNumber('recordsAt', table.words.byteOffset);
  return module.emit();
}
