// The periodic work that EventBridge schedules start for a deployed service, on the service's own
// clock: for each configured provider, and once for work that belongs to no provider.

import type { TimerFunction } from '../shared/core/base/functions.ts';
import { policy } from '../shared/core/base/policy/policy.ts';
import { type ProviderName, reportingCharges } from '../shared/core/base/providers.ts';
import { type DurationMs, hours } from '../shared/core/base/time.ts';
import { createSweeping } from './sweeping.ts';
import { type EngineClock, repeatEvery } from './workflow/clock.ts';

/** Calls the function that the schedule calls on AWS. */
export type CallOnTime = (name: TimerFunction, payload: object) => Promise<unknown>;

/** The periodic work for one provider. */
function providerRounds(clock: EngineClock, call: CallOnTime, provider: ProviderName) {
  const refresh = () => call('timer-refresh', { provider });
  const sweep = (unlessIdle: boolean) => call('timer-sweep', { provider, unlessIdle });
  return {
    refresh,
    sweep: () => sweep(false),
    menu: repeating(clock, policy.menu.refreshEvery, refresh),
    sweeping: createSweeping(clock, () => sweep(true)),
  };
}

/** Does the work for all items; when all are done, rejects with the first failure. */
async function forAll<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>) {
  const results = await Promise.allSettled(items.map(work));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** The periodic work of one service. None of it runs before its start function is called. */
export function createRounds(
  clock: EngineClock,
  call: CallOnTime,
  providers: readonly ProviderName[],
) {
  const each = providers.map((provider) => providerRounds(clock, call, provider));
  const reconciling = reportingCharges(providers).map((provider) =>
    repeating(clock, policy.reconcile.every, () => call('timer-reconcile', { provider })),
  );
  const freezes = repeating(clock, policy.freeze.every, () => call('timer-freezes', {}));
  const books = repeating(clock, hours(24), () => call('timer-books', {}));
  const stop = (): void => {
    freezes.stop();
    books.stop();
    for (const { menu, sweeping } of each) {
      menu.stop();
      sweeping.stop();
    }
    for (const { stop: stopEach } of reconciling) stopEach();
  };
  return {
    refresh: () => forAll(each, ({ refresh }) => refresh()),
    startRefreshing: () => {
      for (const { menu } of each) menu.start();
    },
    sweep: () => forAll(each, ({ sweep }) => sweep()),
    startSweeping: (every?: DurationMs) => {
      for (const { sweeping } of each) sweeping.start(every);
    },
    startAdvancingFreezes: freezes.start,
    startReconciling: () => {
      for (const { start } of reconciling) start();
    },
    startBookkeeping: books.start,
    stop,
  };
}

/** Runs `work` once per interval until it is stopped. A failed round is logged by its handler. */
function repeating(clock: EngineClock, every: DurationMs, work: () => Promise<unknown>) {
  let cancel = (): void => undefined;
  const start = (): void => {
    cancel = repeatEvery(clock, every, () => work().catch(() => undefined));
  };
  return { start, stop: () => cancel() };
}
