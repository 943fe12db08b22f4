// Whether an instance that called, was probed, or let its boot time pass begins to serve. What the
// provider says of it decides: one that is gone, broken or more expensive than the ceiling is given
// back; a ready one serves, and the lease's time runs from there.

import { formatUsd } from '../base/money.ts';
import { after, type EpochMs, earliest, isoTime } from '../base/time.ts';
import type { AttemptIn, AttemptReason } from '../instance/attempt.ts';
import { observeRunning, retireAttempt } from '../instance/attempt-moves.ts';
import { type Instance, isHalted } from '../instance/instance.ts';
import { type Pulse, runningSince } from '../instance/pulse.ts';
import { alarmOf, nextAlarm } from './deadline.ts';
import { type Decision, keep } from './decision.ts';
import { repriceHold } from './hold.ts';
import { judge, type ServeTimes } from './judge.ts';
import { currentAttempt, type Lease, type LeaseIn } from './lease.ts';
import { activate, addEvent, withAttempt } from './lease-moves.ts';
import { detour, done, type StepInput, type StepOutcome, skipReason } from './step.ts';

/** What is known of the instance: what it said itself, and what its provider says. */
export type ReadyFacts = { readonly pulse: Pulse | null; readonly instance: Instance | 'absent' };

export type ReadyVerdict =
  | { readonly kind: 'ready'; readonly instance: Instance }
  | { readonly kind: 'fault'; readonly reason: AttemptReason; readonly why: string };

const fault = (reason: AttemptReason, why: string): ReadyVerdict => ({
  kind: 'fault',
  reason,
  why,
});

/** Whether the instance may serve, or why it must be given back. */
export function judgeReadiness(lease: Lease, { pulse, instance }: ReadyFacts): ReadyVerdict {
  if (instance === 'absent') return fault('vanished', 'the provider no longer knows the instance');
  const { rate, statusText } = instance;
  const { ceiling } = lease.terms;
  if (rate !== null && rate > ceiling) {
    const why = `the instance costs ${formatUsd(rate)}/h; the ceiling is ${formatUsd(ceiling)}/h`;
    return fault('price-rose', why);
  }
  if (isHalted(instance)) return fault('bad-host', statusText);
  if (pulse === null || pulse.readyAt === null) {
    return fault('boot-timeout', `not ready in time: ${statusText}`);
  }
  return { kind: 'ready', instance };
}

/**
 * When the schedule has to look at a lease that is about to serve: never later than the launch
 * bound, which stands until the lease is committed.
 */
export function alarmBeforeServing(lease: Lease, now: EpochMs): EpochMs {
  return earliest(alarmOf(lease, now), nextAlarm(after(now, lease.terms.duration), now));
}

/** How long a serving lease waits at first. */
export function firstWait(
  lease: LeaseIn<'active'>,
  pulse: Pulse | null,
  now: EpochMs,
): StepOutcome<ServeTimes> {
  const verdict = judge(lease, pulse, now);
  if (verdict.kind === 'serve') return done(verdict.times);
  // The lease ran out before it was ever waited for: a wait of the shortest time leads to Judge.
  return done({ timeoutSeconds: 2, heartbeatSeconds: 1 });
}

type Booted = { readonly lease: LeaseIn<'booting'>; readonly attempt: AttemptIn<'created'> };
type Confirmed = Decision<StepOutcome<ServeTimes>>;

function beginServing(
  { lease, attempt }: Booted,
  { pulse, instance }: { readonly pulse: Pulse | null; readonly instance: Instance },
  now: EpochMs,
): Confirmed {
  const deadline = after(now, lease.terms.duration);
  const since = pulse === null ? null : runningSince(pulse, attempt.createdAt);
  const ready = {
    attempt: observeRunning(attempt, { since: since ?? now, rate: instance.rate }),
    deadline,
    ssh: [...instance.ssh],
    facts: pulse?.facts ?? null,
    reason: `the instance is ready; the lease runs until ${isoTime(deadline)}`,
  };
  const active = repriceHold(activate(lease, ready, now), now);
  return { commit: active, result: firstWait(active, pulse, now) };
}

function giveBack(
  { lease, attempt }: Booted,
  {
    instance,
    reason,
    why,
  }: Pick<ReadyFacts, 'instance'> & Extract<ReadyVerdict, { kind: 'fault' }>,
  now: EpochMs,
): Confirmed {
  const runs = instance !== 'absent' && instance.status === 'running';
  // Nobody saw when it started to run: charged from its creation, which can only be too much.
  const seen = runs
    ? observeRunning(attempt, { since: attempt.createdAt, rate: instance.rate })
    : attempt;
  const retired = withAttempt(lease, retireAttempt(seen, reason));
  const event = { type: 'attempt-failed', reason: `${reason}: ${why}` };
  return { commit: addEvent(retired, event, now), result: detour('attempt-failed', why) };
}

/** Lets the instance serve, or gives it back: exactly when something is wrong with it. */
export function decideReadiness(
  lease: Lease,
  facts: ReadyFacts & { readonly input: StepInput },
  now: EpochMs,
): Confirmed {
  const skip = skipReason(lease, facts.input);
  if (skip !== null) return keep(skip);
  if (lease.state === 'active') return keep(firstWait(lease, facts.pulse, now));
  const attempt = currentAttempt(lease);
  if (lease.state !== 'booting' || attempt?.state !== 'created') {
    return keep(detour('attempt-failed', 'the attempt was retired before'));
  }
  const verdict = judgeReadiness(lease, facts);
  const booted = { lease, attempt };
  if (verdict.kind === 'fault') {
    return giveBack(booted, { instance: facts.instance, ...verdict }, now);
  }
  return beginServing(booted, { pulse: facts.pulse, instance: verdict.instance }, now);
}

/** The attempt whose instance has yet to be given the SSH key; null when none has. */
export function attemptWithoutKey(lease: Lease): AttemptIn<'created'> | null {
  const attempt = currentAttempt(lease);
  return attempt?.state === 'created' && attempt.keyAttached === null ? attempt : null;
}

const KEY_WORDS = {
  attached: 'the provider attached the SSH key; the start script also contains it',
  refused: 'the provider refused to attach the SSH key; the start script contains it',
} as const;

/** Records how the provider answered when asked to attach the key to this attempt's instance. */
export function recordKey(
  lease: Lease,
  key: { readonly attempt: number; readonly answer: keyof typeof KEY_WORDS },
  now: EpochMs,
): Lease {
  const attempt = currentAttempt(lease);
  if (attempt?.number !== key.attempt || attempt.state !== 'created') return lease;
  const answered = withAttempt(lease, { ...attempt, keyAttached: key.answer === 'attached' });
  return addEvent(answered, { type: 'key-handed-over', reason: KEY_WORDS[key.answer] }, now);
}
