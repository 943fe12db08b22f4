// The work on the books: on schedule, closes past days and verifies everything; and the runs of
// verification that operators requested.

import type { RunId } from '../../core/base/ids.ts';
import { waitForAll } from '../common/wait-for-all.ts';
import { type CarryOutPorts, carryOutRuns } from '../operations/carry-out-runs.ts';
import type { createCloseDays } from './close-days.ts';
import type { createVerifyLedger } from './verify-ledger.ts';

export type KeepBooksPorts = CarryOutPorts & {
  readonly closeDays: ReturnType<typeof createCloseDays>;
  readonly verify: ReturnType<typeof createVerifyLedger>;
};

export type KeepBooksInput = { readonly run?: RunId | undefined };

/**
 * Carries out `run`; without one, closes days, carries out what is open, then verifies everything,
 * each also when the one before failed. Throws what they throw.
 */
export function createKeepBooks(ports: KeepBooksPorts) {
  const { closeDays, verify } = ports;
  return async ({ run }: KeepBooksInput): Promise<void> => {
    const carryOut = () =>
      carryOutRuns(ports, { kind: 'verify', run, matches: () => true }, async ({ consumer }) => ({
        kind: 'verify',
        found: await verify(consumer),
      }));
    if (run !== undefined) {
      await carryOut();
      return;
    }
    const verifyAll = () => verify(null);
    const closed = closeDays();
    const carriedOut = closed.then(carryOut, carryOut);
    await waitForAll([closed, carriedOut, carriedOut.then(verifyAll, verifyAll)]);
  };
}
