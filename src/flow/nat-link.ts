/** Links between conversations before and behind address translation. */

/** What was translated: the destination (a Service, a published port), the source (masquerading), or both. */
export type NatKind = 'dnat' | 'snat' | 'dnat+snat';

/** A link between two records of one conversation, from the side of one of them. */
export interface NatLink {
  readonly kind: NatKind;
  /** Id of the other record. */
  readonly flow: number;
  /** What the other one is: the conversation as its client began it, or as it went on behind the translation. */
  readonly is: 'original' | 'translated';
  /** 0 to 1: how sure it is. */
  readonly score: number;
  /** Reasons, in words. */
  readonly because: readonly string[];
}
