/**
 * The pcapng file format (draft-ietf-opsawg-pcapng): blocks of a type, a length, a body and the length once more. A section
 * header sets the byte order of all blocks up to the next one; packets refer to the interfaces their section describes.
 */
import type { ByteWindow } from './byte-window.ts';
import { CaptureError, CaptureErrorCode, type CutOff } from './capture-error.ts';
import type { CaptureInterface } from './interface.ts';
import { capturedLimit } from './link-types.ts';
import { NoticeCode, type Notices, noteLengths } from './notice.ts';
import type { PacketBatch } from './packet.ts';
import { BLOCK_HEADER_LENGTH, BLOCK_TRAILER_LENGTH, BlockType, blockTypeName } from './pcapng-blocks.ts';
import { type Block, Descriptions } from './pcapng-descriptions.ts';
import { BlockFraming } from './pcapng-framing.ts';
import { padded } from './pcapng-options.ts';
import { NO_TIME, type SplitTime, splitTicks } from './timestamp.ts';

/** Octets of a block that is read as a whole, packet blocks of longer link types aside. */
const BLOCK_LIMIT = 16 * 1024 * 1024;
/** Octets that fields and options may add to a packet in its block. */
const OPTIONS_LIMIT = 1024 * 1024;
/** Where the packet's octets begin in its block. */
const PACKET_DATA = 28;
const SIMPLE_PACKET_DATA = 12;
/** In a Packet Block: the drop count is not known. */
const UNKNOWN_DROPS = 0xffff;

/** Cuts the packets of a pcapng file out of a window, and reads the blocks that describe them. */
export class PcapngBlocks {
  readonly descriptions: Descriptions;
  readonly #window: ByteWindow;
  readonly #notices: Notices;
  readonly #time: SplitTime = { seconds: 0, nanos: 0 };
  readonly #framing: BlockFraming;

  constructor(window: ByteWindow, notices: Notices) {
    this.#window = window;
    this.#notices = notices;
    this.#framing = new BlockFraming(window, notices);
    this.descriptions = new Descriptions(notices);
  }

  /** Blocks skipped, by type; those of types beyond the first 256 are counted under `undefined`. */
  get skipped(): ReadonlyMap<number | undefined, number> {
    return this.#framing.skipped;
  }

  /** The block that the end of the input cuts off, if any. */
  cutOff(): CutOff | undefined {
    return this.#framing.cutOff();
  }

  /**
   * Fills the rows of a batch; fewer than its capacity when octets run out.
   *
   * @throws CaptureError at damage; the rows before it are in the batch
   */
  fill(batch: PacketBatch): void {
    batch.count = 0;
    while (batch.count < batch.capacity && this.#framing.skipRest() && this.#readBlocks(batch)) {}
  }

  /** Reads the next block, or a run of Enhanced Packet Blocks; false where more octets are needed. */
  #readBlocks(batch: PacketBatch): boolean {
    const window = this.#window;
    if (window.available < BLOCK_HEADER_LENGTH) return false;
    const type = window.view.getUint32(window.position, this.#framing.little);
    switch (type) {
      case BlockType.enhancedPacket:
        return this.#readEnhancedPackets(batch);
      case BlockType.simplePacket:
      case BlockType.packet:
        return this.#readPacket(type, batch);
      case BlockType.sectionHeader:
        return this.#framing.readByteOrder() && this.#readDescription(type, this.#framing.blockLength(type));
      case BlockType.interfaceDescription:
        return this.#readDescription(type, this.#framing.blockLength(type));
      case BlockType.nameResolution:
      case BlockType.interfaceStatistics: {
        const length = this.#framing.blockLength(type);
        return length > BLOCK_LIMIT ? this.#skipTooLong(type, length) : this.#readDescription(type, length);
      }
      default:
        return this.#framing.skip(type, this.#framing.blockLength(type));
    }
  }

  /**
   * The hot path: packets one after another while nothing about them is unusual. What is, a few comparisons find here, and
   * `#readPacket` reads or names it.
   */
  #readEnhancedPackets(batch: PacketBatch): boolean {
    const window = this.#window;
    const { view, end, inputOffset } = window;
    const little = this.#framing.little;
    const time = this.#time;
    const { capacity, start, length, wireLength, seconds, nanos } = batch;
    const { interfaceId, byteOffset, optionsStart, optionsEnd } = batch;
    let row = batch.count;
    let at = window.position;
    let number = -1;
    let source: CaptureInterface | undefined;
    let limit = 0;
    let snapLength = 0;
    let usual = true;
    while (row < capacity && end - at >= PACKET_DATA && view.getUint32(at, little) === BlockType.enhancedPacket) {
      const blockLength = view.getUint32(at + 4, little);
      const captured = view.getUint32(at + 20, little);
      const wire = view.getUint32(at + 24, little);
      if (view.getUint32(at + 8, little) !== number) {
        number = view.getUint32(at + 8, little);
        source = this.descriptions.interfaceNumbered(number);
        limit = source === undefined ? -1 : capturedLimit(source.linkType, source.snapLength);
        snapLength = source === undefined || source.snapLength === 0 ? limit : source.snapLength;
      }
      usual =
        (blockLength & 3) === 0 &&
        captured <= wire &&
        captured <= limit &&
        captured <= snapLength &&
        blockLength >= captured + PACKET_DATA + BLOCK_TRAILER_LENGTH &&
        blockLength <= captured + OPTIONS_LIMIT;
      if (source === undefined || !usual || blockLength > end - at) break;
      const trailer = at + blockLength - BLOCK_TRAILER_LENGTH;
      usual = view.getUint32(trailer, little) === blockLength;
      if (!usual) break;
      splitTicks(view.getUint32(at + 12, little), view.getUint32(at + 16, little), source.ticks, time);
      const dataEnd = at + PACKET_DATA + padded(captured);
      start[row] = at + PACKET_DATA;
      length[row] = captured;
      wireLength[row] = wire;
      seconds[row] = time.seconds;
      nanos[row] = time.nanos;
      interfaceId[row] = source.id;
      byteOffset[row] = inputOffset + at;
      optionsStart[row] = dataEnd < trailer ? dataEnd : 0;
      optionsEnd[row] = dataEnd < trailer ? trailer : 0;
      row++;
      at += blockLength;
    }
    const progress = row > batch.count;
    batch.count = row;
    window.position = at;
    if (!usual || source === undefined) return this.#readPacket(BlockType.enhancedPacket, batch);
    return progress;
  }

