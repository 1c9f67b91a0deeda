/** Writes pcap and pcapng files in any byte order and precision, well-formed or not: for tests only. */

/** Integers and octets one after another, in one byte order. */
export class OctetWriter {
  readonly #parts: number[] = [];
  readonly #little: boolean;

  constructor(little: boolean) {
    this.#little = little;
  }

  u8(...values: number[]): this {
    this.#parts.push(...values);
    return this;
  }

  u16(...values: number[]): this {
    for (const value of values) this.#integer(BigInt(value), 2);
    return this;
  }

  u32(...values: number[]): this {
    for (const value of values) this.#integer(BigInt(value), 4);
    return this;
  }

  u64(value: bigint): this {
    return this.#integer(value, 8);
  }

  octets(octets: Iterable<number>): this {
    for (const octet of octets) this.#parts.push(octet);
    return this;
  }

  /** Zeros up to a multiple of 4. */
  pad(): this {
    while (this.#parts.length % 4 !== 0) this.#parts.push(0);
    return this;
  }

  build(): Uint8Array {
    return Uint8Array.from(this.#parts);
  }

  #integer(value: bigint, size: number): this {
    const octets = Array.from({ length: size }, (_, index) =>
      Number((BigInt.asUintN(64, value) >> BigInt(8 * index)) & 0xffn),
    );
    this.#parts.push(...(this.#little ? octets : octets.reverse()));
    return this;
  }
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** A packet to be written. */
export interface Frame {
  readonly octets: Uint8Array;
  readonly seconds: number;
  readonly nanos: number;
  /** Octets on the wire; as many as captured where not given. */
  readonly wireLength?: number;
}

export interface PcapOptions {
  readonly little?: boolean;
  readonly magic?: number;
  readonly version?: readonly [number, number];
  readonly snapLength?: number;
  /** The whole 32-bit field, FCS bits included. */
  readonly linkType?: number;
  /** Octets between the file header and the first record. */
  readonly afterHeader?: Uint8Array;
  /** Octets added to each record header. */
  readonly afterRecordHeader?: Uint8Array;
  /** Original length before captured length, as before version 2.3. */
  readonly originalFirst?: boolean;
}

export const MICROSECOND_MAGIC = 0xa1b2c3d4;
export const NANOSECOND_MAGIC = 0xa1b23c4d;
export const MODIFIED_MAGIC = 0xa1b2cd34;
export const IXIA_MICROSECOND_MAGIC = 0x1c0001ab;
export const IXIA_NANOSECOND_MAGIC = 0x1c0001ac;

export function pcapHeader(options: PcapOptions = {}): Uint8Array {
  const { little = true, magic = MICROSECOND_MAGIC, version = [2, 4], snapLength = 262_144, linkType = 1 } = options;
  return new OctetWriter(little)
    .u32(magic)
    .u16(...version)
    .u32(0, 0, snapLength, linkType)
    .build();
}

export function pcapRecord(frame: Frame, options: PcapOptions = {}): Uint8Array {
  const { little = true, magic = MICROSECOND_MAGIC } = options;
  const inNanoseconds = magic === NANOSECOND_MAGIC || magic === IXIA_NANOSECOND_MAGIC;
  const lengths = [frame.octets.length, frame.wireLength ?? frame.octets.length];
  return new OctetWriter(little)
    .u32(frame.seconds, inNanoseconds ? frame.nanos : Math.floor(frame.nanos / 1000))
    .u32(...(options.originalFirst ? lengths.reverse() : lengths))
    .octets(options.afterRecordHeader ?? [])
    .octets(frame.octets)
    .build();
}

export function buildPcap(frames: readonly Frame[], options: PcapOptions = {}): Uint8Array {
  const records = frames.map((frame) => pcapRecord(frame, options));
  return concat(pcapHeader(options), options.afterHeader ?? new Uint8Array(0), ...records);
}

/** An option: code and value. */
export type Option = readonly [code: number, value: Uint8Array];

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function options(values: readonly Option[], little: boolean): Uint8Array {
  if (values.length === 0) return new Uint8Array(0);
  const writer = new OctetWriter(little);
  for (const [code, value] of values) writer.u16(code, value.length).octets(value).pad();
  return writer.u16(0, 0).build();
}

/** A block of any type and body; the body is padded to a multiple of 4. */
export function block(type: number, body: Uint8Array, little = true): Uint8Array {
  const padded = new OctetWriter(little).octets(body).pad().build();
  const length = padded.length + 12;
  return new OctetWriter(little).u32(type, length).octets(padded).u32(length).build();
}

export interface SectionOptions {
  readonly little?: boolean;
  readonly version?: readonly [number, number];
  readonly sectionLength?: bigint;
  readonly options?: readonly Option[];
}

export function sectionHeader(given: SectionOptions = {}): Uint8Array {
  const { little = true, version = [1, 0], sectionLength = -1n } = given;
  const body = new OctetWriter(little)
    .u32(0x1a2b3c4d)
    .u16(...version)
    .u64(sectionLength)
    .octets(options(given.options ?? [], little))
    .build();
  return block(0x0a0d0d0a, body, little);
}

export interface InterfaceOptions {
  readonly little?: boolean;
  readonly linkType?: number;
  readonly snapLength?: number;
  readonly options?: readonly Option[];
}

export function interfaceDescription(given: InterfaceOptions = {}): Uint8Array {
  const { little = true, linkType = 1, snapLength = 0 } = given;
  const body = new OctetWriter(little)
    .u16(linkType, 0)
    .u32(snapLength)
    .octets(options(given.options ?? [], little))
    .build();
  return block(1, body, little);
}

/** A packet of a pcapng file, timed in the ticks of its interface. */
export interface PacketFields {
  readonly octets: Uint8Array;
  readonly ticks?: bigint;
  readonly interfaceNumber?: number;
  readonly wireLength?: number;
  readonly drops?: number;
  readonly options?: readonly Option[];
}

export function enhancedPacket(packet: PacketFields, little = true): Uint8Array {
  const writer = new OctetWriter(little).u32(packet.interfaceNumber ?? 0);
  return block(6, packetBody(writer, packet, little), little);
}

export function obsoletePacket(packet: PacketFields, little = true): Uint8Array {
  const writer = new OctetWriter(little).u16(packet.interfaceNumber ?? 0, packet.drops ?? 0);
  return block(2, packetBody(writer, packet, little), little);
}

function packetBody(writer: OctetWriter, packet: PacketFields, little: boolean): Uint8Array {
  const ticks = packet.ticks ?? 0n;
  return writer
    .u32(Number(ticks >> 32n), Number(ticks & 0xffffffffn))
    .u32(packet.octets.length, packet.wireLength ?? packet.octets.length)
    .octets(packet.octets)
    .pad()
    .octets(options(packet.options ?? [], little))
    .build();
}

export function simplePacket(octets: Uint8Array, wireLength = octets.length, little = true): Uint8Array {
  return block(3, new OctetWriter(little).u32(wireLength).octets(octets).build(), little);
}

export function interfaceStatistics(number: number, counters: readonly Option[], little = true): Uint8Array {
  const body = new OctetWriter(little).u32(number, 0, 0).octets(options(counters, little)).build();
  return block(5, body, little);
}

/** Name records: address of 4 or 16 octets, names. */
export function nameResolution(
  records: ReadonlyArray<readonly [Uint8Array, readonly string[]]>,
  little = true,
): Uint8Array {
  const writer = new OctetWriter(little);
  for (const [address, names] of records) {
    const value = concat(address, ...names.map((name) => text(`${name}\0`)));
    writer
      .u16(address.length === 4 ? 1 : 2, value.length)
      .octets(value)
      .pad();
  }
  return block(4, writer.u16(0, 0).build(), little);
}

/** A 64-bit counter as an option value. */
export function counter(value: bigint, little = true): Uint8Array {
  return new OctetWriter(little).u64(value).build();
}

/** The frames as Enhanced Packet Blocks of one interface with the given if_tsresol. */
export function buildPcapng(frames: readonly Frame[], little = true, resolution = 9): Uint8Array {
  const perSecond = (resolution & 0x80 ? 2n : 10n) ** BigInt(resolution & 0x7f);
  const packets = frames.map((frame) => {
    const ticks = BigInt(frame.seconds) * perSecond + (BigInt(frame.nanos) * perSecond) / 1_000_000_000n;
    return enhancedPacket({ octets: frame.octets, ticks, wireLength: frame.wireLength ?? frame.octets.length }, little);
  });
  const described = interfaceDescription({ little, options: [[9, Uint8Array.of(resolution)]] });
  return concat(sectionHeader({ little }), described, ...packets);
}
