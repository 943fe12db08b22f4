// What a verdict about a serving lease makes of it: it goes on, its consumer is warned, or it ends.
// A silence ends a lease only after it was looked at twice.

import type { EpochMs } from '../base/time.ts';
import type { Pulse } from '../instance/pulse.ts';
import { type Decision, keep } from './decision.ts';
import { judge, type ServeTimes } from './judge.ts';
import type { Lease, LeaseIn } from './lease.ts';
import { endLease, warnOfIdleness } from './lease-moves.ts';
import { detour, done, type StepInput, type StepOutcome, skipReason } from './step.ts';

/** The outcome, or the silent lease whose silence has yet to be looked at. */
export type Judged = StepOutcome<ServeTimes> | LeaseIn<'active'>;

export type JudgeFacts = {
  readonly input: StepInput;
  readonly pulse: Pulse | null;
  /**
   * Whether it may end as silent: its silence was looked at, or nobody could ever send heartbeats.
   */
  readonly looked: boolean;
};

/** Judges the lease and carries out the verdict. */
export function judgeLease(
  lease: Lease,
  { input, pulse, looked }: JudgeFacts,
  now: EpochMs,
): Decision<Judged> {
  const skip = skipReason(lease, input);
  if (skip !== null) return keep(skip);
  if (lease.state !== 'active') return keep(detour('attempt-failed', 'the lease is not active'));
  const verdict = judge(lease, pulse, now);
  switch (verdict.kind) {
    case 'serve':
      return keep(done(verdict.times));
    case 'warn':
      return { commit: warnOfIdleness(lease, verdict, now), result: done(verdict.times) };
    case 'end': {
      const { reason, why } = verdict;
      if (reason === 'silent' && !looked) return keep(lease);
      return { commit: endLease(lease, { reason, why }, now), result: detour('lease-over', why) };
    }
  }
}
