/** Compiles what writes the columns of flows as JSON: the closures of `flowColumns`, and Community IDs. */

import { DEFAULT_MAX_FLOWS } from '../src/flow/flow-defaults.ts';
import type { FlowReader } from '../src/flow/flow-reader.ts';
import { ReadBuffers, readBufferOctets } from '../src/node/read-buffers.ts';
import { TEXT_LISTS } from '../src/render/flow-json-parts.ts';
import { Fixed } from '../src/render/flow-json-texts.ts';
import { LINE_COLUMN_OCTETS } from '../src/render/flow-lines-kernel.ts';
import { createOctetChunk, RECENT } from '../src/render/octet-chunk.ts';
import { closureFrom, closureOf, noArrays, objectFrom } from './instantiate.ts';
import { columnsValue } from './real-columns.ts';
import { reflect, type ScalarOf } from './reflect.ts';
import { closureIn, source, trackerOf } from './tracker-values.ts';
import { type HeldType, type Import, type Known, known, type Scalar, UNDEFINED, type Value } from './values.ts';
import { WasmModule } from './wasm-module.ts';

const noScalar: ScalarOf = (name) => {
  throw new Error(`${name} is no number that JavaScript and the module share`);
};

function imported(name: string, ...params: HeldType[]): Import {
  return { kind: 'import', name, result: 'i32', params };
}

/** What is written otherwise: `FlowParts`. */
function partsValue(chunk: Known): Known {
  const { scope } = closureOf(chunk, 'textsOf');
  const [asked, answers] = ['asked', 'answers'].map((name) => scope.find(name) ?? UNDEFINED);
  const recent = closureIn('render/octet-chunk.ts', 'recentText');
  const lists = TEXT_LISTS.map((name, i): [string, Value] => [
    name,
    closureFrom(
      recent,
      [asked!, answers!, { kind: 'number', value: RECENT * i }, imported(`parts.${name}`, 'f64')],
      {},
      noArrays,
    ),
  ]);
  const others = ['head', 'ipv6', 'icmp', 'troubles', 'path'].map((name): [string, Value] => [
    name,
    imported(`parts.${name}`),
  ]);
  return known(Object.fromEntries([...lists, ...others]));
}

/** An object of a class, with the methods that are called of it. */
function instance(
  name: string,
  object: object,
  [path, className, ...methods]: readonly [string, string, ...string[]],
  others: Readonly<Record<string, Value>> = {},
): Known {
  const own = methods.map((method): [string, Value] => [method, source(path).method(className, method, () => value)]);
  const value: Known = reflect(name, object, object, noScalar, { ...Object.fromEntries(own), ...others });
  return value;
}

/** `FlowReader`, of a tracker's flows. */
function readerValue({ table, communityIds }: FlowReader, base: Scalar): Known {
  const addresses = known({ read: imported('addresses.read') });
  const member = (object: object, name: string): object => Reflect.get(object, name) as object;
  const ids = member(communityIds, 'ids');
  const sha1 = instance('sha1', member(ids, 'sha1'), ['flow/sha1.ts', 'Sha1', 'digest']);
  const idsValue = instance(
    'ids',
    ids,
    ['flow/community-id.ts', 'CommunityIds', 'make', 'isBehind', 'digestOf', 'putAddress'],
    {
      sha1,
    },
  );
  const tableValue = reflect('table', table, table, noScalar);
  return known({
    table: tableValue,
    names: known({ base, addresses }),
    communityIds: instance(
      'communityIds',
      communityIds,
      ['flow/record-community-ids.ts', 'RecordCommunityIds', 'make', 'readEnd'],
      { ids: idsValue, table: tableValue, addresses },
    ),
  });
}

/** The module's octets. */
export function compileLineKernel(): Uint8Array {
  const { tracker, columns } = trackerOf(DEFAULT_MAX_FLOWS, readBufferOctets() + LINE_COLUMN_OCTETS);
  const reader = Reflect.get(tracker, 'reader') as FlowReader;
  new ReadBuffers(columns);
  const asked = columnsValue(columns);
  source('flow/community-id.ts').bind('icmpAnswer', imported('icmpAnswer'));
  source('render/octet-numbers.ts').bind('oddNumbers', {
    kind: 'evaluated',
    call: () =>
      known({
        putOddNumber: imported('odd.putOddNumber', 'i32', 'f64'),
        putOddSeconds: imported('odd.putOddSeconds', 'i32', 'f64'),
        putOddTime: imported('odd.putOddTime', 'i32', 'f64', 'f64', 'f64'),
      }),
  });
  const chunk = objectFrom(closureIn('render/octet-chunk.ts', 'createOctetChunk'), [UNDEFINED, asked], {}, noArrays);
  const numbers = objectFrom(closureIn('render/octet-numbers.ts', 'createOctetNumbers'), [chunk, asked], {}, noArrays);
  const baseColumn = columns.float64(1);
  const base: Scalar = { kind: 'scalar', address: baseColumn.byteOffset, type: 'f64' };
  // Texts have the same numbers in every new chunk.
  const texts = createOctetChunk(() => undefined).texts(Fixed);
  const text = known(
    Object.fromEntries(
      Object.entries(texts).map(([name, number]): [string, Value] => [name, { kind: 'number', value: number }]),
    ),
  );
  const args = [readerValue(reader, base), chunk, numbers, text, partsValue(chunk)];
  const module = new WasmModule();
  module.export(
    'putColumns',
    closureFrom(closureIn('render/flow-json-columns.ts', 'flowColumns'), args, {}, noArrays),
    ['i32', 'i32'],
  );
  module.exportNumber('recordsAt', reader.table.words.byteOffset);
  module.exportNumber('troubleAt', reader.table.trouble.byteOffset);
  module.exportNumber('baseAt', baseColumn.byteOffset);
  return module.emit();
}
