/** Names that someone may have meant. */

/** Suggestions in one message. */
const MOST = 3;
/** Longer words are no misspelt names. */
const LONGEST = 64;

/** Up to three of `names` that are nearest to `word`: the same but for a few letters, or the same last part. */
export function nearNames(word: string, names: Iterable<string>): string[] {
  if (word.length > LONGEST) return [];
  const wanted = word.toLowerCase();
  const last = wanted.slice(wanted.lastIndexOf('.') + 1);
  const allowed = Math.max(1, Math.floor(wanted.length / 3));
  const found: { name: string; distance: number }[] = [];
  for (const name of names) {
    const distance = Math.min(editDistance(wanted, name, allowed), sharedPart(wanted, last, name));
    if (distance <= allowed) found.push({ name, distance });
  }
  found.sort((a, b) => a.distance - b.distance || a.name.length - b.name.length || (a.name < b.name ? -1 : 1));
  return found.slice(0, MOST).map(({ name }) => name);
}

/** `; did you mean …?`, or nothing. */
export function didYouMean(word: string, names: Iterable<string>): string {
  const near = nearNames(word, names);
  return near.length === 0 ? '' : `; did you mean ${near.join(', ')}?`;
}

/** 1 where the word is a whole part of the name, as `vni` is of `vxlan.vni`. */
function sharedPart(wanted: string, last: string, name: string): number {
  if (name.endsWith(`.${wanted}`)) return 1;
  const dot = wanted.indexOf('.');
  const isSameProtocol = dot > 0 && name.startsWith(wanted.slice(0, dot + 1));
  return isSameProtocol && last.length > 1 && name.endsWith(`.${last}`) ? 1 : Number.POSITIVE_INFINITY;
}

/** Letters to insert, delete, replace or swap with their neighbour (optimal string alignment); more than `most` is told as infinite. */
function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return Number.POSITIVE_INFINITY;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (isSame ? 0 : 1));
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
    }
    if (Math.min(...row) > most) return Number.POSITIVE_INFINITY;
    beforeLast = last;
    last = row;
  }
  const distance = last[b.length]!;
  return distance <= most ? distance : Number.POSITIVE_INFINITY;
}
