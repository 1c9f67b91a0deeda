/**
 * gzip, RFC 1952: members of a header, deflated octets and a trailer, one after another. The members are cut here and only the
 * deflated octets are left to zlib: its own gzip reader gives up the octets before an error together with the error.
 */
import { crc32 } from 'node:zlib';
import { cutOff, damaged } from './gzip-error.ts';
import { type Inflate, inflateBeside, inflateInto, type Room } from './inflate.ts';
import type { OctetInput } from './octet-input.ts';

const FIXED_HEADER_LENGTH = 10;
const TRAILER_LENGTH = 8;
const FIRST_IDENTIFIER = 0x1f;
const SECOND_IDENTIFIER = 0x8b;
const DEFLATE = 8;
/** Optional header fields, RFC 1952 §2.3.1, in the order in which they follow. */
const Flag = { headerCrc: 2, extra: 4, name: 8, comment: 16 } as const;
const LONGEST_NAME = 64 * 1024;

/**
 * Decompresses all members. What follows the last one is ignored, as gzip does: zeros silently, anything else with a notice.
 *
 * @param room given by a thread that does nothing else
 * @throws CaptureError for damaged or cut-off data, after all octets before that
 */
export async function* gunzip(
  input: OctetInput,
  onNotice: (message: string) => void,
  room: Room | undefined,
): AsyncGenerator<Uint8Array> {
  const inflate = room === undefined ? inflateBeside : inflateInto(room);
  for (let members = 0; await startsMember(input, members, onNotice); members++) {
    await skipHeader(input);
    yield* inflateMember(input, inflate);
  }
}

/** Whether a further member begins here; the first is known to. */
async function startsMember(input: OctetInput, members: number, onNotice: (message: string) => void): Promise<boolean> {
  if (members === 0) return true;
  const { position } = input;
  const identifiers = await input.take(2);
  if (identifiers[0] === FIRST_IDENTIFIER && identifiers[1] === SECOND_IDENTIFIER) {
    input.putBack(identifiers);
    return true;
  }
  if (identifiers.some((octet) => octet !== 0))
    onNotice(`octets after the gzip data, from offset ${position} on, are ignored`);
  return false;
}

async function skipHeader(input: OctetInput): Promise<void> {
  const start = input.position;
  const header = await input.take(FIXED_HEADER_LENGTH);
  const [, , method, flags] = header;
  if (header.length < FIXED_HEADER_LENGTH || method === undefined || flags === undefined) throw cutOff(input);
  if (method !== DEFLATE) throw damaged(start, `compression method ${method}, expected ${DEFLATE}`);
  if (flags & Flag.extra) {
    const length = await take(input, 2);
    await take(input, length[0]! + 256 * length[1]!);
  }
  if (flags & Flag.name) await skipText(input);
  if (flags & Flag.comment) await skipText(input);
  if (flags & Flag.headerCrc) await take(input, 2);
}

async function skipText(input: OctetInput): Promise<void> {
  const start = input.position;
  while (input.position - start < LONGEST_NAME) {
    const [octet] = await take(input, 1);
    if (octet === 0) return;
  }
  throw damaged(start, `a name of more than ${LONGEST_NAME} octets`);
}

async function take(input: OctetInput, count: number): Promise<Uint8Array> {
  const octets = await input.take(count);
  if (octets.length < count) throw cutOff(input);
  return octets;
}

async function* inflateMember(input: OctetInput, inflate: Inflate): AsyncGenerator<Uint8Array> {
  let checksum = 0;
  let length = 0;
  for await (const result of inflate(input)) {
    checksum = crc32(result, checksum);
    length = (length + result.length) >>> 0;
    yield result;
  }
  const at = input.position;
  const trailer = await take(input, TRAILER_LENGTH);
  const view = new DataView(trailer.buffer, trailer.byteOffset, TRAILER_LENGTH);
  compare(at, 'checksum', view.getUint32(0, true), checksum);
  compare(at + 4, 'length', view.getUint32(4, true), length);
}

function compare(at: number, what: string, stored: number, computed: number): void {
  if (stored !== computed) throw damaged(at, `its ${what} says ${stored}, its octets ${computed}`);
}
