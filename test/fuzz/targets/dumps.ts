/** Pasted hex: packets come of it, or a fault with its place; what was read is what `--from-hex` of its own hex reads again. */
import { parseHexDump } from '../../../src/capture/hex-dump.ts';
import { LONGEST_DUMP } from '../../../src/capture/hex-dump-result.ts';
import { standardProtocols } from '../../../src/protocols/index.ts';
import { createDissector } from '../../../src/protocols/standard-dissector.ts';
import { safeText } from '../../../src/render/safe-text.ts';
import { DUMP_STYLES } from '../../capture/format-dump.ts';
import { seedPackets } from '../seeds.ts';
import { checkText, type FuzzTarget, promise } from '../target.ts';

/** Of the packets to begin with, one in so many. */
const ONE_IN = 16;
const LONGEST = 4096;

const WORDS =
  '0000: 0010: 0x0000: 00000000 00000010 0x 4500 45 00 * > |..E.| 10:02:03.4 IP ff 0000000 \u00a0 \ufeff Frame\u0020(60\u0020bytes):';

export const dumps: FuzzTarget = {
  longest: LONGEST,
  words: [...WORDS.split(' '), '\n', '\r\n', '\n\n'].map((word) => new TextEncoder().encode(word)),
  seeds: () => {
    const dissector = createDissector(standardProtocols);
    return seedPackets(dissector, dissector.createLayers())
      .filter(({ octets }, index) => index % ONE_IN === 0 && octets.length > 0 && octets.length < 500)
      .map(({ octets }, index) => new TextEncoder().encode(DUMP_STYLES[index % DUMP_STYLES.length]!.format([octets])));
  },
  run: (input) => {
    const text = new TextDecoder().decode(input);
    const { packets, fault } = parseHexDump(text);
    let sum = 0;
    for (const octets of packets) {
      promise(octets.length > 0 && octets.length <= LONGEST_DUMP, 'a packet has no octets, or too many');
      sum += octets.length;
    }
    // A line of `*` repeats the one before up to the next offset.
    promise(text.includes('*') || sum <= text.length / 2 + 1, 'there are more octets than digits');
    if (fault !== undefined) {
      const lines = text.split(/\r?\n|\r/);
      promise(fault.line >= 1 && fault.line <= lines.length, 'the fault is in no line');
      promise(fault.column >= 1, 'the fault is before its line');
      checkText('the fault', safeText(fault.message), input);
    }
    const [first] = packets;
    if (first === undefined || first.length > LONGEST) return;
    const again = parseHexDump(DUMP_STYLES[sum % DUMP_STYLES.length]!.format([first])).packets[0];
    promise(Buffer.from(first).equals(Buffer.from(again ?? [])), 'octets written and read again are others');
  },
  fixture: (octets) => ({ octets, extension: 'txt' }),
};
