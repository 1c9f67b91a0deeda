/** Makes an input smaller while it still fails. */

/** Attempts in all: enough for some kilobytes. */
const MOST_ATTEMPTS = 600;

/** The smallest input that could be found for which `stillFails` holds, by cutting out ever shorter runs and then clearing octets. */
export async function minimise(
  input: Uint8Array,
  stillFails: (smaller: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> {
  let smallest = input;
  let attempts = 0;
  const attempt = async (smaller: Uint8Array): Promise<boolean> => {
    if (++attempts > MOST_ATTEMPTS || !(await stillFails(smaller))) return false;
    smallest = smaller;
    return true;
  };
  for (let run = smallest.length >> 1; run >= 1 && attempts < MOST_ATTEMPTS; run >>= 1) {
    for (let at = smallest.length - run; at >= 0; at -= run) {
      await attempt(Uint8Array.from([...smallest.subarray(0, at), ...smallest.subarray(at + run)]));
    }
  }
  for (let at = 0; at < smallest.length && attempts < MOST_ATTEMPTS; at++) {
    if (smallest[at] === 0) continue;
    const cleared = smallest.slice();
    cleared[at] = 0;
    await attempt(cleared);
  }
  return smallest.slice();
}
