/** How wide the columns of the hex breakdown are. */

/** Octets on a line: 8 keep the annotation within 80 columns, 16 want room for 47 columns of hex. */
const NARROW_OCTETS = 8;
const WIDE_OCTETS = 16;
const WIDE_FROM = 130;
/** Columns for names: more where the width leaves room for values beside them. */
const LEAST_NAME_WIDTH = 18;
const MOST_NAME_WIDTH = 28;
const VALUE_WIDTH = 30;
/** Columns of the offset, and of the blanks around it and the octets. */
const OFFSET_WIDTH = 9;
/** Annotations are folded no narrower than this. */
const LEAST_ROOM = 24;

/** Widths in columns. */
export interface HexGeometry {
  readonly octetsPerLine: number;
  readonly hexWidth: number;
  /** Brackets of the deepest layer. */
  readonly depth: number;
  /** Columns behind brackets, offset and octets. */
  readonly room: number;
  readonly nameWidth: number;
}

/** The geometry of a packet whose layers are nested so deep, on so many columns. */
export function geometryOf(width: number, depth: number): HexGeometry {
  const octetsPerLine = width >= WIDE_FROM ? WIDE_OCTETS : NARROW_OCTETS;
  const hexWidth = octetsPerLine * 3 - 1;
  const room = Math.max(width - depth - OFFSET_WIDTH - hexWidth, LEAST_ROOM);
  const nameWidth = Math.max(LEAST_NAME_WIDTH, Math.min(MOST_NAME_WIDTH, room - VALUE_WIDTH));
  return { octetsPerLine, hexWidth, depth, room, nameWidth };
}
