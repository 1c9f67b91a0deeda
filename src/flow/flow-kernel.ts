/**
 * The hot path as WebAssembly: compiled from the closures of this folder, it cuts records, sums them up and works on the queue as they do, on the same
 * columns: a run takes a fifth less. What it meets rarely it asks JavaScript for. Both can take turns from queue to queue. At the end it looks through all
 * records for the foremost and for shared marks, which is over before V8 would have compiled the loops.
 */
import type { ReservedColumns } from '../capture/columns.ts';
import type { PacketBatch } from '../capture/packet.ts';
import type { PlainRecords } from '../capture/pcap.ts';
import { type WasmImports, wasmExports } from '../capture/wasm-instance.ts';
import { geneve } from '../protocols/geneve.ts';
import type { NextAbove } from './flow-ranking.ts';
import type { FlowTable } from './flow-table.ts';
import { icmpRequest } from './icmp-conversation.ts';
import type { KeyBatchContext } from './key-batch-context.ts';
import type { RecordSieve, SieveBits } from './mark-sieve.ts';
import type { TakeQueue } from './packet-update.ts';
import { type FlowQueue, QUEUE_CAPACITY } from './queue.ts';
import type { TakeRest } from './take-rest.ts';
import type { OnIrregularity } from './tcp-irregularities.ts';
import { TcpIrregularities } from './tcp-irregularities.ts';

/** The module's octets, and the memory it works on. */
export interface KernelCode {
  readonly code: Uint8Array;
  readonly columns: ReservedColumns;
}

/** Numbers that JavaScript and the module share, in order of their places: 8 octets each from the start of the memory. */
export const SHARED_NUMBERS = [
  'view.base',
  'window.position',
  'window.end',
  'window.inputOffset',
  'format.headerLength',
  'format.perSecond',
  'format.nanosPerTick',
  'format.snapLength',
  'rows.count',
  'queue.count',
  'context.seed',
  'context.baseSeconds',
  'context.firstProtocol',
  'context.key3',
  'context.packetsBefore',
  'update.tcpIdle',
  'update.idle',
  'table.places.base',
  'table.places.length',
  'table.trouble.base',
  'table.troubleTime.base',
] as const;
type SharedNumber = (typeof SHARED_NUMBERS)[number];

/** Those of them that are doubles; the others have 32 bits. */
export const SHARED_DOUBLES: readonly SharedNumber[] = [
  'window.inputOffset',
  'context.baseSeconds',
  'context.packetsBefore',
  'update.tcpIdle',
  'update.idle',
];

/** Octets between two shared numbers. */
export const SHARED_OCTETS = 8;

/** Places of the shared numbers, and whether they are doubles. */
const PLACES = Object.fromEntries(
  SHARED_NUMBERS.map((name, place) => [name, { place, isDouble: SHARED_DOUBLES.includes(name) }]),
) as Readonly<Record<SharedNumber, { readonly place: number; readonly isDouble: boolean }>>;

/** What the kernel works on. */
export interface KernelParts {
  readonly queue: FlowQueue;
  readonly rows: PacketBatch;
  readonly context: KeyBatchContext;
  readonly table: FlowTable;
  /** Of the sieve for marks. */
  readonly bits: SieveBits;
  readonly tcpIdle: number;
  readonly idle: number;
  readonly onIrregularity: OnIrregularity | undefined;
  /** Sees to it that the queue's entries find room for as many new flows. */
  readonly makeRoom: () => void;
  /** Called when so many entries were worked on, of packets in a view. */
  readonly worked: (count: number, view: DataView) => void;
}

/** Loops over all records of the table, by their numbers from 1. */
export interface RecordScans {
  /** By the ranking `bytes`. */
  readonly nextAbove: NextAbove;
  /** The sieve that `sieve` is about. */
  readonly bits: SieveBits;
  readonly sieve: RecordSieve;
}

interface Exports {
  /** First octets of the queue and of the records in the memory that it was compiled for. */
  readonly queueAt: () => number;
  readonly recordsAt: () => number;
  readonly takeQueue: () => void;
  /** Cuts records, sums them up and works on them, as `restTaker` makes it. */
  readonly takeRest: () => number;
  readonly nextAbove: NextAbove;
  readonly addMarks: RecordSieve['add'];
  readonly nextMarked: RecordSieve['next'];
}

/** What stays JavaScript, by the names that the module imports it by. Views are those of the packets in hand. */
function kernelImports(parts: KernelParts, view: () => DataView, placesMoved: () => void): WasmImports {
  const { queue, context, table, onIrregularity } = parts;
  const { dispatch, addresses } = context;
  const irregularities = new TcpIrregularities(table, queue, onIrregularity);
  return {
    makeRoom: () => {
      // It is called for full queues; the addresses in them must stay.
      queue.count = QUEUE_CAPACITY;
      parts.makeRoom();
      return 0;
    },
    worked: () => {
      parts.worked(QUEUE_CAPACITY, view());
      return 0;
    },
    geneveHeaderLength: (at, limit) => geneve.headerLength!(view(), at!, limit!),
    'table.reuse': () => table.reuse(),
    'table.reindex': (size) => {
      table.reindex(size!);
      placesMoved();
      return 0;
    },
    icmpRequest: (protocol, type) => icmpRequest(protocol!, type!),
    'table.troubleOf': (record) => table.troubleOf(record!),
    'irregularities.count': (entry, sequence, acknowledgment, flags, window) =>
      irregularities.count(entry!, sequence!, acknowledgment!, flags!, window!),
    'dispatch.carriedByPort': (id, at, payload, limit) => dispatch.carriedByPort(id!, view(), at!, payload!, limit!),
    'addresses.numberOf': (at) => addresses.numberOf(view(), at!),
  };
}

