/** Protocol declarations: a header's fields, who carries it, and what it does to the chain of layers. */
import type { Children, Field, FieldSpecs, Fields } from './field.ts';
import type { Layers } from './layers.ts';
import { layOut } from './layout.ts';
import { LooseFields, refuseReservedKeys, withLooseFields } from './loose-fields.ts';
import type { FieldEmitter } from './walk.ts';

/**
 * Tables of code points through which one protocol names the next.
 * `linkType` is the registry of tcpdump.org, `etherType` IEEE's, `ipProtocol`, `udpPort`, `tcpPort` and `sctpPort` IANA's.
 */
export const TABLE_NAMES = [
  'linkType',
  'etherType',
  'ipProtocol',
  'udpPort',
  'tcpPort',
  'sctpPort',
  'llcSap',
  'pppProtocol',
  'nshNextProtocol',
] as const;
export type TableName = (typeof TABLE_NAMES)[number];

/** Part a layer plays for those who follow packets: endpoints, ports, or the identity of a virtual network. */
export type Role = 'link' | 'network' | 'extension' | 'transport' | 'tunnel';

/** What a header says of a fragmented packet. Reads within the fixed fields only. */
export interface Fragmentation {
  /** The fixed fields, as paths of keys, that are all zero in a packet that is no fragment. */
  readonly fields: readonly string[];
  /** Octets of the packet's payload before this fragment's. */
  readonly offset: (view: DataView, start: number) => number;
  /** Whether more fragments follow. */
  readonly more: (view: DataView, start: number) => boolean;
  /** What, with the network layer's addresses, names the packet: its identification and what it carries. */
  readonly identity: (view: DataView, start: number) => number;
}

/** What a header says of the octet stream its payload is a piece of. Reads within the fixed fields only. */
export interface OctetStream {
  /** Number of the payload's first octet, modulo 2^32. */
  readonly sequence: (view: DataView, start: number) => number;
  /** Whether a new stream begins here; the payload's first octet then is one further. */
  readonly begins: (view: DataView, start: number) => boolean;
  /** Number of the octet the sender wants next of the other direction's stream, modulo 2^32; -1 where it does not say. */
  readonly acknowledged: (view: DataView, start: number) => number;
}

/** Condition on a header field; when it fails the layer is malformed and the chain ends there. */
export interface Check<K extends string = string> {
  readonly field: K;
  readonly equals?: number;
  readonly atLeast?: number;
  /** Key in the protocol's `issues`. */
  readonly issue: string;
}

/** What a dissector may ask while it looks for the next protocol. Ids are the dissector's own; 0 is "none". */
export interface Dispatch {
  /** Id of the protocol registered for `code` in `table`. */
  lookup(table: TableName, code: number): number;
  /** Id of a protocol by name, 0 when the dissector was made without it. */
  named(name: string): number;
}

/**
 * Finds the next protocol's id, or the negative id of one that only the payload's looks speak for: the layer is then marked `guessed`.
 * Called with the whole header captured; `start`, `payload` and `end` are octets of `view`. A bare protocol does not guess, nor one that is fragmented.
 */
export type NextProtocol = (dispatch: Dispatch, view: DataView, start: number, payload: number, end: number) => number;

/** How the next protocol is found. */
export type Next<K extends string = string> =
  /** By the code in a field; codes below `from` are none, and `below` tells what follows then. */
  | { readonly table: TableName; readonly field: K; readonly from?: number; readonly below?: NextProtocol }
  /** By destination port, then source port, then by the content of the payload. */
  | { readonly ports: TableName }
  | { readonly protocol: string }
  | NextProtocol;

/** Recognition by content. */
export interface Guess {
  /** Tables whose protocols may carry this one under any code point. */
  readonly in: readonly TableName[];
  /** Whether the protocol's octets may begin with this one; `when` is asked for none that begin otherwise. */
  readonly first?: (octet: number) => boolean;
  /** Whether the octets are this protocol beyond reasonable doubt: nothing else stands behind the claim. */
  readonly when: (view: DataView, start: number, end: number) => boolean;
}

/** A length field that bounds its layer. */
export interface Extent<K extends string = string> {
  readonly field: K;
  /** The number counts from the header's first octet; else from its last. */
  readonly includesHeader: boolean;
  /** 0 stands for "to the end" (segmentation offload leaves it so). */
  readonly zeroIsUnbounded?: boolean;
  /** A larger number is no length, and stands for "to the end". */
  readonly upTo?: number;
}

/** A layer behind the payload of another: the extensions of an ICMP error stand behind the packet it quotes. */
export interface Trailer {
  /** Name of its protocol. */
  readonly protocol: string;
  /** Where it begins, or `end` for nowhere. [payload, end) is what was captured behind the header at `start`. */
  readonly start: (view: DataView, start: number, payload: number, end: number) => number;
}

