import type { TickUnit } from './timestamp.ts';

export type ByteOrder = 'little-endian' | 'big-endian';

/** Where packets of a capture came from. A pcap file has one; a pcapng section describes any number. */
export interface CaptureInterface {
  /** Index in the reader's `interfaces`. */
  readonly id: number;
  /** Index in the reader's `sections`; 0 in a pcap file. */
  readonly section: number;
  /** Number within its section, which packet blocks refer to. */
  readonly number: number;
  readonly byteOrder: ByteOrder;
  /** LINKTYPE_ number. */
  readonly linkType: number;
  /** Octets a packet was captured with at most, as the capture tells; 0 for no limit. */
  readonly snapLength: number;
  /** Octets of frame check sequence at the end of each packet; undefined where the capture does not tell. */
  readonly fcsOctets?: number;
  /** How times of packets are counted. */
  readonly ticks: TickUnit;
  readonly name?: string;
  readonly description?: string;
  readonly comments: readonly string[];
  /** The capture filter as text. */
  readonly filter?: string;
  readonly hardware?: string;
  readonly operatingSystem?: string;
  /** Bits a second, as the interface reports. */
  readonly speed?: number;
  /** Packets that arrived, by the last Interface Statistics Block. */
  received?: number;
  /** Packets the interface dropped for want of resources, by the last Interface Statistics Block. */
  dropped?: number;
  /** Packets the operating system dropped, by the last Interface Statistics Block. */
  droppedBySystem?: number;
  /** Packets the filter accepted, by the last Interface Statistics Block. */
  accepted?: number;
  /** Packets handed to the capturing program, by the last Interface Statistics Block. */
  delivered?: number;
  /** Packets lost, summed over the obsolete Packet Blocks. */
  droppedBeforePackets?: number;
}

/** Facts of one pcapng section. */
export interface CaptureSection {
  /** Offset of its header in the decompressed input. */
  readonly byteOffset: number;
  readonly byteOrder: ByteOrder;
  readonly version: string;
  readonly comments: readonly string[];
  readonly hardware?: string;
  readonly operatingSystem?: string;
  readonly application?: string;
}

/** Names the capture itself gives an address (pcapng Name Resolution Block). */
export interface NameRecord {
  /** 4 or 16 octets. */
  readonly address: Uint8Array;
  readonly names: readonly string[];
}
