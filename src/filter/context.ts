/** What a filter is asked about: one packet with its layers and the facts its capture tells. */
import type { Packet, PacketBatch } from '../capture/packet.ts';
import { NO_TIME } from '../capture/timestamp.ts';
import type { Layers } from '../dissect/layers.ts';

/** A packet as filters see it. One instance is filled anew for each packet; it owns nothing. */
export class FilterContext {
  /** The packet's layers; those of the packet the other properties tell of. */
  layers: Layers;
  /** From 1, over all captures of one listing. */
  number = 0;
  /** Whole seconds since 1970-01-01T00:00:00Z. */
  seconds = 0;
  /** Nanoseconds after `seconds`, or NO_TIME. */
  nanos: number = NO_TIME;
  /** Octets on the wire. */
  wireLength = 0;
  /** Octets in the capture. */
  capturedLength = 0;
  /** Number of the interface, -1 where the capture tells none (a pcap file). */
  interfaceId = -1;
  /** Name of the interface, '' where the capture tells none. */
  interfaceName = '';
  /** Time of the first packet; `firstNanos` is NO_TIME while there is none. */
  firstSeconds = 0;
  firstNanos: number = NO_TIME;
  /** Time of the packet before this one; `previousNanos` is NO_TIME for the first. */
  previousSeconds = 0;
  previousNanos: number = NO_TIME;

  constructor(layers: Layers) {
    this.layers = layers;
  }

  /**
   * Takes the next packet of a listing, whose layers are in `layers`; the times of the first and of the last one are kept
   * for `frame.time_relative` and `frame.time_delta`.
   */
  take(packet: Packet, number: number, interfaceId = -1, interfaceName = ''): void {
    const { seconds, nanos, wireLength, start, end } = packet;
    this.advance(number, seconds, nanos, wireLength, end - start);
    this.interfaceId = interfaceId;
    this.interfaceName = interfaceName;
  }

  /** The same for the packet in a row of a batch. */
  takeRow(batch: PacketBatch, row: number, number: number, interfaceId: number, interfaceName: string): void {
    const { seconds, nanos, wireLength, length } = batch;
    this.advance(number, seconds[row]!, nanos[row]!, wireLength[row]!, length[row]!);
    this.interfaceId = interfaceId;
    this.interfaceName = interfaceName;
  }

  private advance(number: number, seconds: number, nanos: number, wireLength: number, capturedLength: number): void {
    this.previousSeconds = this.seconds;
    this.previousNanos = this.nanos;
    this.number = number;
    this.seconds = seconds;
    this.nanos = nanos;
    this.wireLength = wireLength;
    this.capturedLength = capturedLength;
    if (this.firstNanos === NO_TIME) {
      this.firstSeconds = seconds;
      this.firstNanos = nanos;
    }
  }
}
