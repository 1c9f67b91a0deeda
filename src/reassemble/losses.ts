/** What a pass over captures gave up because a limit was reached. */
import type { Session } from './session.ts';

/** One kind of loss. */
export interface Loss {
  /** Stable name, for programs. */
  readonly code: 'fragments-abandoned' | 'messages-abandoned';
  readonly message: string;
}

/** The losses of a session so far, in words; empty where no limit was reached. */
export function lossesOf({ fragments, segments }: Session): Loss[] {
  const losses: Loss[] = [];
  if (fragments.abandoned > 0) {
    const message = `${fragments.abandoned} packets were not put together: more fragments at once than are kept`;
    losses.push({ code: 'fragments-abandoned', message });
  }
  if (segments.abandoned > 0) {
    const message = `${segments.abandoned} messages were not put together: more unfinished ones, or more segments of one, than are kept`;
    losses.push({ code: 'messages-abandoned', message });
  }
  return losses;
}
