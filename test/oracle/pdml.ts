/** Reads PDML, tshark's XML of packets. */

/** Receives what a packet holds, in the order of the dissection tree. */
export interface PdmlVisitor {
  packet(): void;
  /** A protocol directly below the packet. */
  protocol(name: string): void;
  /**
   * A field anywhere below such a protocol. `value` are its octets in hexadecimal, '' for a worked-out one, and `size` is their number; a
   * hidden one can be filtered by, but is not shown.
   */
  field(name: string, show: string, value: string, isHidden: boolean, size: number): void;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

function unescaped(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#x([0-9a-fA-F]+)|(\w+));/g, (whole, code: string | undefined, name: string) =>
    code === undefined ? (ENTITIES[name] ?? whole) : String.fromCodePoint(Number.parseInt(code, 16)),
  );
}

/** Value of an attribute in an element's line, '' when it is not there. */
function attribute(line: string, opening: string): string {
  const found = line.indexOf(opening);
  if (found < 0) return '';
  const from = found + opening.length;
  return unescaped(line.slice(from, line.indexOf('"', from)));
}

const CLOSING = '>'.charCodeAt(0);

/** Takes the lines of one PDML document. */
export class PdmlReader {
  private readonly visitor: PdmlVisitor;
  private depth = 0;
  /** Lines of an element that is not closed yet: texts stand in attributes with their line ends. */
  private open = '';

  constructor(visitor: PdmlVisitor) {
    this.visitor = visitor;
  }

  line(octets: Buffer): void {
    const text = octets.toString('utf8');
    if (octets[octets.length - 1] === CLOSING) {
      this.element((this.open + text).trimStart());
      this.open = '';
    } else if (this.open !== '' || octets.length > 0) this.open += `${text}\n`;
  }

  private element(line: string): void {
    if (line.startsWith('<field ')) {
      this.visitor.field(
        attribute(line, ' name="'),
        attribute(line, ' show="'),
        attribute(line, ' value="'),
        line.includes(' hide="yes"'),
        Number(attribute(line, ' size="')),
      );
    } else if (line.startsWith('<proto ')) {
      const name = attribute(line, ' name="');
      if (this.depth === 0) this.visitor.protocol(name);
      // A protocol inside another one's tree is also a field of that name.
      else this.visitor.field(name, '', '', false, 0);
      if (!line.endsWith('/>')) this.depth++;
    } else if (line.startsWith('</proto>')) this.depth--;
    else if (line.startsWith('<packet>')) {
      this.depth = 0;
      this.visitor.packet();
    }
  }
}