/** Messages of a protocol that runs over a stream: each becomes a layer, and may span segments. */
export interface StreamMessages {
  /** Octets needed to tell a message's length. */
  readonly prefix: number;
  /**
   * Octets of the message that begins at `start`, prefix included: from 1 on; Infinity when the rest of the stream belongs to it; 0 when it can't
   * be a message of this protocol; -1 when more octets are needed to tell.
   */
  readonly length: (view: DataView, start: number, end: number) => number;
}

/** A protocol as its file declares it. `S` are the fields at fixed places, `V` those at run-time positions. */
export interface ProtocolDeclaration<S extends FieldSpecs, V extends FieldSpecs> {
  readonly title: string;
  /** Where it is specified: RFC and section, IEEE clause, kernel file. */
  readonly source: string;
  /** Code points under which other protocols carry this one. */
  readonly carriedBy?: Partial<Record<TableName, readonly number[]>>;
  /** Recognises the protocol under code points nobody registered for it; such layers are marked `guessed`. */
  readonly guess?: Guess;
  /** Whether the octets can be this protocol; false refuses a registered port's claim. */
  readonly looksLike?: (view: DataView, start: number, end: number) => boolean;
  readonly role?: Role;
  /** Tunnel kind this header opens; as an object, the kind by name of the protocol it stands in. */
  readonly tunnel?: string | Readonly<Record<string, string>>;
  /** The protocol has no octets of its own and makes no layer; it only names the next. */
  readonly bare?: boolean;
  /** Fields in wire order from the header's first bit on. */
  readonly fields: S;
  /** Fields whose place is known only at run time; `details` emits them. As a function they are declared when first shown. */
  readonly variable?: Children<V>;
  /** Octets every header has; defaults to what the fixed fields fill. */
  readonly minimum?: number;
  readonly checks?: readonly Check<keyof S & string>[];
  /**
   * Octets of this header: a field that says so, or a function that gives 0 when it can't be told from what is captured.
   * 'all' takes the whole extent. Of a message in a stream all is header, unless a function says where its payload begins.
   */
  readonly headerLength?: (keyof S & string) | ((view: DataView, start: number, end: number) => number) | 'all';
  /** What says how far this layer reaches: a field, or a function that gives octets from the header's start, 0 for "to the end". */
  readonly extent?: Extent<keyof S & string> | ((view: DataView, start: number, header: number) => number);
  /** How the pieces of a packet are told and put in order. */
  readonly fragmentation?: Fragmentation;
  /** The payload is a piece of an octet stream, in which `messages` of other protocols lie. */
  readonly stream?: OctetStream;
  readonly next?: Next<keyof S & string>;
  /** What follows was quoted from another packet (the payload of an ICMP error). */
  readonly quotes?: (view: DataView, start: number) => boolean;
  readonly trailer?: Trailer;
  readonly messages?: StreamMessages;
  /**
   * The fields of `variable` are all behind the fixed ones: a header of those alone has none, and `details` is not asked. What it emits follows
   * from the octets behind the fixed fields; and where it emits a number of 32 bits, nothing else follows from the octets of that number.
   */
  readonly hasOptions?: boolean;
  /** Emits the fields of `variable`; `end` is the end of the header as captured. Called only to show or filter. */
  readonly details?: (
    emit: FieldEmitter,
    view: DataView,
    start: number,
    end: number,
    layers: Layers,
    row: number,
  ) => void;
  /** What a one-line listing says of this layer. */
  readonly summary?: (view: DataView, start: number, end: number, layers: Layers, row: number) => string;
  /** Verifies a checksum and reports to `layers`; `transport` asks for checksums over payloads. */
  readonly verify?: (layers: Layers, row: number, transport: boolean) => void;
  /** Everything that can be wrong with this header, by code, in words. */
  readonly issues?: Readonly<Record<string, string>>;
}

/** A protocol, laid out. Every instance has the same keys in the same order. */
export interface Protocol<F = unknown, V = unknown, N extends string = string> {
  readonly name: N;
  readonly title: string;
  readonly source: string;
  readonly carriedBy: Partial<Record<TableName, readonly number[]>>;
  readonly guess: Guess | undefined;
  readonly looksLike: ((view: DataView, start: number, end: number) => boolean) | undefined;
  readonly role: Role | undefined;
  readonly tunnel: string | Readonly<Record<string, string>> | undefined;
  readonly bare: boolean;
  readonly fields: F;
  readonly variable: V;
  /** Fixed fields in wire order. */
  readonly fixed: readonly Field[];
  /** Fields at run-time positions, in declared order. */
  readonly loose: readonly Field[];
  readonly minimum: number;
  readonly checks: readonly { field: Field; equals: number | undefined; atLeast: number | undefined; issue: string }[];
  readonly headerLengthField: Field | undefined;
  readonly headerLength: ((view: DataView, start: number, end: number) => number) | undefined;
  readonly takesAll: boolean;
  readonly extentField: Field | undefined;
  readonly extentOf: ((view: DataView, start: number, header: number) => number) | undefined;
  readonly extentIncludesHeader: boolean;
  readonly zeroIsUnbounded: boolean;
  /** Largest number that is a length; Infinity where all are. */
  readonly extentUpTo: number;
  readonly fragmentation: Fragmentation | undefined;
  /** The fields named by `fragmentation`. */
  readonly fragmentFields: readonly Field[];
  readonly stream: OctetStream | undefined;
  readonly nextTable: TableName | undefined;
  readonly nextField: Field | undefined;
  /** Least number that is a code of the table, and what follows for those below. */
  readonly nextFrom: number;
  readonly nextBelow: NextProtocol | undefined;
  readonly nextPorts: TableName | undefined;
  readonly nextName: string | undefined;
  readonly next: NextProtocol | undefined;
  readonly quotes: ((view: DataView, start: number) => boolean) | undefined;
  readonly trailer: Trailer | undefined;
  readonly messages: StreamMessages | undefined;
  readonly hasOptions: boolean;
  readonly details: ProtocolDeclaration<FieldSpecs, FieldSpecs>['details'];
  readonly summary: ProtocolDeclaration<FieldSpecs, FieldSpecs>['summary'];
  readonly verify: ProtocolDeclaration<FieldSpecs, FieldSpecs>['verify'];
  readonly issues: Readonly<Record<string, string>>;
}

