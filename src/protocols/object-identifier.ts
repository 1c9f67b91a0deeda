/** Object identifiers in the basic encoding, ITU-T X.690 §8.19. */

/** The arcs of the contents octets [start, end) joined by dots: `1.3.6.1.2.1`. An arc that the end cuts is left out. */
export function objectIdentifierText(view: DataView, start: number, end: number): string {
  const arcs: number[] = [];
  let arc = 0;
  for (let at = start; at < end; at++) {
    const octet = view.getUint8(at);
    arc = arc * 128 + (octet & 0x7f);
    if ((octet & 0x80) !== 0) continue;
    // The first two arcs share a number: 40 times the first, which is 0, 1 or 2, plus the second.
    if (arcs.length === 0) arcs.push(Math.min(Math.floor(arc / 40), 2), arc - 40 * Math.min(Math.floor(arc / 40), 2));
    else arcs.push(arc);
    arc = 0;
  }
  return arcs.join('.');
}
