/** What one pass over captures remembers between packets: fragments, and messages that span segments. */

import type { Layers } from '../dissect/layers.ts';
import type { Reassembly } from '../dissect/reassembly.ts';
import { FragmentReassembly } from './fragments.ts';
import { Continuation, SegmentReassembly } from './segments.ts';

/** Sources one packet may have; more only a packet made for it could want. */
const MAX_SOURCES = 16;

/** Reassembly of one pass. Set the facts of a packet with `at` before it is dissected. */
export class Session implements Reassembly {
  readonly fragments = new FragmentReassembly();
  readonly segments = new SegmentReassembly();
  private frame = 0;
  private seconds = 0;
  private point = '';

  /** Tells which packet comes next: its number, its time in whole seconds, and the point where it was captured. */
  at(frame: number, seconds: number, point: string): void {
    this.frame = frame;
    this.seconds = seconds;
    this.point = point;
  }

  fragment(layers: Layers, row: number): number {
    if (layers.sources.length === MAX_SOURCES) return 0;
    const whole = this.fragments.add(layers, row, this.frame, this.seconds, this.point);
    return whole === undefined ? 0 : layers.sources.push(whole);
  }

  segment(layers: Layers, row: number): number {
    if (layers.sources.length === MAX_SOURCES) return 0;
    const { segments } = this;
    const continuation = segments.take(layers, row, this.frame, this.point);
    if (continuation === Continuation.none) return 0;
    if (continuation === Continuation.held) return -1;
    return layers.sources.push({ view: segments.view, frames: segments.frames });
  }

  get protocol(): number {
    return this.segments.protocol;
  }

  get guessed(): boolean {
    return this.segments.guessed;
  }

  finish(protocol: number, guessed: boolean, view: DataView, start: number, end: number, needed: number): boolean {
    return this.segments.finish(protocol, guessed, view, start, end, needed);
  }
}
