/** Packets as text: what the command line prints, for programs. */
import { hexBreakdown as hexOfLayers } from '../render/hex.ts';
import { packetJson as jsonOfLayers } from '../render/json.ts';
import { packetLine as lineOfLayers } from '../render/line.ts';
import { createStyle, type Style } from '../render/style.ts';
import type { TimeFormat } from '../render/time-text.ts';
import { layerTree as treeOfLayers } from '../render/tree.ts';
import { type AnyPacket, type FilterablePacket, recordHead } from './packet.ts';

/** How text is to look. */
export interface TextOptions {
  /** Colours and symbols; plain text with Unicode symbols where it is left out. */
  readonly style?: Style;
  /** Columns that are there. */
  readonly width?: number;
  /** Names of the only protocols to be shown. */
  readonly only?: readonly string[];
}

const PLAIN = createStyle();

function chosen(only: readonly string[] | undefined): ReadonlySet<string> | undefined {
  return only === undefined ? undefined : new Set(only);
}

/** The packet on one line; on a second one too where `width` is given and the note about its tunnel does not fit. */
export function packetLine(
  packet: AnyPacket,
  { style = PLAIN, width, time = 'r' }: Omit<TextOptions, 'only'> & { readonly time?: TimeFormat } = {},
): string {
  const { context } = packet;
  const head = {
    number: context.number,
    time: { format: time, times: context },
    length: context.wireLength,
    captured: context.capturedLength,
    point: packet.point.includes(':') ? packet.point : '',
  };
  return lineOfLayers(context.layers, head, style, { width });
}

/** The packet's layers and all of their fields as an indented tree, a line each. */
export function layerTree(
  { context }: FilterablePacket,
  { style = PLAIN, only }: Omit<TextOptions, 'width'> = {},
): string[] {
  return treeOfLayers(context.layers, style, chosen(only));
}

/** The packet's octets in hexadecimal with what each of them is, a line each. */
export function hexBreakdown(
  { context }: FilterablePacket,
  { style = PLAIN, width, only }: TextOptions = {},
): string[] {
  return hexOfLayers(context.layers, style, width, chosen(only));
}

/** The packet's record as `--json` prints it, without a line end; with `full` the bits of each field too. */
export function packetJson(
  packet: AnyPacket,
  { full = false, only }: { readonly full?: boolean; readonly only?: readonly string[] } = {},
): string {
  const names = chosen(only);
  return jsonOfLayers(packet.context.layers, recordHead(packet), {
    full,
    ...(names === undefined ? {} : { only: names }),
  });
}
