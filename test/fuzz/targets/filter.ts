/** A display filter: it compiles or is refused with a place, and what compiles can be asked of any packet. */
import { readFileSync } from 'node:fs';
import { createDissector } from '../../../src/dissect/dissector.ts';
import type { FilterContext } from '../../../src/filter/context.ts';
import { compileFilter } from '../../../src/filter/filter.ts';
import { FilterError } from '../../../src/filter/filter-error.ts';
import { loadRegexEngine } from '../../../src/filter/regex.ts';
import { standardProtocols } from '../../../src/protocols/index.ts';
import { contextOf, ICMP_ERROR, IPV6_UDP, VXLAN_SYN } from '../../filter/packets.ts';
import { filterWords } from '../dictionary.ts';
import { checkText, type FuzzTarget, promise } from '../target.ts';

/** A filter is compiled once; for a name that is unknown all others are searched for a near one. */
const MILLIS = 200;

const dissector = createDissector(standardProtocols);
const regex = await loadRegexEngine();
const contexts: readonly FilterContext[] = [VXLAN_SYN, ICMP_ERROR, IPV6_UDP].map((hex) => contextOf(hex));
const text = (input: Uint8Array): string => new TextDecoder().decode(input);

export const filter: FuzzTarget = {
  longest: 400,
  words: filterWords(standardProtocols),
  seeds: () =>
    readFileSync(new URL('../../filter/oracle-filters.txt', import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => new TextEncoder().encode(line)),
  run: (input) => {
    const written = text(input);
    try {
      const { matches } = compileFilter(written, dissector, { regex });
      for (const context of contexts) promise(typeof matches(context) === 'boolean', 'the answer is no boolean');
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      promise(error.column >= 1 && error.column <= written.length + 1, 'the error is behind the filter');
      checkText('the error', error.render(), input);
    }
  },
  timed: {
    run: (input) => {
      try {
        const { matches } = compileFilter(text(input), dissector, { regex });
        for (const context of contexts) matches(context);
      } catch {
        // A refused filter takes its time too.
      }
    },
    millisOf: () => MILLIS,
  },
  fixture: (octets) => ({ octets, extension: 'txt' }),
};
