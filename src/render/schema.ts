/** JSON Schema (draft 2020-12) of what `--json` prints: the records' envelopes are declared here, the layers derive from the protocols. */

import { CLUSTER_RECORD_SCHEMAS } from '../cluster/record-schema.ts';
import type { Field } from '../dissect/field.ts';
import type { Protocol } from '../dissect/protocol.ts';
import { FLOW_SCHEMA } from '../flow/flow-schema.ts';

/** A JSON Schema as a plain object. */
export type Schema = Readonly<Record<string, unknown>>;

const octet = { type: 'integer', minimum: 0 };
const range = { type: 'array', prefixItems: [octet, octet], items: false, minItems: 2 };

function valueSchema(field: Field, isFixed: boolean): Schema {
  const described = { title: field.title };
  switch (field.kind) {
    case 'uint':
      return {
        ...described,
        // A dissector may give a field at a run-time place a value it worked out: signed, or in another unit.
        type: isFixed && Number.isInteger(field.scale) ? 'integer' : 'number',
        ...(isFixed ? { minimum: 0, maximum: (2 ** field.bitWidth - 1) * field.scale } : {}),
      };
    case 'number':
      return { ...described, type: 'number' };
    case 'bool':
      return { ...described, type: 'boolean' };
    default:
      return { ...described, type: 'string' };
  }
}

function fieldSchema(field: Field, isFixed: boolean): Schema {
  if (field.kind === 'list')
    return { title: field.title, type: 'array', items: objectSchema(field.children, [], {}, false) };
  if (field.children.length === 0) return valueSchema(field, isFixed);
  return {
    ...objectSchema(field.children, ['raw'], { raw: valueSchema(field, isFixed) }, isFixed),
    title: field.title,
  };
}

function objectSchema(
  fields: readonly Field[],
  required: readonly string[],
  own: Record<string, Schema>,
  isFixed: boolean | ((field: Field) => boolean),
): Schema {
  const properties: Record<string, Schema> = { ...own };
  const lists: string[] = [];
  for (const field of fields) {
    const fixed = typeof isFixed === 'boolean' ? isFixed : isFixed(field);
    properties[field.key] = fieldSchema(field, fixed);
    if (field.alternative !== undefined) properties[field.alternative.key] = fieldSchema(field.alternative, fixed);
    if (field.kind === 'list') lists.push(field.key);
  }
  return { type: 'object', properties, required: [...required, ...lists], additionalProperties: false };
}

function layerSchema(protocol: Protocol): Schema {
  return {
    ...objectSchema(
      [...protocol.fixed, ...protocol.loose],
      ['layer', 'range'],
      {
        layer: { const: protocol.name },
        range,
        tunnel: { type: 'string' },
        guessed: { const: true },
        quoted: { const: true },
        source: { type: 'integer', minimum: 1 },
        frames: { type: 'array', items: { type: 'integer', minimum: 1 } },
        payload: range,
        padding: range,
      },
      (field) => protocol.fixed.includes(field),
    ),
    title: protocol.title,
    description: protocol.source,
  };
}

/** Schema of a packet's record. */
function packetSchema(protocols: readonly Protocol[]): Schema {
  return {
    title: 'A packet',
    type: 'object',
    properties: {
      type: { const: 'packet' },
      number: { type: 'integer', minimum: 1 },
      time: {
        type: ['string', 'null'],
        pattern: '^[+-]?\\d{4,}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{9}Z$',
        description: 'RFC 3339 in UTC; null where the packet has no time',
      },
      point: { type: 'string', description: 'Where it was captured' },
      interface: { type: 'string' },
      captured: octet,
      length: octet,
      protocols: { type: 'string' },
      layers: { type: 'array', items: { $ref: '#/$defs/layer' } },
      payload: range,
      padding: range,
      comments: { type: 'array', items: { type: 'string' } },
      issues: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            layer: { type: 'integer', minimum: 0, description: 'Index in layers' },
            code: { type: 'string' },
            needed: { type: 'number' },
            available: { type: 'number' },
            limit: { type: 'string' },
          },
          required: ['layer', 'code', 'needed', 'available', 'limit'],
          additionalProperties: false,
        },
        minItems: 1,
      },
      issuesDropped: { type: 'integer', minimum: 1, description: 'How many issues there are beside these' },
    },
    required: ['type', 'number', 'time', 'point', 'captured', 'length', 'protocols', 'layers'],
    additionalProperties: false,
    $defs: {
      layer: {
        type: 'object',
        // Validators that know the keyword look at one protocol instead of all.
        discriminator: { propertyName: 'layer' },
        required: ['layer'],
        oneOf: protocols.map((protocol) => ({ $ref: `#/$defs/${protocol.name}` })),
      },
    },
  };
}

const warningSchema: Schema = {
  title: 'A capture that could not be read to its end, or a limit that was reached',
  type: 'object',
  properties: {
    type: { const: 'warning' },
    code: { type: 'string' },
    byteOffset: octet,
    capture: { type: 'string' },
    message: { type: 'string' },
  },
  required: ['type', 'code', 'message'],
  additionalProperties: false,
};

/** Schema of the lines that `packets --json` prints (without `--full`). */
export function recordSchema(protocols: readonly Protocol[]): Schema {
  const shown = protocols.filter((protocol) => !protocol.bare);
  const { $defs, ...packet } = packetSchema(shown);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'netdissect --json',
    oneOf: ['packet', 'flow', ...Object.keys(CLUSTER_RECORD_SCHEMAS), 'warning'].map((name) => ({
      $ref: `#/$defs/${name}`,
    })),
    $defs: {
      ...($defs as Record<string, Schema>),
      packet,
      warning: warningSchema,
      flow: FLOW_SCHEMA,
      ...CLUSTER_RECORD_SCHEMAS,
      ...Object.fromEntries(shown.map((protocol) => [protocol.name, layerSchema(protocol)])),
    },
  };
}
