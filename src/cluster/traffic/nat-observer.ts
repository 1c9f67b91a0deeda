/** Recognises destinations that were replaced on the way: the same SYN is seen before and after. */
import type { AddressOctets } from '../address.ts';
import { Sighting } from '../evidence.ts';
import type { Observations } from './observations.ts';

/** SYNs remembered at a time, and services. */
const MOST_SYNS = 8192;
const MOST_TRANSLATIONS = 16_384;

/** A SYN without ACK. */
export interface Syn {
  readonly from: AddressOctets;
  readonly to: AddressOctets;
  readonly sourcePort: number;
  readonly port: number;
  readonly sequence: number;
  /** Timestamp option's value; undefined without the option. */
  readonly timestamp: number | undefined;
}

/** Remembers SYNs for a while and compares each with those before. */
export class NatObserver {
  private readonly recent = new Map<string, Syn>();
  private readonly observations: Observations;

  constructor(observations: Observations) {
    this.observations = observations;
  }

  /** Takes the next SYN. A connection keeps its initial sequence number and timestamp, whatever happens to its addresses and ports. */
  observe(syn: Syn, number: number, point: string): void {
    // Without timestamps 32 bits are too few to stand alone.
    const mark = syn.timestamp === undefined ? `p${syn.sourcePort}` : `t${syn.timestamp}`;
    const key = `${syn.sequence}/${mark}`;
    const before = this.recent.get(key);
    if (before === undefined) {
      if (this.recent.size === MOST_SYNS) this.recent.delete(this.recent.keys().next().value ?? '');
      this.recent.set(key, syn);
      return;
    }
    if (before.to === syn.to) return;
    const { translations } = this.observations;
    const second = { address: syn.to, port: syn.port };
    const pair = `${before.to}:${before.port}/${syn.to}:${syn.port}`;
    let translation = translations.get(pair);
    if (translation === undefined) {
      if (translations.size === MOST_TRANSLATIONS) return;
      translation = { first: { address: before.to, port: before.port }, second, seen: new Sighting() };
      translations.set(pair, translation);
    }
    translation.seen.add(number, point);
  }
}
