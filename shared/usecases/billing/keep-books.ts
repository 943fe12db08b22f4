// The nightly work on the books: close the days that are over, then verify everything.

import { waitForAll } from '../common/wait-for-all.ts';
import type { createCloseDays } from './close-days.ts';
import type { createVerifyAll } from './verify-ledger.ts';

export type KeepBooksPorts = {
  readonly closeDays: ReturnType<typeof createCloseDays>;
  readonly verifyAll: ReturnType<typeof createVerifyAll>;
};

/** Closes days, then verifies, also when the days can't be closed. Throws what either throws. */
export function createKeepBooks({ closeDays, verifyAll }: KeepBooksPorts) {
  return async (): Promise<void> => {
    const closed = closeDays();
    await waitForAll([closed, closed.then(verifyAll, verifyAll)]);
  };
}
