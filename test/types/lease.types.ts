// Code that must not compile. Nothing here runs: tsc fails when a line below stops being an error.

import { cost, type MicroUsd, type MicroUsdPerHour } from '../../shared/core/base/money.ts';
import { after, type DurationMs, type EpochMs } from '../../shared/core/base/time.ts';
import type { AbsenceProof } from '../../shared/core/instance/absence.ts';
import type { LeaseIn } from '../../shared/core/lease/lease.ts';
import {
  activate,
  closeLease,
  endLease,
  type Readiness,
} from '../../shared/core/lease/lease-moves.ts';

type Given = {
  readonly requested: LeaseIn<'requested'>;
  readonly active: LeaseIn<'active'>;
  readonly ending: LeaseIn<'ending'>;
  readonly ended: LeaseIn<'ended'>;
  readonly proof: AbsenceProof;
  readonly ready: Readiness;
  readonly now: EpochMs;
  readonly length: DurationMs;
  readonly amount: MicroUsd;
  readonly rate: MicroUsdPerHour;
};

/** A lease ends only with a proof, and only from `ending`. */
export function ends({ requested, active, ending, ended, proof, ready, now }: Given): unknown[] {
  return [
    // @ts-expect-error: closing takes a proof.
    closeLease(ending, now),
    // @ts-expect-error: only observations create a proof.
    closeLease(ending, { from: now, until: now }, now),
    // @ts-expect-error: an active lease must end first.
    closeLease(active, proof, now),
    // @ts-expect-error: an ended lease doesn't end again.
    endLease(ended, { reason: 'released', why: 'again' }, now),
    // @ts-expect-error: an ending lease cannot be ended again.
    endLease(ending, { reason: 'released', why: 'again' }, now),
    // @ts-expect-error: a requested lease has no instance.
    activate(requested, ready, now),
  ];
}

/** Neither a proof nor an ended lease can be written as a literal. */
export function literals({ ending, now, amount }: Given): unknown[] {
  // @ts-expect-error: only `proveAbsence` and `nothingWasCreated` create one.
  const proof: AbsenceProof = { from: now, until: now };
  const { absentSince: _, ...rest } = ending;
  const ended: LeaseIn<'ended'> = {
    ...rest,
    state: 'ended',
    endedAt: now,
    // @ts-expect-error: without a proof no lease is ended.
    proof: { from: null, until: null },
    chargedMicroUsd: amount,
    correctedMicroUsd: amount,
  };
  return [proof, ended];
}

/**
 * Instants, durations, amounts and rates are different types, and plain numbers are none of them.
 */
export function units({ now, length, amount, rate }: Given): unknown[] {
  // @ts-expect-error: a sum is a plain number; `after` returns an instant.
  const later: EpochMs = now + length;
  // @ts-expect-error: a number has no unit; `seconds` returns a duration.
  const plain: DurationMs = 5_000;
  return [
    later,
    plain,
    // @ts-expect-error: two instants are not an instant and a duration.
    after(now, now),
    // @ts-expect-error: an amount is no rate.
    cost(amount, length),
    // @ts-expect-error: an instant is no duration.
    cost(rate, now),
  ];
}
