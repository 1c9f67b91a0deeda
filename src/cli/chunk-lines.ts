/** Lines on their way to the output that are written at the greatest speed. */
import { createOctetChunk, type OctetChunk } from '../render/octet-chunk.ts';
import type { Output } from './output.ts';

const LINE_END = 10;

/** Lines written to a chunk of their own. What else goes to the output comes before them unless `flush` is called. */
export class ChunkLines {
  readonly chunk: OctetChunk;
  /** Where the next line begins. */
  at = 0;
  private readonly everyLine: boolean;

  /** @param everyLine hand over each line at once */
  constructor(output: Output, everyLine = false) {
    this.chunk = createOctetChunk((octets) => output.octets(octets));
    this.everyLine = everyLine;
  }

  /** Ends the line, of which the last octet is before `at`. */
  end(at: number): void {
    this.chunk.view.setUint8(at, LINE_END);
    this.at = this.chunk.room(at + 1);
    if (this.everyLine) this.flush();
  }

  flush(): void {
    this.chunk.flush(this.at);
    this.at = 0;
  }
}
