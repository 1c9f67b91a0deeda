import { existsSync, readdirSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { joinCluster } from '../../src/cluster/join/join-cluster.ts';
import { buildModel } from '../../src/cluster/model.ts';
import { CLUSTER_RECORD_SCHEMAS } from '../../src/cluster/record-schema.ts';
import { clusterRecords } from '../../src/cluster/records.ts';
import { Observations } from '../../src/cluster/traffic/observations.ts';
import { FIXTURES } from '../corpus.ts';
import { observe, scenarioContext } from './read.ts';

const ajv = new Ajv2020({ allErrors: true, strict: false });
const validators = new Map(Object.entries(CLUSTER_RECORD_SCHEMAS).map(([type, schema]) => [type, ajv.compile(schema)]));

/** What is wrong with the records, by their schemas. */
function faults(records: readonly Readonly<Record<string, unknown>>[]): string[] {
  return records.flatMap((record) => {
    const validate = validators.get(String(record['type']));
    if (validate === undefined) return [`no schema for ${record['type']}`];
    const written = JSON.stringify(record);
    return validate(JSON.parse(written)) ? [] : [`${written}: ${JSON.stringify(validate.errors)}`];
  });
}

const scenarios = readdirSync(FIXTURES).filter((name) => existsSync(`${FIXTURES}${name}/truth.json`));

test.each(scenarios)('%s: the records are as their schemas say, with and without context', async (scenario) => {
  const files = readdirSync(`${FIXTURES}${scenario}`).filter((name) => /\.pcap(?:ng)?$/.test(name));
  const observations = observe(files.map((name) => `${FIXTURES}${scenario}/${name}`));
  const { facts } = await scenarioContext(scenario);
  expect(faults(clusterRecords(joinCluster(buildModel([]), observations)))).toEqual([]);
  expect(faults(clusterRecords(joinCluster(buildModel(facts), observations)))).toEqual([]);
});

test('a schema refuses what it does not know', () => {
  const [record] = clusterRecords(joinCluster(buildModel([]), new Observations()));
  expect(faults([{ ...record, type: 'cluster', backend: 'weave' }])).toHaveLength(1);
  expect(faults([{ ...record, type: 'cluster', other: 1 }])).toHaveLength(1);
});