/** A module at work for one tracker. */
export class FlowKernel {
  /** Rows that records are cut into. */
  readonly rows: PacketBatch;
  readonly scans: RecordScans;
  private readonly parts: KernelParts;
  private readonly exports: Exports;
  private readonly memory: ArrayBufferLike;
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private view: DataView;

  private constructor({ code, columns }: KernelCode, parts: KernelParts) {
    const { memory } = columns;
    this.parts = parts;
    this.rows = parts.rows;
    this.memory = memory.buffer;
    this.view = new DataView(memory.buffer);
    this.words = new Int32Array(memory.buffer, 0, 2 * SHARED_NUMBERS.length);
    this.doubles = new Float64Array(memory.buffer, 0, SHARED_NUMBERS.length);
    const imports = kernelImports(
      parts,
      () => this.view,
      () => this.setPlaces(),
    );
    this.exports = wasmExports(code, memory, imports) as Exports;
    const { nextAbove, addMarks, nextMarked } = this.exports;
    this.scans = { nextAbove, bits: parts.bits, sieve: { add: addMarks, next: nextMarked } };
    const { table } = parts;
    this.set('context.seed', parts.context.seed);
    this.set('table.places.base', table.places.byteOffset);
    this.set('table.trouble.base', table.trouble.byteOffset);
    this.set('table.troubleTime.base', table.troubleTime.byteOffset);
    this.set('update.tcpIdle', parts.tcpIdle);
    this.set('update.idle', parts.idle);
  }

  /** The kernel of a pass; undefined where the columns lie elsewhere than it was compiled for. */
  static of(kernel: KernelCode, parts: KernelParts): FlowKernel | undefined {
    const made = new FlowKernel(kernel, parts);
    const { queueAt, recordsAt } = made.exports;
    const isSame = queueAt() === parts.queue.key0.byteOffset && recordsAt() === parts.table.words.byteOffset;
    return isSame ? made : undefined;
  }

  /** Whether the octets of a view are where the kernel can read them. */
  reaches(view: DataView): boolean {
    return view.buffer === this.memory;
  }

  /** Whether it can cut these records. */
  cuts({ format }: PlainRecords): boolean {
    return format.isLittle;
  }

  /** What takes records out of their window, as far as they are common packets. */
  rest(records: PlainRecords): TakeRest {
    return (view) => this.takeRest(records, view);
  }

  /** Calls the module, and takes over how far it came. */
  private takeRest({ window, format }: PlainRecords, view: DataView): number {
    const { queue, context, rows } = this.parts;
    this.take(view);
    this.set('format.headerLength', format.headerLength);
    this.set('format.perSecond', format.perSecond);
    this.set('format.nanosPerTick', format.nanosPerTick);
    this.set('format.snapLength', format.snapLength);
    this.set('window.position', window.position);
    this.set('window.end', window.end);
    this.set('window.inputOffset', window.inputOffset);
    this.set('rows.count', rows.count);
    this.set('queue.count', queue.count);
    this.set('context.baseSeconds', context.baseSeconds);
    this.set('context.firstProtocol', context.firstProtocol);
    this.set('context.key3', context.key3);
    this.set('context.packetsBefore', context.packetsBefore);
    try {
      return this.exports.takeRest();
    } finally {
      window.position = this.get('window.position');
      rows.count = this.get('rows.count');
      queue.count = this.get('queue.count');
      context.packetsBefore = this.get('context.packetsBefore');
    }
  }

  /** Works on all entries of the queue. */
  readonly takeQueue: TakeQueue = (view) => {
    this.take(view);
    this.set('queue.count', this.parts.queue.count);
    this.exports.takeQueue();
    this.parts.queue.count = 0;
  };

  private take(view: DataView): void {
    this.view = view;
    this.set('view.base', view.byteOffset);
    // JavaScript may have made the index longer since.
    this.setPlaces();
  }

  private get(name: SharedNumber): number {
    const { place, isDouble } = PLACES[name];
    return isDouble ? this.doubles[place]! : this.words[2 * place]!;
  }

  private set(name: SharedNumber, value: number): void {
    const { place, isDouble } = PLACES[name];
    if (isDouble) this.doubles[place] = value;
    else this.words[2 * place] = value;
  }

  private setPlaces(): void {
    this.set('table.places.length', this.parts.table.places.length);
  }
}
