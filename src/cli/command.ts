/**
 * The command, as `bin/netdissect.js` runs it: one bundle whose parts begin to exist when a call needs them. Two hundred modules of their own take
 * 100 ms more to load, and chunks of them 40.
 */
export { runThread } from './jobs/thread.ts';
export { main } from './main.ts';
export { processIo } from './process-io.ts';
