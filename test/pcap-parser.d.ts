/** What tests use of pcap-parser, which has no types of its own. */
declare module 'pcap-parser' {
  import type { Readable } from 'node:stream';

  interface PcapPacket {
    readonly header: {
      readonly timestampSeconds: number;
      readonly timestampMicroseconds: number;
      readonly capturedLength: number;
      readonly originalLength: number;
    };
    readonly data: Uint8Array;
  }

  interface PcapParser {
    on(event: 'packet', listener: (packet: PcapPacket) => void): this;
    on(event: 'end', listener: () => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
  }

  /** Parses a classic pcap file, given by path or as a stream. */
  export function parse(input: string | Readable): PcapParser;
}
