/** Records what tshark selects with each filter: `npx tsx test/filter/record-oracle.ts`. One run of tshark for each capture, in which a listener per filter notes its packets. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ARGUMENTS, runTshark, tsharkVersion } from '../oracle/tshark.ts';
import {
  digestOf,
  ORACLE_CAPTURES,
  ORACLE_FILE,
  ORACLE_FILTERS,
  type RecordedCapture,
  type RecordedOracle,
  rangesOf,
} from './oracle.ts';

const PREFERENCES = ARGUMENTS.slice(0, ARGUMENTS.indexOf('-T'));

/** tshark works out the lengths of headers only where it prints fields. */
const VISIBLE = ['-T', 'fields', '-e', 'frame.number'];

/** Prints `@filter<tab>packet` for each packet a filter selects, `!filter<tab>message` for a filter that tshark refuses. */
const LISTENERS = `
local filters = {${ORACLE_FILTERS.map((filter) => `[===[${filter}]===]`).join(',\n')}}
for index, filter in ipairs(filters) do
  local accepted, listener = pcall(Listener.new, nil, filter)
  if accepted then
    function listener.packet(packet) print('@' .. index .. '\\t' .. packet.number) end
  else
    print('!' .. index .. '\\t' .. tostring(listener))
  end
end
`;

async function record(name: string, path: string, digest: string, script: string): Promise<RecordedCapture> {
  const packets = ORACLE_FILTERS.map((): number[] => []);
  const end = await runTshark(['-r', path, ...PREFERENCES, ...VISIBLE, '-X', `lua_script:${script}`], (line) => {
    const found = /^([@!])(\d+)\t(.*)$/.exec(line.toString());
    if (found === null) return;
    const [, sign, index, rest = ''] = found;
    const filter = Number(index) - 1;
    if (sign === '!') throw new Error(`tshark refuses '${ORACLE_FILTERS[filter]}': ${rest}`);
    packets[filter]!.push(Number(rest));
  });
  if (end.status !== 0) process.stderr.write(`${name}: ${end.message}\n`);
  const filters = new Map<string, number[]>();
  packets.forEach((numbers, filter) => {
    const ranges = rangesOf(numbers);
    filters.set(ranges, [...(filters.get(ranges) ?? []), filter]);
  });
  const selected = Object.fromEntries([...filters].map(([ranges, indices]) => [ranges, rangesOf(indices)]));
  return { name, digest, selected };
}

const folder = mkdtempSync(join(tmpdir(), 'filter-oracle-'));
const script = join(folder, 'listeners.lua');
writeFileSync(script, LISTENERS);
const captures: RecordedCapture[] = [];
for (const { name, path } of ORACLE_CAPTURES) {
  const digest = digestOf(path);
  if (digest === undefined) process.stderr.write(`${name} is missing\n`);
  else captures.push(await record(name, path, digest, script));
}
const oracle: RecordedOracle = { tshark: await tsharkVersion(), filters: ORACLE_FILTERS, captures };
writeFileSync(ORACLE_FILE, `${JSON.stringify(oracle, null, 2)}\n`);
rmSync(folder, { recursive: true });
