/** netdissect as a library. Runs in browsers and in Node: nothing here needs `node:*`. */
export { CaptureError, CaptureErrorCode, type CutOff, describeCutOff } from './capture/capture-error.ts';
export { InputError } from './capture/input.ts';
export type { ByteOrder, CaptureInterface, CaptureSection, NameRecord } from './capture/interface.ts';
export { linkTypeName } from './capture/link-types.ts';
export type { Notice, NoticeCode } from './capture/notice.ts';
export { Packet, PacketBatch } from './capture/packet.ts';
export type { PcapHeader } from './capture/pcap-header.ts';
export { CaptureReader, type CaptureReaderOptions } from './capture/reader.ts';
export type { TickUnit } from './capture/timestamp.ts';
export type { DecodeAs } from './dissect/code-tables.ts';
export { Dissector } from './dissect/dissector.ts';
export * from './dissect/field.ts';
export { COMMON_ISSUES, type Issue, type Issues, type Limit } from './dissect/issue.ts';
export { Layers, RowFlag, type Source, Status } from './dissect/layers.ts';
export {
  type Check,
  type Dispatch,
  defineProtocol,
  type Extent,
  type Fragmentation,
  type Guess,
  type Next,
  type NextProtocol,
  type OctetStream,
  type Protocol,
  type ProtocolDeclaration,
  type Role,
  type StreamMessages,
  TABLE_NAMES,
  type TableName,
  type Trailer,
} from './dissect/protocol.ts';
export type { Reassembly } from './dissect/reassembly.ts';
export type { FieldValue } from './dissect/value.ts';
export { type ComputedValue, type FieldEmitter, type FieldVisitor, walkLayer } from './dissect/walk.ts';
export type { FilterContext } from './filter/context.ts';
export { FilterError } from './filter/filter-error.ts';
export { Capture, type CaptureOptions, readCapture } from './library/capture.ts';
export { compileFilter, type PacketFilter } from './library/filter.ts';
export type {
  FieldValueOf,
  LayerOf,
  LayersOf,
  MembersOf,
  StandardLayers,
  StandardProtocol,
} from './library/layer-types.ts';
export { type Address, openCapture } from './library/open-capture.ts';
export { type AnyPacket, BorrowedPacket, DissectedPacket, type FilterablePacket } from './library/packet.ts';
export { hexBreakdown, layerTree, packetJson, packetLine, type TextOptions } from './library/render.ts';
export {
  createSession,
  type DissectionSession,
  dissect,
  type FrameFacts,
  type LinkType,
  type SessionOptions,
} from './library/session.ts';
export type { BlobLike, CaptureSource, ReadableOctets, ResponseLike } from './library/source.ts';
export { standardProtocols } from './protocols/index.ts';
export { createDissector } from './protocols/standard-dissector.ts';
export type { LayerFacts, LayerObject, ObjectValue, ObjectValues } from './render/object.ts';
export { recordSchema, type Schema } from './render/schema.ts';
export { createStyle, type Style } from './render/style.ts';
export { TIME_FORMATS, type TimeFormat } from './render/time-text.ts';
