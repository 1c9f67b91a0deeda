/** What the packets of one direction share before and behind address translation, as one number. */

/**
 * Number that directions of the same packets share: of TCP the initial sequence number, or timestamp and identification of the first packet where no
 * SYN was seen; of others the first payload and its packet's identification. NaN where there is nothing.
 *
 * @param hasInitial a SYN told the direction's initial sequence number
 * @param ipId of the first packet; 0 stands for none in this and the two before it
 */
export function natMark(
  hasInitial: boolean,
  initial: number,
  isTcp: boolean,
  timestamp: number,
  payload: number,
  ipId: number,
): number {
  if (hasInitial) return initial >>> 0;
  const first = isTcp ? timestamp : payload;
  if (first === 0 || (isTcp && ipId === 0)) return Number.NaN;
  return 2 ** 32 + (Math.imul(first ^ ipId, 0x9e3779b1) >>> 0);
}
