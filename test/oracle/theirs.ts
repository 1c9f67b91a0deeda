/** Records what tshark says of a capture. */
import { standardProtocols } from '../../src/protocols/index.ts';
import { declaredFields } from './declared.ts';
import { unshownOctets } from './notation.ts';
import { PdmlReader, type PdmlVisitor } from './pdml.ts';
import { type Origin, type Recording, RecordingBuilder } from './recording.ts';
import { argumentsFor, runTshark } from './tshark.ts';

/** Protocols of PDML that are no part of the packet. */
const NOT_IN_PACKET: readonly string[] = ['geninfo', 'pkt_comment', 'frame'];

/** Fields that tshark shows relative to the first of a conversation, with our name of what stands on the wire. */
const RAW_NAMES: Readonly<Record<string, string>> = {
  'tcp.options.sack_le': 'tcp.options.sack_le_raw',
  'tcp.options.sack_re': 'tcp.options.sack_re_raw',
};

/** Fields that only repeat the capture's octets. */
const PAYLOADS: readonly string[] = ['tcp.payload', 'udp.payload', 'data.data', 'http.file_data'];

const declared = declaredFields(standardProtocols);

/** All fields, so that a protocol that is added finds its own, but for remarks, payloads and what is hidden and not declared. */
function isWorthRecording(name: string, isHidden: boolean): boolean {
  if (declared.has(name)) return true;
  return name !== '' && !isHidden && !name.startsWith('_ws.') && !PAYLOADS.includes(name);
}

/** Names that tshark gives a field by what it knows of the conversation, with the one that stands for all. */
const SAME_FIELD: Readonly<Record<string, string>> = {
  // TLS 1.3 calls the type on the outside opaque (RFC 8446 §5.2).
  'tls.record.opaque_type': 'tls.record.content_type',
};

/** Fields that are the first of the octets they stand on; tshark shows 0 for some. */
const FIRST_OCTET: readonly string[] = ['dhcp.option.type'];

/** Octets in hexadecimal, colons between them. */
function colons(hex: string): string {
  return hex.replace(/..(?=.)/g, '$&:');
}

/** What a field shows, or the octets it stands on where those say more; of octets it names without showing them, how many. */
function shownValue(name: string, type: string | undefined, show: string, value: string, size: number): string {
  if (FIRST_OCTET.includes(name)) return String(Number.parseInt(value.slice(0, 2), 16));
  if (type === 'FT_NONE' && value === '') return size === 0 || !declared.has(name) ? '' : unshownOctets(size);
  return type === 'FT_NONE' || (show === '' && type === 'FT_BYTES') ? colons(value) : show;
}

/** Type of a field by name, of those tshark has and those made of them here. */
export function fieldType(types: ReadonlyMap<string, string>, name: string): string | undefined {
  const relative = Object.keys(RAW_NAMES).find((key) => RAW_NAMES[key] === name);
  return types.get(relative ?? name);
}

/** Property of a frame that every packet has. What has none is another block of a pcapng file, which tshark numbers too. */
const PACKET_MARK = 'frame.encap_type';

class TsharkAnswers implements PdmlVisitor {
  private readonly builder = new RecordingBuilder();
  private readonly types: ReadonlyMap<string, string>;
  /** Properties of the frame until the packet is known to be one. */
  private frame = new Map<string, string>();
  private place: 'frame' | 'packet' | 'other block' = 'other block';

  constructor(types: ReadonlyMap<string, string>) {
    this.types = types;
  }

  packet(): void {
    this.beginPacket();
    this.frame = new Map();
    this.place = 'frame';
  }

  protocol(name: string): void {
    if (NOT_IN_PACKET.includes(name)) return;
    this.beginPacket();
    if (this.place === 'packet') this.builder.tree(name);
  }

  field(name: string, show: string, value: string, isHidden: boolean, size: number): void {
    if (this.place === 'frame') this.frame.set(name, show);
    if (this.place !== 'packet' || !isWorthRecording(name, isHidden)) return;
    const rawName = RAW_NAMES[name];
    if (rawName !== undefined) this.builder.field(rawName, `0x${value}`);
    const type = this.types.get(name);
    this.builder.field(SAME_FIELD[name] ?? name, shownValue(name, type, show, value, size));
  }

  finish(origin: Origin, status: number, message: string): Recording {
    this.beginPacket();
    return this.builder.finish(origin, status, message);
  }

  /** Begins the packet whose frame is now known, if it is one and has not begun. */
  private beginPacket(): void {
    if (this.place !== 'frame') return;
    this.place = this.frame.has(PACKET_MARK) ? 'packet' : 'other block';
    if (this.place !== 'packet') return;
    this.builder.packet();
    for (const [name, show] of this.frame) this.builder.frame(name, show);
  }
}

/** Runs tshark over a capture. */
export async function theirAnswers(
  capture: string,
  origin: Origin,
  types: ReadonlyMap<string, string>,
): Promise<Recording> {
  const answers = new TsharkAnswers(types);
  const pdml = new PdmlReader(answers);
  const { status, message } = await runTshark(['-r', capture, ...argumentsFor(capture)], (line) => pdml.line(line));
  return answers.finish(origin, status, message);
}
