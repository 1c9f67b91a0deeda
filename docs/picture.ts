/** Draws `docs/output.svg`, the picture in the README, from what the command really prints: `npm run picture`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { main } from '../src/cli/main.ts';

const COLUMNS = 96;
const LINE = 17;
const CHARACTER = 8.43;
const MARGIN = 18;
/** A terminal's colours by SGR code, on a dark ground. */
const COLORS: Readonly<Record<string, string>> = {
  '31': '#ff7b72',
  '32': '#7ee787',
  '33': '#e3b341',
  '34': '#79c0ff',
  '35': '#d2a8ff',
  '36': '#76e3ea',
  '92': '#a5f3b0',
  '93': '#f2cc60',
  '94': '#a5d6ff',
  '95': '#e2c5ff',
  '96': '#b3f0ff',
};

const ESCAPE = String.fromCharCode(27);
/** Select Graphic Rendition, ECMA-48 §8.3.117. */
const SGR = new RegExp(`(${ESCAPE}\\[\\d+m)`);

const escapeXml = (text: string): string =>
  text.replace(/[&<>]/g, (found) => ({ '&': '&amp;', '<': '&lt;' })[found] ?? '&gt;');

/** A line of terminal output as SVG spans. */
function spans(line: string): string {
  let color = '';
  let isBold = false;
  let isDim = false;
  return line
    .split(SGR)
    .map((part) => {
      const code = part.startsWith(ESCAPE) ? part.slice(2, -1) : undefined;
      if (code === undefined) {
        const style = `${color ? ` fill="${color}"` : ''}${isBold ? ' font-weight="bold"' : ''}${isDim ? ' fill-opacity="0.6"' : ''}`;
        return part === '' ? '' : `<tspan${style}>${escapeXml(part)}</tspan>`;
      }
      if (code === '0') {
        color = '';
        isBold = false;
        isDim = false;
      } else if (code === '1') isBold = true;
      else if (code === '2') isDim = true;
      else color = COLORS[code] ?? color;
      return '';
    })
    .join('');
}

let text = '';
const sink = {
  write: (part: string) => {
    text += part;
  },
  writeOctets: () => {},
  isTTY: true,
  columns: COLUMNS,
};
const capture = fileURLToPath(new URL('../fixtures/captures/flannel-vxlan/node1-eth1.pcap', import.meta.url));
await main([capture, '-Y', 'frame.number == 3', '--hex', '--color', 'always'], {
  stdout: sink,
  stderr: { ...sink, write: (part) => void process.stderr.write(part) },
  stdin: undefined,
  stdinIsTTY: true,
  env: { LANG: 'C.UTF-8' },
  interrupted: new AbortController().signal,
});
const lines = ['$ netdissect capture.cap --hex', ...text.trimEnd().split('\n')];
const width = Math.ceil(COLUMNS * CHARACTER + 2 * MARGIN);
const height = lines.length * LINE + 2 * MARGIN;
const rows = lines.map(
  (line, i) => `<text x="${MARGIN}" y="${MARGIN + (i + 0.8) * LINE}" xml:space="preserve">${spans(line)}</text>`,
);
writeFileSync(
  new URL('output.svg', import.meta.url),
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, monospace" font-size="14" fill="#e6edf3">
<title>The annotated hex of a VXLAN packet</title>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${rows.join('\n')}
</svg>
`,
);
