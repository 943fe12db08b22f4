// Carries out a verdict about an active lease: it continues, its consumer is warned, or it ends. A
// silence ends a lease only after a second look.

import { invariant } from '../base/invariant.ts';
import type { EpochMs } from '../base/time.ts';
import type { Pulse } from '../instance/pulse.ts';
import { type Decision, keep } from './decision.ts';
import { judge, type ServeTimes } from './judge.ts';
import type { Lease, LeaseIn } from './lease.ts';
import { endLease } from './lease-moves.ts';
import { detour, done, type StepInput, type StepOutcome, skipReason } from './step.ts';
import { warnOfIdleness } from './warnings.ts';

/** The outcome, or the silent lease that needs a second look. */
export type Judged = StepOutcome<ServeTimes> | LeaseIn<'active'>;

export type JudgeFacts = {
  readonly input: StepInput;
  readonly pulse: Pulse | null;
  /** From when silence counts; null at the first look, which ends no lease as silent. */
  readonly silenceFrom: EpochMs | null;
};

/** Judges the lease and carries out the verdict. */
export function judgeLease(
  lease: Lease,
  { input, pulse, silenceFrom }: JudgeFacts,
  now: EpochMs,
): Decision<Judged> {
  const skip = skipReason(lease, input);
  if (skip !== null) return keep(skip);
  invariant(lease.state === 'active', 'a lease is judged only once it is active');
  const verdict = judge({ lease, pulse, ...(silenceFrom !== null && { silenceFrom }) }, now);
  switch (verdict.kind) {
    case 'serve':
      return keep(done(verdict.times));
    case 'warn':
      return { commit: warnOfIdleness(lease, verdict, now), result: done(verdict.times) };
    case 'end': {
      const { reason, why } = verdict;
      if (reason === 'silent' && silenceFrom === null) return keep(lease);
      return { commit: endLease(lease, { reason, why }, now), result: detour('lease-over', why) };
    }
  }
}
