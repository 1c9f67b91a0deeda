/** Types of layers as objects, worked out from the protocols' declarations: nothing is said twice. */
import type { Field, FieldKind, MoreFields } from '../dissect/field.ts';
import type { Protocol } from '../dissect/protocol.ts';
import type { standardProtocols } from '../protocols/index.ts';
import type { LayerFacts, LayerObject, ObjectValue, ObjectValues } from '../render/object.ts';

/** Values of fields without children, by kind. 64-bit integers are decimal text, octets hexadecimal text with colons. */
interface LeafValues {
  readonly uint: number;
  readonly number: number;
  readonly bool: boolean;
  readonly ipv4: string;
  readonly ipv6: string;
  readonly ether: string;
  readonly bytes: string;
  readonly text: string;
  readonly uint64: string;
  /** A list that was declared without children. */
  readonly list: readonly object[];
}

/** Value of one laid-out field. A field whose declaration keeps its kind to itself may have any value. */
export type FieldValueOf<F> =
  F extends Field<infer C, infer K>
    ? FieldKind extends K
      ? ObjectValue
      : [keyof C] extends [never]
        ? LeafValues[K]
        : K extends 'list'
          ? readonly MembersOf<C>[]
          : { readonly raw?: number } & MembersOf<C>
    : ObjectValue;

/** Fields by key. Any may be missing: the capture may end before it, or the header may do without. */
export type MembersOf<F> = {
  readonly [K in keyof F as K extends MoreFields ? never : K]?: FieldValueOf<F[K]>;
} & (MoreFields extends keyof F ? Readonly<ObjectValues> : unknown);

type IsGroup<F> =
  F extends Field<infer C, infer K> ? (K extends 'uint' ? (keyof C extends never ? false : true) : false) : false;
type IsList<F> =
  F extends Field<infer _, infer K> ? (FieldKind extends K ? false : K extends 'list' ? true : false) : false;

/** Groups of flags at a fixed place are always there, empty where the capture ends before them: `layer.flags.syn` needs no care. */
type GroupsOf<F> = { readonly [K in keyof F as IsGroup<F[K]> extends true ? K : never]-?: FieldValueOf<F[K]> };

/** Lists of a layer are always there, empty where nothing stands in them. */
type ListsOf<V> = { readonly [K in keyof V as IsList<V[K]> extends true ? K : never]-?: FieldValueOf<V[K]> };

/** The object of a protocol's layers: `LayerOf<typeof vxlan>['vni']` is a number, or undefined where the capture ends before it. */
export type LayerOf<P> =
  P extends Protocol<infer F, infer V, infer N>
    ? Readonly<LayerFacts<N>> & GroupsOf<F> & ListsOf<V> & MembersOf<F> & MembersOf<V>
    : LayerObject;

/** Layers of a set of protocols by name: `LayersOf<typeof vxlan | typeof mine>`. Protocols whose name is any string have no place. */
export type LayersOf<P extends Protocol> = {
  [Q in P as string extends Q['name'] ? never : Q['name']]: LayerOf<Q>;
};

/** A protocol that comes with netdissect. */
export type StandardProtocol = (typeof standardProtocols)[number];

/** Layers of the protocols that come with netdissect, by name. */
export interface StandardLayers extends LayersOf<StandardProtocol> {}
