// A lease does not end when its silence is first seen: the silence is recorded and counted, and a
// second look follows. When many leases become silent at once, an outage of this service is the
// likely cause, and none of them ends for it. Deadlines still apply.

import { isCrowd } from '../base/crowd.ts';
import { policy } from '../base/policy/policy.ts';
import { after, between, type DurationMs, type EpochMs, epochMs, latest } from '../base/time.ts';
import { type Pulse, silentFor } from '../instance/pulse.ts';
import type { Lease, LeaseIn } from './lease.ts';
import { addEvent } from './lease-moves.ts';

/** The time until the second look at a silence; null when none is pending. */
export function timeUntilSecondLook(pulse: Pulse | null, now: EpochMs): DurationMs | null {
  const at = pulse?.silenceLookAt ?? null;
  return at === null || at <= now ? null : between(now, at);
}

/** Whether the silence that started at `since` is already recorded. */
export function isNoticed({ silenceLookAt }: Pulse, since: EpochMs): boolean {
  return silenceLookAt !== null && silenceLookAt > since;
}

export type JudgedLease = {
  readonly lease: LeaseIn<'active'>;
  readonly pulse: Pulse | null;
  /** Silence counts from here at the earliest; when missing, from the last heartbeat. */
  readonly silenceFrom?: EpochMs;
};

/** How long the lease has been silent: only time counts in which heartbeats could reach us. */
export function silentTime({ lease, pulse, silenceFrom }: JudgedLease, now: EpochMs): DurationMs {
  const { activeAt } = lease;
  return silentFor(pulse, latest(activeAt, silenceFrom ?? activeAt), now);
}

/** When the lease reached its silence limit. */
export function limitPassedAt(silent: JudgedLease, now: EpochMs): EpochMs {
  return epochMs(now - silentTime(silent, now) + silent.lease.terms.silenceLimit);
}

/**
 * When to look again at a silence that is first seen at `now`. Counted from the limit, because the
 * first look may follow it by the age of a fresh heartbeat; a later one was delayed by a fault of
 * ours, and the instance gets the whole time.
 */
export function secondLookAt(limitPassed: EpochMs, now: EpochMs): EpochMs {
  const onTime = between(limitPassed, now) <= policy.heartbeat.freshFor;
  return after(onTime ? limitPassed : now, policy.silence.secondLook);
}

/** How many open leases became silent together, as text; null when they are no crowd. */
export function describeSilentCrowd(silences: number, open: number): string | null {
  if (!isCrowd(silences, open)) return null;
  return `${silences} of ${open} leases became silent at the same time`;
}

/** Adds an event to an active lease: it does not end for its silence yet. */
export function recordHeldSilence(lease: Lease, crowd: string, now: EpochMs): Lease {
  if (lease.state !== 'active') return lease;
  const reason = `${crowd}: this lease does not end for its silence yet`;
  return addEvent(lease, { type: 'silence-held', reason }, now);
}
