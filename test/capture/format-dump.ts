/** Prints packets as the programs do whose dumps people paste: for tests only. */

/** Printable ASCII, other octets as dots. */
function characters(octets: Uint8Array): string {
  return Array.from(octets, (octet) => (octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '.')).join('');
}

function hex(octets: Uint8Array, group = 1, separator = ' '): string {
  const groups: string[] = [];
  for (let at = 0; at < octets.length; at += group)
    groups.push(Buffer.from(octets.subarray(at, at + group)).toString('hex'));
  return groups.join(separator);
}

function rows(octets: Uint8Array, format: (row: Uint8Array, at: number) => string, length = 16): string[] {
  return Array.from({ length: Math.ceil(octets.length / length) }, (_, index) =>
    format(octets.subarray(index * length, (index + 1) * length), index * length),
  );
}

const offset = (at: number, digits: number): string => at.toString(16).padStart(digits, '0');

/** tcpdump's line above each packet, which a dump may or may not come with. */
const summary = (index: number): string =>
  `09:46:40.12345${index % 10} IP 10.244.1.170.34670 > 10.244.2.9.80: Flags [S], length ${index}`;

export interface DumpStyle {
  readonly name: string;
  /** Prints the packets of one paste. */
  readonly format: (packets: readonly Uint8Array[]) => string;
}

const tcpdump =
  (withCharacters: boolean) =>
  (packets: readonly Uint8Array[]): string =>
    packets
      .flatMap((packet, index) => [
        summary(index),
        ...rows(packet, (row, at) => {
          const octets = hex(row, 2);
          return `\t0x${offset(at, 4)}:  ${withCharacters ? `${octets.padEnd(39)}  ${characters(row)}` : octets}`;
        }),
      ])
      .join('\n');

const hexdump = (packet: Uint8Array): string[] => [
  ...rows(packet, (row, at) => {
    const halves = `${hex(row.subarray(0, 8))}  ${hex(row.subarray(8))}`.trimEnd();
    return `${offset(at, 8)}  ${halves.padEnd(49)} |${characters(row)}|`;
  }),
  offset(packet.length, 8),
];

/** hexdump prints a row that is like the one before it as `*`, once. */
function squeezed(lines: readonly string[]): string[] {
  const body = (line: string | undefined): string => (line ?? '').slice(8);
  return lines.flatMap((line, index) => {
    const isLast = index === lines.length - 1;
    if (isLast || index === 0 || body(line) !== body(lines[index - 1])) return [line];
    return index > 1 && body(lines[index - 2]) === body(line) ? [] : ['*'];
  });
}

const each =
  (format: (packet: Uint8Array) => readonly string[]) =>
  (packets: readonly Uint8Array[]): string =>
    packets.flatMap(format).join('\n');
const apart =
  (format: (packet: Uint8Array) => string) =>
  (packets: readonly Uint8Array[]): string =>
    packets.map(format).join('\n\n');

/** Every style, by the command that prints it. */
export const DUMP_STYLES: readonly DumpStyle[] = [
  { name: 'tcpdump -xx', format: tcpdump(false) },
  { name: 'tcpdump -XX', format: tcpdump(true) },
  {
    name: 'xxd',
    format: each((packet) =>
      rows(packet, (row, at) => `${offset(at, 8)}: ${hex(row, 2).padEnd(39)}  ${characters(row)}`),
    ),
  },
  {
    name: 'xxd -g1',
    format: each((packet) => rows(packet, (row, at) => `${offset(at, 8)}: ${hex(row).padEnd(47)}  ${characters(row)}`)),
  },
  {
    name: 'xxd -c 8 -g 4',
    format: each((packet) =>
      rows(packet, (row, at) => `${offset(at, 8)}: ${hex(row, 4).padEnd(17)}  ${characters(row)}`, 8),
    ),
  },
  { name: 'xxd -p', format: apart((packet) => rows(packet, (row) => hex(row, 30), 30).join('\n')) },
  {
    name: 'xxd -i',
    format: apart(
      (packet) => `unsigned char x[] = {\n  ${rows(packet, (row) => `0x${hex(row, 1, ', 0x')}`, 12).join(',\n  ')}\n};`,
    ),
  },
  { name: 'hexdump -C', format: each((packet) => squeezed(hexdump(packet))) },
  { name: 'hexdump -vC', format: each(hexdump) },
  {
    name: 'tshark -x',
    format: apart((packet) =>
      rows(packet, (row, at) => `${offset(at, 4)}  ${hex(row).padEnd(47)}   ${characters(row)}`).join('\n'),
    ),
  },
  {
    name: 'Wireshark, with a gap in the middle',
    format: apart((packet) =>
      rows(packet, (row, at) => {
        const halves = `${hex(row.subarray(0, 8))}  ${hex(row.subarray(8))}`.trimEnd();
        return `${offset(at, 4)}   ${halves.padEnd(49)}  ${characters(row)}`;
      }).join('\n'),
    ),
  },
  {
    name: 'Wireshark, escaped',
    format: apart((packet) => rows(packet, (row) => `"\\x${hex(row, 1, '\\x')}" \\`).join('\n')),
  },
  {
    name: 'od -A x -t x1',
    format: each((packet) => [...rows(packet, (row, at) => `${offset(at, 6)} ${hex(row)}`), offset(packet.length, 6)]),
  },
  { name: 'octets', format: apart((packet) => hex(packet)) },
  { name: 'octets in several lines', format: apart((packet) => rows(packet, (row) => hex(row), 5).join('\n')) },
  { name: 'octets without separators', format: apart((packet) => hex(packet, packet.length)) },
  { name: 'octets with colons', format: apart((packet) => hex(packet, 1, ':')) },
  { name: 'words with 0x', format: apart((packet) => `0x${hex(packet, 2, ' 0x')}`) },
];
