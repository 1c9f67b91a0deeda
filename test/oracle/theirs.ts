/** Records what tshark says of a capture. */
import { PdmlReader, type PdmlVisitor } from './pdml.ts';
import { type Origin, type Recording, RecordingBuilder } from './recording.ts';
import { ARGUMENTS, runTshark } from './tshark.ts';

/** Protocols of PDML that are no part of the packet. */
const NOT_IN_PACKET: readonly string[] = ['geninfo', 'frame'];

/** Fields of the frame that become columns of their own. */
const FRAME_FIELDS: readonly string[] = ['frame.time_epoch', 'frame.cap_len', 'frame.len', 'frame.protocols'];

/** Fields that tshark shows relative to the first of a conversation, with our name of what stands on the wire. */
const RAW_NAMES: Readonly<Record<string, string>> = {
  'tcp.options.sack_le': 'tcp.options.sack_le_raw',
  'tcp.options.sack_re': 'tcp.options.sack_re_raw',
};

/** Octets in hexadecimal, colons between them. */
function colons(hex: string): string {
  return hex.replace(/..(?=.)/g, '$&:');
}

/** Type of a field by name, of those tshark has and those made of them here. */
export function fieldType(types: ReadonlyMap<string, string>, name: string): string | undefined {
  const relative = Object.keys(RAW_NAMES).find((key) => RAW_NAMES[key] === name);
  return types.get(relative ?? name);
}

class TsharkAnswers implements PdmlVisitor {
  readonly builder = new RecordingBuilder();
  private readonly types: ReadonlyMap<string, string>;
  private isPacket = false;

  constructor(types: ReadonlyMap<string, string>) {
    this.types = types;
  }

  packet(): void {
    this.builder.packet();
  }

  protocol(name: string): void {
    this.isPacket = !NOT_IN_PACKET.includes(name);
    if (this.isPacket) this.builder.tree(name);
  }

  field(name: string, show: string, value: string): void {
    if (!this.isPacket) {
      if (FRAME_FIELDS.includes(name)) this.builder.frame(name, show);
      return;
    }
    if (name === '' || name.startsWith('_ws.') || name.endsWith('_resolved')) return;
    const rawName = RAW_NAMES[name];
    if (rawName !== undefined) this.builder.field(rawName, `0x${value}`);
    const isOctets = this.types.get(name) === 'FT_NONE' || (show === '' && this.types.get(name) === 'FT_BYTES');
    this.builder.field(name, isOctets ? colons(value) : show);
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
  const { status, message } = await runTshark(['-r', capture, ...ARGUMENTS], (line) => pdml.line(line));
  return answers.builder.finish(origin, status, message);
}
