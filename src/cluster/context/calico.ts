/** Calico's resources as `calicoctl get -o yaml` and `kubectl get -o yaml` print them (Calico documentation, "Resource definitions"). */
import type { FactSource } from '../evidence.ts';
import type { Fact } from './facts.ts';
import { type Json, numberAt, objectAt, textAt } from './objects.ts';

/** Facts of an object; undefined for a kind that says nothing here. */
export function calicoFacts(object: Json, file: string): Fact[] | undefined {
  const kind = textAt(object, 'kind');
  const name = textAt(objectAt(object, 'metadata'), 'name') ?? '';
  const source: FactSource = { file, place: `${kind} ${name}` };
  const spec = objectAt(object, 'spec');
  const network = textAt(spec, 'cidr');
  if (kind === 'IPPool') {
    if (network === undefined || spec['disabled'] === true) return [];
    return [
      {
        kind: 'pool',
        network,
        blockSize: numberAt(spec, 'blockSize'),
        ipip: textAt(spec, 'ipipMode') ?? 'Never',
        vxlan: textAt(spec, 'vxlanMode') ?? 'Never',
        source,
      },
    ];
  }
  if (kind === 'BlockAffinity') {
    const node = textAt(spec, 'node');
    // `deleted` is a text in the custom resource.
    const isDeleted = spec['deleted'] === true || spec['deleted'] === 'true';
    if (network === undefined || node === undefined || isDeleted) return [];
    return [{ kind: 'block', network, node, source }];
  }
  return undefined;
}
