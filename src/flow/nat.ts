/**
 * Network address translation told from traffic: the same packets before and behind a translation are two conversations with other addresses,
 * and some things in them stay as they were. What is found are links with a score and reasons; the conversations stay two.
 */
import type { FlowRecord } from './flow-record.ts';
import type { NatContext } from './nat-context.ts';
import { type Endpoints, NatEvidence } from './nat-evidence.ts';
import { type Likeness, likeness } from './nat-likeness.ts';
import type { NatKind, NatLink } from './nat-link.ts';

/** Links that say less are not told. */
const LEAST_SCORE = 0.9;
/** What packets have to say before a list of connections may add to it. */
const LEAST_EVIDENCE = 0.5;
/** Highest score without a list of connections that has the translation. */
const MOST_INFERRED = 0.99;
/** Conversations one record can be linked to: more are no translation but a scanner that sends the same packet to many. */
const MOST_LINKS = 8;
/** Records with the same mark that are compared with a new one. */
const MOST_COMPARED = 256;
/** Records that take part unless told otherwise: some 12 MB, and 1 KB for each that is linked. */
const MOST_RECORDS = 100_000;

/** Candidate for a link: the other record, and what speaks for it. */
interface Candidate {
  readonly other: number;
  readonly like: Likeness;
}

/** Links the records of all points. Add each record once it is finished; nothing of it is kept but some 100 octets. */
export class NatLinks {
  /** Records that found no more place, and have no links. */
  left = 0;
  private readonly evidence = new NatEvidence();
  private readonly candidates = new Map<number, Candidate[]>();
  private readonly context: NatContext | undefined;
  private readonly mostRecords: number;

  /**
   * @param context what the nodes tell of their translations; it confirms links, and makes none
   * @param mostRecords records that take part: the first ones
   */
  constructor(context?: NatContext, mostRecords = MOST_RECORDS) {
    this.context = context;
    this.mostRecords = mostRecords;
  }

  /** Takes a finished record, in any order. */
  add(flow: FlowRecord): void {
    const { evidence } = this;
    if (evidence.count >= this.mostRecords) {
      this.left++;
      return;
    }
    const own = evidence.add(flow);
    const compared = new Set<number>();
    for (const side of [0, 1] as const) {
      for (const { record, side: otherSide } of evidence.sharing(own, side, MOST_COMPARED)) {
        if (record === own || compared.has(record)) continue;
        compared.add(record);
        this.compare(own, record, side !== otherSide);
      }
      evidence.enter(own, side);
    }
  }

  private compare(own: number, other: number, isReversed: boolean): void {
    const like = likeness(this.evidence, own, other, isReversed);
    if (like === undefined || like.score < LEAST_EVIDENCE) return;
    this.candidate(own, { other, like });
    this.candidate(other, { other: own, like });
  }

  private candidate(own: number, found: Candidate): void {
    const known = this.candidates.get(own);
    if (known === undefined) this.candidates.set(own, [found]);
    else if (known.length < MOST_COMPARED) known.push(found);
  }

  /** Links by the id of the record they belong to. */
  links(): Map<number, readonly NatLink[]> {
    const found = new Map<number, readonly NatLink[]>();
    for (const [own, candidates] of this.candidates) {
      const best = this.nearest(own, candidates);
      const links: NatLink[] = [];
      for (const candidate of best) {
        const link = this.link(own, candidate);
        if (link !== undefined) links.push(link);
      }
      if (links.length > 0 && links.length <= MOST_LINKS) found.set(this.evidence.idOf(own), links);
    }
    return found;
  }

  /** Of each conversation the record that is nearest: at the same point, else in time. */
  private nearest(own: number, candidates: readonly Candidate[]): Candidate[] {
    const { evidence } = this;
    const nearest = new Map<number, Candidate>();
    const distance = ({ other, like }: Candidate): number =>
      like.apart + (evidence.pointOf(own) === evidence.pointOf(other) ? 0 : Number.MAX_SAFE_INTEGER / 2);
    for (const candidate of candidates) {
      const conversation = evidence.conversationOf(candidate.other);
      const known = nearest.get(conversation);
      if (known === undefined || distance(candidate) < distance(known)) nearest.set(conversation, candidate);
    }
    return [...nearest.values()];
  }

  private link(own: number, { other, like }: Candidate): NatLink | undefined {
    const { evidence, context } = this;
    const isReversed = like.isReversed;
    const ends = { own: evidence.endpoints(own, false), other: evidence.endpoints(other, isReversed) };
    const forth = context?.translation(ends.own, ends.other);
    const back = context?.translation(ends.other, ends.own);
    const isOwnOriginal =
      forth !== undefined && back === undefined
        ? true
        : back !== undefined && forth === undefined
          ? false
          : evidence.isBefore(own, other, isReversed);
    const told = isOwnOriginal ? forth : back;
    const rule = context?.rule(isOwnOriginal ? ends.other : ends.own, isOwnOriginal ? ends.own : ends.other);
    let doubt = 1 - like.score;
    if (rule !== undefined) doubt *= 0.5;
    if (told !== undefined) doubt *= 0.02;
    const score = told === undefined ? Math.min(1 - doubt, MOST_INFERRED) : 1 - doubt;
    if (score < LEAST_SCORE) return undefined;
    return {
      kind: kindOf(ends.own, ends.other),
      flow: evidence.idOf(other),
      is: isOwnOriginal ? 'translated' : 'original',
      score: Math.round(score * 100) / 100,
      because: [...like.because, ...(rule === undefined ? [] : [rule]), ...(told === undefined ? [] : [told])],
    };
  }
}

function kindOf(a: Endpoints, b: Endpoints): NatKind {
  const isServerSame = a.server === b.server && a.serverPort === b.serverPort;
  const isClientSame = a.client === b.client && a.clientPort === b.clientPort;
  if (isServerSame) return 'snat';
  return isClientSame ? 'dnat' : 'dnat+snat';
}
