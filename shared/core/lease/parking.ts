// What a wait of the workflow parks with its token, and whether the token has to be answered at
// once: whoever parks reads again afterwards, since what it waits for may have happened meanwhile.

import type { EpochMs } from '../base/time.ts';
import type { Parking, Pulse } from '../instance/pulse.ts';
import { judge, servesUntil } from './judge.ts';
import { currentAttempt, type Lease } from './lease.ts';
import { type StepInput, skipReason } from './step.ts';

/** A step whose state waits for an answer to `token`. */
export type WaitInput = StepInput & { readonly token: string };

/** What was found after the token was parked. */
export type Parked = {
  readonly input: StepInput;
  readonly parked: 'parked' | 'over';
  readonly pulse: Pulse | null;
};

const placeOf = (lease: Lease, { leaseId, generation, token }: WaitInput) => ({
  ...{ leaseId, generation, token },
  attempt: currentAttempt(lease)?.number ?? 0,
});

/** What the wait for readiness parks. */
export function parkForReadiness(lease: Lease, input: WaitInput): Parking {
  return { ...placeOf(lease, input), wait: 'ready', endsAt: lease.deadline, idleWarned: null };
}

/** Whether nothing has to be waited for: the instance was faster, or the lease is over. */
export function isReadinessSettled(lease: Lease, { input, parked, pulse }: Parked): boolean {
  return parked === 'over' || skipReason(lease, input) !== null || pulse?.readyAt != null;
}

/** What serving parks: instances are given its end with every reply. */
export function parkToServe(
  lease: Lease,
  { input, pulse }: { readonly input: WaitInput; readonly pulse: Pulse | null },
  now: EpochMs,
): Parking {
  const place = placeOf(lease, input);
  if (lease.state !== 'active') {
    return { ...place, wait: 'serve', endsAt: lease.deadline, idleWarned: null };
  }
  const endsAt = servesUntil({ lease, pulse }, now);
  return { ...place, wait: 'serve', endsAt, idleWarned: lease.idleWarned };
}

/** Whether the lease serves on as it was parked, which was for `parkedUntil`. */
export function goesOnServing(
  lease: Lease,
  { input, parked, pulse, parkedUntil }: Parked & { readonly parkedUntil: EpochMs },
  now: EpochMs,
): boolean {
  return (
    parked === 'parked' &&
    lease.state === 'active' &&
    // Extended meanwhile: its instance has to be given the new end, which was not parked.
    lease.deadline === parkedUntil &&
    skipReason(lease, input) === null &&
    judge(lease, pulse, now).kind === 'serve'
  );
}