  /** Reads any packet block with every check; false where it is not there as a whole. */
  #readPacket(type: number, batch: PacketBatch): boolean {
    const window = this.#window;
    const { view, position: at, inputPosition } = window;
    const little = this.#framing.little;
    const simple = type === BlockType.simplePacket;
    const data = simple ? SIMPLE_PACKET_DATA : PACKET_DATA;
    const length = this.#framing.blockLength(type);
    if (window.available < data) return false;
    const source = this.#sourceOfPacket(type);
    const room = length - data - BLOCK_TRAILER_LENGTH;
    const wire = view.getUint32(at + data - 4, little);
    const { snapLength } = source;
    const captured = simple
      ? Math.min(wire, room, snapLength === 0 ? wire : snapLength)
      : view.getUint32(at + data - 8, little);
    const limit = capturedLimit(source.linkType, snapLength);
    if (captured > limit) {
      const message = `captured length ${captured} at offset ${inputPosition} exceeds the limit of ${limit}`;
      throw new CaptureError(CaptureErrorCode.recordTooLong, inputPosition, message);
    }
    if (captured > room) {
      const message = `captured length ${captured} at offset ${inputPosition} exceeds the ${room} octets its block has for it`;
      throw new CaptureError(CaptureErrorCode.recordTooLong, inputPosition, message);
    }
    this.#framing.checkLimit(length, captured + OPTIONS_LIMIT);
    if (window.available < length) return false;
    const trailer = this.#framing.checkTrailer(length);
    noteLengths(this.#notices, inputPosition, captured, wire, snapLength);
    if (type === BlockType.packet) countDrops(source, view.getUint16(at + 10, little));
    this.#time.seconds = 0;
    this.#time.nanos = NO_TIME;
    if (!simple) splitTicks(view.getUint32(at + 12, little), view.getUint32(at + 16, little), source.ticks, this.#time);
    const optionsStart = at + data + padded(captured);
    const hasOptions = !simple && optionsStart < trailer;
    const row = batch.count++;
    batch.start[row] = at + data;
    batch.length[row] = captured;
    batch.wireLength[row] = wire;
    batch.seconds[row] = this.#time.seconds;
    batch.nanos[row] = this.#time.nanos;
    batch.interfaceId[row] = source.id;
    batch.byteOffset[row] = inputPosition;
    batch.optionsStart[row] = hasOptions ? optionsStart : 0;
    batch.optionsEnd[row] = hasOptions ? trailer : 0;
    window.position += length;
    return true;
  }

  #sourceOfPacket(type: number): CaptureInterface {
    const { view, position, inputPosition } = this.#window;
    let number = 0;
    if (type === BlockType.enhancedPacket) number = view.getUint32(position + 8, this.#framing.little);
    else if (type === BlockType.packet) number = view.getUint16(position + 8, this.#framing.little);
    const source = this.descriptions.interfaceNumbered(number);
    if (source !== undefined) return source;
    const described = this.descriptions.interfaces.length - this.descriptions.sectionBase;
    const message = `packet at offset ${inputPosition} is of interface ${number}, but its section describes ${described}`;
    throw new CaptureError(CaptureErrorCode.unknownInterface, inputPosition, message);
  }

  #readDescription(type: number, length: number): boolean {
    const window = this.#window;
    this.#framing.checkLimit(length, BLOCK_LIMIT);
    if (window.available < length) return false;
    const { view, position: start, inputPosition: byteOffset } = window;
    const block: Block = { view, start, end: this.#framing.checkTrailer(length), byteOffset };
    const { descriptions } = this;
    if (type === BlockType.sectionHeader) {
      descriptions.readSectionHeader(block, this.#framing.byteOrder);
    } else if (type === BlockType.interfaceDescription) descriptions.readInterface(block);
    else if (type === BlockType.interfaceStatistics) descriptions.readStatistics(block);
    else descriptions.readNames(block);
    window.position += length;
    return true;
  }

  #skipTooLong(type: number, length: number): boolean {
    const at = this.#window.inputPosition;
    const message = `${blockTypeName(type)} at offset ${at} has ${length} octets, skipped above ${BLOCK_LIMIT}`;
    this.#notices.add(NoticeCode.blockTooLong, at, message);
    return this.#framing.skip(type, length);
  }
}

/** Adds what a Packet Block says was lost before it. */
function countDrops(source: CaptureInterface, drops: number): void {
  if (drops !== UNKNOWN_DROPS) source.droppedBeforePackets = (source.droppedBeforePackets ?? 0) + drops;
}
