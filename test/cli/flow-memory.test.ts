import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { flowMemory } from '../../src/cli/flow-memory.ts';
import { compileLineKernel } from '../../wasm/line-kernel.ts';
import { testTracker } from '../flow/track.ts';

const BUILT = fileURLToPath(new URL('../../dist/command/flow-kernel.wasm', import.meta.url));
const BUILT_LINES = fileURLToPath(new URL('../../dist/command/line-kernel.wasm', import.meta.url));
const MAX_FLOWS = 1000;

test('the built kernel fits a tracker, and reaches what is read for it', () => {
  expect(existsSync(BUILT)).toBe(true);
  const { kernel, readBuffers } = flowMemory(MAX_FLOWS, BUILT);
  const tracker = testTracker({ maxFlows: MAX_FLOWS, kernel });
  expect(tracker.kernel).toBeDefined();
  const { buffer } = readBuffers(tracker)!.take();
  expect(tracker.kernel!.reaches(new DataView(buffer))).toBe(true);
});

test('the built kernel of lines is what its sources come to', () => {
  const { lineKernel } = flowMemory(MAX_FLOWS, BUILT, BUILT_LINES);
  expect(Buffer.from(lineKernel()!.code).equals(compileLineKernel())).toBe(true);
});

test.each([
  ['without a kernel', MAX_FLOWS, `${BUILT}.none`],
  ['for more flows than 32-bit addresses reach', 16_000_000, BUILT],
])('%s JavaScript works on memory of its own', (_, maxFlows, path) => {
  const { kernel, readBuffers, lineKernel } = flowMemory(maxFlows, path);
  expect(kernel).toBeUndefined();
  expect(lineKernel()).toBeUndefined();
  expect(readBuffers(testTracker())).toBeUndefined();
});
