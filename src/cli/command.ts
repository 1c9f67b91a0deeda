/**
 * The command, as `bin/netdissect.js` runs it: bundled at build time with its parts as chunks that are loaded when a call needs them. Two hundred
 * modules of their own take 100 ms more to load.
 */
export { main } from './main.ts';
export { processIo } from './process-io.ts';
