/** Checks, for tests, that a layer's leaf fields tile its header. */
import type { Field } from '../src/dissect/field.ts';
import type { Layers } from '../src/dissect/layers.ts';
import { type FieldVisitor, walkLayer } from '../src/dissect/walk.ts';

/** Bits where a leaf field overlaps the one before it, or leaves a gap, or where a sound header has fields for less than its octets. */
export function headerGaps(layers: Layers): string[] {
  const found: string[] = [];
  for (let row = 0; row < layers.count; row++) {
    const name = layers.protocolOf(row).name;
    let bit = layers.start[row]! * 8;
    const expectBit = (place: number, what: string): void => {
      if (place !== bit)
        found.push(
          `${name}: ${what} at bit ${place - layers.start[row]! * 8} of the header, after ${bit - layers.start[row]! * 8}`,
        );
    };
    const visitor: FieldVisitor = {
      leaf(field: Field, at: number, start: number, end: number): void {
        if (start === end) return;
        const isBits = field.bitWidth > 0;
        const first = isBits ? at * 8 + field.bitOffset : start * 8;
        expectBit(first, field.name);
        bit = isBits ? first + field.bitWidth : end * 8;
      },
      openGroup(): void {},
      closeGroup(): void {},
      openElement(): void {},
      closeElement(): void {},
    };
    walkLayer(layers, row, visitor);
    const isSound = layers.status[row] === 0 && !layers.issues.has(row);
    if (isSound) expectBit(layers.payload[row]! * 8, 'end');
    else if (bit > layers.payload[row]! * 8) found.push(`${name}: fields pass the header's end`);
  }
  return found;
}
