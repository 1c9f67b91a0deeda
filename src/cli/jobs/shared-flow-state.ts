/** What the threads of a call of `flows` tell each other while they work. */

/** Memory that all of them share. */
export interface SharedFlowState {
  /** The second that times count from, told by the thread that reads the first capture; and a word that is 1 from then on. */
  readonly base: Float64Array;
  readonly isTimed: Int32Array;
  /** One word: flows made by all of them, and how many one tracker would hold. */
  readonly made: Int32Array;
  readonly mostFlows: number;
  /** Octets read of each capture. */
  readonly read: Float64Array;
}

/** The memory for a call of so many captures. */
export function createSharedFlowState(captures: number, mostFlows: number): SharedFlowState {
  return {
    base: new Float64Array(new SharedArrayBuffer(8)),
    isTimed: new Int32Array(new SharedArrayBuffer(4)),
    made: new Int32Array(new SharedArrayBuffer(4)),
    mostFlows,
    read: new Float64Array(new SharedArrayBuffer(8 * captures)),
  };
}

/** Tells all threads what times count from. */
export function tellBase({ base, isTimed }: SharedFlowState, second: number): void {
  base[0] = second;
  Atomics.store(isTimed, 0, 1);
  Atomics.notify(isTimed, 0);
}

/** The second that times count from; blocks the thread until it is told. */
export function waitForBase({ base, isTimed }: SharedFlowState): number {
  Atomics.wait(isTimed, 0, 0);
  return base[0]!;
}

/** Counts the flows that all threads make together. */
export class FlowQuota {
  private readonly state: SharedFlowState;
  private told = 0;

  constructor(state: SharedFlowState) {
    this.state = state;
  }

  /** Whether one tracker could hold the flows of all threads, of which this one has now made so many. */
  allows(made: number): boolean {
    const more = made - this.told;
    this.told = made;
    return Atomics.add(this.state.made, 0, more) + more <= this.state.mostFlows;
  }
}
