/** Columns as a maker of closures asks for them: taken out of a reserve while the module is compiled, in the order in which the run takes them. */
import type { Columns } from '../src/capture/columns.ts';
import { type ElementType, type Known, known, type Value } from './values.ts';

/** The value of `columns`. Lengths are known where a column is asked for. */
export function columnsValue(columns: Columns): Known {
  const taking = (elements: ElementType, take: (length: number) => { readonly byteOffset: number }): Value => ({
    kind: 'evaluated',
    call: ([length]) => {
      if (length?.kind !== 'number') throw new Error(`a column of ${elements} of a length that is not known`);
      return { kind: 'column', elements, base: take(length.value).byteOffset, length: length.value };
    },
  });
  return known({
    octets: taking('u8', (length) => columns.octets(length)),
    uint16: taking('u16', (length) => columns.uint16(length)),
    int32: taking('i32', (length) => columns.int32(length)),
    uint32: taking('u32', (length) => columns.uint32(length)),
    float64: taking('f64', (length) => columns.float64(length)),
  });
}
