/** Network configuration lists of CNI (CNI specification 1.0, section 1), of which the MTU matters. */
import type { ContextFile, Fact } from './facts.ts';
import { type Json, numberAt, objectAt, objectsAt, textAt } from './objects.ts';

/** Facts of a network configuration; undefined for an object that is none. */
export function cniFacts(object: Json, file: ContextFile): Fact[] | undefined {
  if (textAt(object, 'cniVersion') === undefined) return undefined;
  const plugins = object['plugins'] === undefined ? [object] : objectsAt(object, 'plugins');
  const facts: Fact[] = [];
  for (const plugin of plugins) {
    const mtu = numberAt(plugin, 'mtu') ?? numberAt(objectAt(plugin, 'delegate'), 'mtu');
    const node = textAt(plugin, 'nodename') ?? file.folder;
    const place = `plugin ${textAt(plugin, 'type') ?? ''}`;
    // 0 stands for "as the interface below".
    if (mtu !== undefined && mtu > 0) facts.push({ kind: 'pod-mtu', node, mtu, source: { file: file.path, place } });
  }
  return facts;
}
