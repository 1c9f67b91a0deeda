/** Sees that columns written straight from the octets are those that the values make. */
import type { Dissector } from '../../src/dissect/dissector.ts';
import type { Layers } from '../../src/dissect/layers.ts';
import type { Protocol } from '../../src/dissect/protocol.ts';
import { FilterContext } from '../../src/filter/context.ts';
import { catalogOf } from '../../src/filter/field-catalog.ts';
import { fieldColumn } from '../../src/filter/field-column.ts';
import { columnLines, type PutColumns } from '../../src/render/columns.ts';
import { chunkToText } from '../render/flow-line.ts';
import { checkText, promise } from './target.ts';

const { chunk, numbers, taken } = chunkToText();

/** Both ways to write the columns of a protocol's fixed fields. */
interface Ways {
  readonly straight: PutColumns;
  readonly byValues: PutColumns;
}

/** Compares the columns of all protocols in a packet, as one dissector shows them. */
export class ColumnsCheck {
  private readonly dissector: Dissector;
  private readonly ways = new Map<Protocol, Ways>();
  private readonly context: FilterContext;

  constructor(dissector: Dissector, layers: Layers) {
    this.dissector = dissector;
    this.context = new FilterContext(layers);
  }

  /** @param input where odd texts may come from */
  check(input: Uint8Array): void {
    const { layers } = this.context;
    for (const protocol of new Set(Array.from({ length: layers.count }, (_, row) => layers.protocolOf(row)))) {
      const { straight, byValues } = this.waysOf(protocol);
      const text = this.written(straight);
      promise(text === this.written(byValues), `columns of ${protocol.name} are not those of the values`);
      checkText('the columns', text, input);
    }
  }

  private written(put: PutColumns): string {
    return taken(put(0, this.context));
  }

  private waysOf(protocol: Protocol): Ways {
    const known = this.ways.get(protocol);
    if (known !== undefined) return known;
    const catalog = catalogOf(this.dissector, undefined);
    const names = protocol.fixed.map(({ name }) => name).filter((name) => catalog.get(name) !== undefined);
    const columns = names.map((name) => fieldColumn(name, this.dissector));
    const layout = { separator: '|', occurrence: 'a' } as const;
    const made = {
      straight: columnLines(chunk, numbers, columns, layout),
      byValues: columnLines(
        chunk,
        numbers,
        columns.map((column) => ({ ...column, place: undefined })),
        layout,
      ),
    };
    this.ways.set(protocol, made);
    return made;
  }
}
