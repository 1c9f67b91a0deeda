/** netdissect for Node: the library, and captures by path. */
export * from './index.ts';
export { openCapture } from './node/open-capture.ts';