// biome-ignore lint/complexity/noBannedTypes: a protocol without run-time fields has no keys here
type NoFields = {};

/**
 * Declares a protocol. `name` is Wireshark's, and the prefix of its fields.
 * Throws when the layout does not add up or a field's key is reserved; of the fields at run-time positions, when they are first asked for.
 */
export function defineProtocol<N extends string, S extends FieldSpecs, V extends FieldSpecs = NoFields>(
  name: N,
  declaration: ProtocolDeclaration<S, V>,
): Protocol<Fields<S>, Fields<V>, N> {
  const layout = layOut(name, declaration.fields);
  refuseReservedKeys(name, layout.fields);
  const fieldNamed = (key: string): Field => {
    const field = layout.ordered.find((candidate) => candidate.key === key);
    if (field === undefined) throw new Error(`${name} has no fixed field '${key}'`);
    return field;
  };
  const fieldAt = (path: string): Field => {
    const [first = '', ...rest] = path.split('.');
    let field = fieldNamed(first);
    for (const key of rest) {
      const child = field.children.find((candidate) => candidate.key === key);
      if (child === undefined) throw new Error(`${name} has no fixed field '${path}'`);
      field = child;
    }
    return field;
  };
  const { headerLength, extent, next } = declaration;
  const extentData = typeof extent === 'function' ? undefined : extent;
  const nextData = typeof next === 'function' ? undefined : next;
  return withLooseFields({
    looseFields: new LooseFields<V>(name, declaration.variable ?? ({} as V)),
    name,
    title: declaration.title,
    source: declaration.source,
    carriedBy: declaration.carriedBy ?? {},
    guess: declaration.guess,
    looksLike: declaration.looksLike,
    role: declaration.role,
    tunnel: declaration.tunnel,
    bare: declaration.bare ?? false,
    fields: layout.fields,
    fixed: layout.ordered,
    minimum: declaration.minimum ?? layout.octets,
    checks: (declaration.checks ?? []).map((check) => ({
      field: fieldNamed(check.field),
      equals: check.equals,
      atLeast: check.atLeast,
      issue: check.issue,
    })),
    headerLengthField:
      typeof headerLength === 'string' && headerLength !== 'all' ? fieldNamed(headerLength) : undefined,
    headerLength: typeof headerLength === 'function' ? headerLength : undefined,
    takesAll: headerLength === 'all',
    extentField: extentData && fieldNamed(extentData.field),
    extentOf: typeof extent === 'function' ? extent : undefined,
    extentIncludesHeader: extentData?.includesHeader ?? true,
    zeroIsUnbounded: extentData?.zeroIsUnbounded ?? true,
    extentUpTo: extentData?.upTo ?? Number.POSITIVE_INFINITY,
    fragmentation: declaration.fragmentation,
    fragmentFields: (declaration.fragmentation?.fields ?? []).map(fieldAt),
    stream: declaration.stream,
    nextTable: nextData && 'table' in nextData ? nextData.table : undefined,
    nextField: nextData && 'table' in nextData ? fieldNamed(nextData.field) : undefined,
    nextFrom: nextData && 'table' in nextData ? (nextData.from ?? 0) : 0,
    nextBelow: nextData && 'table' in nextData ? nextData.below : undefined,
    nextPorts: nextData && 'ports' in nextData ? nextData.ports : undefined,
    nextName: nextData && 'protocol' in nextData ? nextData.protocol : undefined,
    next: typeof next === 'function' ? next : undefined,
    quotes: declaration.quotes,
    trailer: declaration.trailer,
    messages: declaration.messages,
    hasOptions: declaration.hasOptions ?? false,
    details: declaration.details,
    summary: declaration.summary,
    verify: declaration.verify,
    issues: declaration.issues ?? {},
  });
}
