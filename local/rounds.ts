// What schedules do for a deployed service, again and again, by the service's own clock.

import { policy } from '../shared/core/base/policy/policy.ts';
import { type DurationMs, hours } from '../shared/core/base/time.ts';
import type { SweepRecord } from '../shared/core/sweep/record.ts';
import type { timerHandlers } from './handlers.ts';
import { createSweeping } from './sweeping.ts';
import type { EngineClock } from './workflow/clock.ts';

/** Calls the function that a schedule would call. */
export type CallOnTime = (name: keyof typeof timerHandlers, payload: object) => Promise<unknown>;

/** The rounds of one service; none runs before its `keep` is called. */
export function roundsOf(clock: EngineClock, call: CallOnTime) {
  const refresh = async (): Promise<void> => {
    await call('refreshOffers', { provider: 'vastai' });
  };
  // The handler returns what its use case does.
  const sweep = async (unlessIdle = false): Promise<SweepRecord> =>
    (await call('sweepProvider', { provider: 'vastai', unlessIdle })) as SweepRecord;
  const menu = repeating(clock, policy.menu.refreshEvery, refresh);
  const freezes = repeating(clock, policy.freeze.every, () => call('advanceFreezes', {}));
  const reconcile = () => call('reconcileCharges', { provider: 'vastai' });
  const reconciling = repeating(clock, policy.reconcile.every, reconcile);
  const books = repeating(clock, hours(24), async () => {
    // It has said so itself, and each proof stands for itself.
    await call('closeDays', {}).catch(() => undefined);
    await call('verifyLedger', {});
  });
  const sweeping = createSweeping(clock, () => sweep(true));
  const stop = (): void => {
    menu.stop();
    freezes.stop();
    reconciling.stop();
    books.stop();
    sweeping.stop();
  };
  return {
    refresh,
    keepFresh: menu.start,
    sweep: () => sweep(),
    keepSwept: sweeping.start,
    keepFrozen: freezes.start,
    keepReconciled: reconciling.start,
    keepBooks: books.start,
    stop,
  };
}

/** Runs `work` again and again until it is stopped. */
function repeating(clock: EngineClock, every: DurationMs, work: () => Promise<unknown>) {
  let cancel = (): void => undefined;
  const start = (): void => {
    cancel = clock.at(clock.now() + every, () => {
      void work().catch(() => undefined);
      start();
    });
  };
  return { start, stop: () => cancel() };
}
