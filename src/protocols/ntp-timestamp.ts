/** Timestamps of NTP, RFC 5905 §6. */
import { text } from '../dissect/field.ts';
import { type Part, utcText } from './body.ts';

/** Seconds from 1900 to 1970. */
const UNIX_EPOCH = 2208988800;
const ERA = 2 ** 32;
const FIRST_OF_ERA_0 = 0x80000000;
const OCTETS = 8;

/**
 * The timestamp at `at` as RFC 3339 text with up to nine decimals, `NULL` for an unset one. Seconds below 2^31 are taken for those of the era
 * that begins in 2036 (RFC 4330 §3).
 */
export function timestampAt(view: DataView, at: number): string {
  const raw = view.getUint32(at);
  const fraction = view.getUint32(at + 4);
  if (raw === 0 && fraction === 0) return 'NULL';
  const seconds = (raw >= FIRST_OF_ERA_0 ? raw : raw + ERA) - UNIX_EPOCH;
  const nanos = Math.floor((fraction / ERA) * 1e9);
  const decimals = String(nanos).padStart(9, '0').replace(/0+$/, '');
  return utcText(seconds).replace('Z', decimals === '' ? 'Z' : `.${decimals}Z`);
}

/** A timestamp as a part of a body. */
export const ntpTimestamp = (title: string): Part => ({
  spec: text(title),
  emit: (emit, field, at, end, { view }) => {
    if (at + OCTETS > end) return at;
    emit.value(field, timestampAt(view, at), at, at + OCTETS);
    return at + OCTETS;
  },
});
