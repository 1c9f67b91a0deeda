/** netdissect as a library. Runs in browsers and in Node: nothing here needs `node:*`. */
export { CaptureError, CaptureErrorCode, type CutOff, describeCutOff } from './capture/capture-error.ts';
export { InputError } from './capture/input.ts';
export type { CaptureInterface } from './capture/interface.ts';
export { linkTypeName } from './capture/link-types.ts';
export type { Notice } from './capture/notice.ts';
export { Packet, PacketBatch } from './capture/packet.ts';
export { CaptureReader, type CaptureReaderOptions } from './capture/reader.ts';
export { createDissector, type DecodeAs, Dissector } from './dissect/dissector.ts';
export * from './dissect/field.ts';
export { COMMON_ISSUES, type Issue } from './dissect/issue.ts';
export { Layers, RowFlag, Status } from './dissect/layers.ts';
export { defineProtocol, type Protocol, type ProtocolDeclaration } from './dissect/protocol.ts';
export { type FieldEmitter, type FieldVisitor, walkLayer } from './dissect/walk.ts';
export { FilterError } from './filter/filter-error.ts';
export { Capture, type CaptureOptions, readCapture } from './library/capture.ts';
export { compileFilter, type PacketFilter } from './library/filter.ts';
export type { LayerOf, LayersOf, StandardLayers, StandardProtocol } from './library/layer-types.ts';
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
export type { BlobLike, CaptureSource, OctetStream, ResponseLike } from './library/source.ts';
export { standardProtocols } from './protocols/index.ts';
export type { LayerObject, ObjectValue, ObjectValues } from './render/object.ts';
export { recordSchema } from './render/schema.ts';
export { createStyle, type Style } from './render/style.ts';
