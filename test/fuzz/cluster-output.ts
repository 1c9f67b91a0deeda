/** Sees that what is said of a cluster is valid and can be shown. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { clusterTables } from '../../src/cli/commands/cluster-tables.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { CLUSTER_RECORD_SCHEMAS } from '../../src/cluster/record-schema.ts';
import { clusterRecords } from '../../src/cluster/records.ts';
import { jsonText } from '../../src/render/safe-text.ts';
import { createStyle } from '../../src/render/style.ts';
import { checkText, promise } from './target.ts';

const style = createStyle();
const ajv = new Ajv2020({ strict: false, allErrors: false });
const validators = new Map(Object.entries(CLUSTER_RECORD_SCHEMAS).map(([type, schema]) => [type, ajv.compile(schema)]));

/** Checks the records and the tables of a cluster. `input` is where odd texts may come from. */
export function checkCluster(cluster: Cluster, input: Uint8Array): void {
  for (const record of clusterRecords(cluster)) {
    const json = jsonText(record);
    checkText('the record', json, input);
    const validate = validators.get(record.type);
    promise(validate !== undefined, 'a record is of no type that has a schema');
    const [fault] = validate(JSON.parse(json)) ? [] : (validate.errors ?? []);
    const place = `${record.type}${fault?.instancePath.replace(/\d+/g, '#')}`;
    promise(fault === undefined, `the record is not valid: ${place} ${fault?.keyword}`);
  }
  for (const line of clusterTables(cluster, style)) checkText('the table', line, input);
}
