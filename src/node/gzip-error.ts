/** What can be wrong with gzip data. */
import { CaptureError, CaptureErrorCode } from '../capture/capture-error.ts';
import type { OctetInput } from './octet-input.ts';

/** The error that what stands at an offset is wrong. */
export function damaged(at: number, found: string, cause?: Error): CaptureError {
  const options = cause === undefined ? undefined : { cause };
  return new CaptureError(
    CaptureErrorCode.badCompression,
    at,
    `gzip data is damaged at offset ${at}: ${found}`,
    options,
  );
}

/** The error that the input ends before the data do. */
export function cutOff(input: OctetInput): CaptureError {
  const message = `cut off: gzip data ends at offset ${input.position} within a member`;
  return new CaptureError(CaptureErrorCode.badCompression, input.position, message);
}
