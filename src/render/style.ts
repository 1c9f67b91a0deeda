/** Colours and symbols of text output. */

/** How text is dressed: with ANSI colours or plain, with Unicode symbols or ASCII ones. */
export interface Style {
  readonly color: boolean;
  /** Separator of "from" and "to". */
  readonly arrow: string;
  /** The same for what comes back. */
  readonly arrowBack: string;
  /** Separator of two who speak to each other. */
  readonly both: string;
  /** Separator of the ends of a range. */
  readonly dash: string;
  readonly ellipsis: string;
  /** Brackets around a note about the tunnel. */
  readonly noteOpen: string;
  readonly noteClose: string;
  /** Bracket drawn along the octets of a layer: open, along, close. */
  readonly bracketOpen: string;
  readonly bracketAlong: string;
  readonly bracketClose: string;
  /** Less important text. */
  dim(text: string): string;
  strong(text: string): string;
  /** What is wrong. */
  alarm(text: string): string;
  /** Text that belongs to the layer in a row. */
  layer(text: string, row: number): string;
}

/** Colours of successive layers: cyan, green, yellow, magenta, blue and their bright forms; readable on dark and light grounds. */
const LAYER_COLORS = [36, 32, 33, 35, 34, 96, 92, 93, 95, 94];

const UNICODE = {
  arrow: '→',
  arrowBack: '←',
  both: '↔',
  dash: '–',
  ellipsis: '…',
  noteOpen: '⟨',
  noteClose: '⟩',
  bracketOpen: '┌',
  bracketAlong: '│',
  bracketClose: '└',
};
const ASCII = {
  arrow: '->',
  arrowBack: '<-',
  both: '<->',
  dash: '-',
  ellipsis: '...',
  noteOpen: '<',
  noteClose: '>',
  bracketOpen: '+',
  bracketAlong: '|',
  bracketClose: '+',
};

/** Makes a style. */
export function createStyle({ color = false, unicode = true } = {}): Style {
  const wrap = (code: number, text: string): string => (color && text !== '' ? `\x1b[${code}m${text}\x1b[0m` : text);
  return {
    color,
    ...(unicode ? UNICODE : ASCII),
    dim: (text) => wrap(2, text),
    strong: (text) => wrap(1, text),
    alarm: (text) => wrap(31, text),
    layer: (text, row) => wrap(LAYER_COLORS[Math.max(row, 0) % LAYER_COLORS.length]!, text),
  };
}
