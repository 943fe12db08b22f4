// What a waiting workflow step stores ("parks") with its task token, and whether the token must be
// answered at once. After parking, a step reads again: the event it waits for may have happened in
// between.

import { policy } from '../base/policy/policy.ts';
import { after, type EpochMs, total } from '../base/time.ts';
import type { Parking, Pulse, WaitPlace } from '../instance/pulse.ts';
import { judge, servesUntil, type Verdict } from './judge.ts';
import { currentAttempt, type Lease } from './lease.ts';
import { type StepInput, skipReason } from './step.ts';

/** The input of a step that waits for an answer to `token`. */
export type WaitInput = StepInput & WaitPlace & { readonly token: string };

/** The state read after the token was parked. */
export type Parked = {
  readonly input: StepInput;
  readonly parked: 'parked' | 'over';
  readonly pulse: Pulse | null;
};

const waitOf = (lease: Lease, input: WaitInput) => ({
  ...{ leaseId: input.leaseId, generation: input.generation, token: input.token },
  place: { enteredAt: input.enteredAt, failures: input.failures },
  attempt: currentAttempt(lease)?.number ?? 0,
});

/**
 * What the step Await ready parks. The instance may hear from us only once before an outage of
 * hours, so its end has room for the whole lease, which starts when the instance is ready.
 */
export function parkForReadiness(lease: Lease, input: WaitInput, now: EpochMs): Parking {
  const { duration } = lease.terms;
  const endsAt = after(now, total(policy.ready.maxBootLimit, duration));
  return { ...waitOf(lease, input), wait: 'ready', endsAt, idleWarned: null };
}

/** Whether there is nothing to wait for: the instance is ready, or the lease is over. */
export function isReadinessSettled(lease: Lease, { input, parked, pulse }: Parked): boolean {
  return parked === 'over' || skipReason(lease, input) !== null || pulse?.readyAt != null;
}

/** What the step Serve parks. Instances receive the end of the lease with every heartbeat reply. */
export function parkToServe(
  lease: Lease,
  { input, pulse }: { readonly input: WaitInput; readonly pulse: Pulse | null },
  now: EpochMs,
): Parking {
  const own = waitOf(lease, input);
  if (lease.state !== 'active') {
    return { ...own, wait: 'serve', endsAt: lease.deadline, idleWarned: null };
  }
  const endsAt = servesUntil({ lease, pulse }, now);
  return { ...own, wait: 'serve', endsAt, idleWarned: lease.idleWarned };
}

/** Whether the lease is still active with the end it was parked with, `parkedUntil`. */
export function isStillServed(
  lease: Lease,
  { input, parked, pulse, parkedUntil }: Parked & { readonly parkedUntil: EpochMs },
  now: EpochMs,
): boolean {
  return (
    parked === 'parked' &&
    lease.state === 'active' &&
    // After an extension the new end must be parked, so that the instance receives it.
    lease.deadline === parkedUntil &&
    skipReason(lease, input) === null &&
    mayWait(judge({ lease, pulse }, now))
  );
}

/** The wait itself notices a silence: it ends when no heartbeat restarts it. */
const mayWait = (verdict: Verdict): boolean =>
  verdict.kind === 'serve' || (verdict.kind === 'end' && verdict.reason === 'silent');
