/** A filter of packets, and of flows: it compiles or is refused with a place, and what compiles can be asked of any packet or flow. */
import { readFileSync } from 'node:fs';
import type { FilterContext } from '../../../src/filter/context.ts';
import { compileFilter } from '../../../src/filter/filter.ts';
import { FilterError } from '../../../src/filter/filter-error.ts';
import { compileRecordFilter } from '../../../src/filter/record-filter.ts';
import { loadRegexEngine } from '../../../src/filter/regex.ts';
import { FLOW_PATHS } from '../../../src/flow/flow-schema.ts';
import { standardProtocols } from '../../../src/protocols/index.ts';
import { createDissector } from '../../../src/protocols/standard-dissector.ts';
import { contextOf, ICMP_ERROR, IPV6_UDP, VXLAN_SYN } from '../../filter/packets.ts';
import { filterWords } from '../dictionary.ts';
import { checkText, type FuzzTarget, promise } from '../target.ts';

/** A filter is compiled once; for a name that is unknown all others are searched for a near one. */
const MILLIS = 200;

const FLOW_FILTERS = `server.port == 80 && c2s.packets > 3
client.pod contains "web" or tunnel.vni in {1, 4..7}
!nat and duration >= 2.5e-1
c2s.ttl != 64 xor tcp.state === "closed"
not (start == null) && tunnel`;

const dissector = createDissector(standardProtocols);
const regex = await loadRegexEngine();
const contexts: readonly FilterContext[] = [VXLAN_SYN, ICMP_ERROR, IPV6_UDP].map((hex) => contextOf(hex));
const text = (input: Uint8Array): string => new TextDecoder().decode(input);

/** A flow with something at the paths that differ in kind. */
const FLOW = {
  type: 'flow',
  id: 1,
  point: 'node1-eth1',
  client: { ip: '10.244.1.2', port: 50_000, pod: 'default/web' },
  server: { ip: '10.244.2.3', port: 80, guessed: true },
  start: null,
  duration: 0.25,
  c2s: { packets: 5, ttl: [63, 64], rtt: { samples: 1, min: 0.1, mean: 0.1, max: 0.1 } },
  s2c: { packets: 0, ttl: [] },
  tunnel: [{ kind: 'vxlan', vni: 1, client: '10.0.0.1', server: '10.0.0.2' }],
};

/** Runs what may refuse a filter, and sees that a refusal says where. */
function checkRefusal(written: string, input: Uint8Array, run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    promise(error.column >= 1 && error.column <= written.length + 1, 'the error is behind the filter');
    checkText('the error', error.render(), input);
  }
}

export const filter: FuzzTarget = {
  longest: 400,
  words: [...filterWords(standardProtocols), ...[...FLOW_PATHS].map((path) => new TextEncoder().encode(` ${path} `))],
  seeds: () =>
    `${readFileSync(new URL('../../filter/oracle-filters.txt', import.meta.url), 'utf8')}\n${FLOW_FILTERS}`
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => new TextEncoder().encode(line)),
  run: (input) => {
    const written = text(input);
    checkRefusal(written, input, () => {
      const { matches } = compileFilter(written, dissector, { regex });
      for (const context of contexts) promise(typeof matches(context) === 'boolean', 'the answer is no boolean');
    });
    checkRefusal(written, input, () => {
      const matches = compileRecordFilter(written, FLOW_PATHS);
      promise(typeof matches(FLOW) === 'boolean' && typeof matches({}) === 'boolean', 'the answer is no boolean');
    });
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
