/** Defaults of flow tracking, in a file of their own: help tells them without loading the tracker. */

/** Flows held at once. */
export const DEFAULT_MAX_FLOWS = 1_000_000;
/** Seconds without a packet after which a TCP connection's next packet begins a new flow. */
export const DEFAULT_TCP_IDLE = 300;
/** The same for all other protocols. */
export const DEFAULT_IDLE = 60;
