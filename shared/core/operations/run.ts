// A run: long work that an operator requests and a timer's function carries out. A function claims
// a run before it works on it, so that one function works on it at a time. The claim of a function
// that died expires, and the next timer of that kind claims the run again.

import * as z from 'zod/mini';
import { RUN_FUNCTIONS, type RunKind } from '../base/functions.ts';
import { ConsumerId, RunId } from '../base/ids.ts';
import { policy } from '../base/policy/policy.ts';
import { ProviderName } from '../base/providers.ts';
import { after, EpochMs, total } from '../base/time.ts';
import { Reconciliation } from '../billing/reconcile.ts';
import { VerifyResult } from '../billing/verify-result.ts';
import { SweepResult } from '../sweep/record.ts';

const RunResult = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('sweep'), found: SweepResult }),
  z.object({ kind: z.literal('reconcile'), found: Reconciliation }),
  z.object({ kind: z.literal('verify'), found: VerifyResult }),
]);
export type RunResult = z.infer<typeof RunResult>;

/** What is done: a sweep and a reconciliation have a provider; verification may have a consumer. */
const RunSubject = z.object({
  kind: z.enum(['sweep', 'reconcile', 'verify'] satisfies RunKind[]),
  provider: z.nullable(ProviderName),
  consumer: z.nullable(ConsumerId),
});
export type RunSubject = z.infer<typeof RunSubject>;

const common = {
  id: RunId,
  ...RunSubject.shape,
  by: ConsumerId,
  at: EpochMs,
  /** How many functions have claimed it. */
  tries: z.int(),
};

export const Run = z.discriminatedUnion('state', [
  z.object({ state: z.literal('requested'), ...common }),
  z.object({ state: z.literal('running'), ...common, claimedUntil: EpochMs }),
  z.object({ state: z.literal('done'), ...common, endedAt: EpochMs, result: RunResult }),
  z.object({ state: z.literal('failed'), ...common, endedAt: EpochMs, failure: z.string() }),
]);
export type Run = z.infer<typeof Run>;
export type RunIn<State extends Run['state']> = Extract<Run, { state: State }>;
export type OpenRun = RunIn<'requested' | 'running'>;

export function requestRun(
  request: RunSubject & { readonly id: RunId; readonly by: ConsumerId },
  now: EpochMs,
): RunIn<'requested'> {
  const { id, by, kind, provider, consumer } = request;
  return { state: 'requested', id, kind, provider, consumer, by, at: now, tries: 0 };
}

export const isSameSubject = (a: RunSubject, b: RunSubject): boolean =>
  a.kind === b.kind && a.provider === b.provider && a.consumer === b.consumer;

export const isOpen = (run: Run): run is OpenRun =>
  run.state === 'requested' || run.state === 'running';

/** Whether no function works on the open run: none has claimed it, or its claim has expired. */
export const isClaimable = (run: Run, now: EpochMs): run is OpenRun =>
  run.state === 'requested' || (run.state === 'running' && run.claimedUntil <= now);

const withoutState = ({ id, kind, provider, consumer, by, at, tries }: Run) => ({
  ...{ id, kind, provider, consumer, by, at, tries },
});

/** Claims the run for as long as its function can run; fails it after the last try. */
export function claimRun(run: OpenRun, now: EpochMs): RunIn<'running' | 'failed'> {
  if (run.tries >= policy.run.maxTries) {
    return failRun(run, `no function finished it in ${run.tries} tries`, now);
  }
  const longest = policy.functionTimeout[RUN_FUNCTIONS[run.kind]];
  const claimedUntil = after(now, total(longest, policy.run.claimMargin));
  return { ...withoutState(run), state: 'running', tries: run.tries + 1, claimedUntil };
}

export const finishRun = (run: OpenRun, result: RunResult, now: EpochMs): RunIn<'done'> => ({
  ...withoutState(run),
  ...{ state: 'done', endedAt: now, result },
});

export const failRun = (run: OpenRun, failure: string, now: EpochMs): RunIn<'failed'> => ({
  ...withoutState(run),
  ...{ state: 'failed', endedAt: now, failure },
});
