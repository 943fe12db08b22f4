// Confirm ready: judges a machine that called, was probed, or let its boot time pass. What the
// provider says of it decides: a machine that is gone, broken or dearer than the ceiling is given
// back; a ready one begins to serve, and the lease's time runs from here.

import { formatUsd } from '../../../core/base/money.ts';
import { after, type EpochMs, earliest, isoTime } from '../../../core/base/time.ts';
import type { AttemptIn, AttemptReason } from '../../../core/instance/attempt.ts';
import { observeRunning, retireAttempt } from '../../../core/instance/attempt-moves.ts';
import type { Instance } from '../../../core/instance/instance.ts';
import { type Pulse, runningSince } from '../../../core/instance/pulse.ts';
import { alarmOf, nextAlarm } from '../../../core/lease/deadline.ts';
import { repriceHold } from '../../../core/lease/hold.ts';
import { judge, type ServeTimes } from '../../../core/lease/judge.ts';
import { currentAttempt, type Lease, type LeaseIn } from '../../../core/lease/lease.ts';
import { activate, note, withAttempt } from '../../../core/lease/lease-moves.ts';
import {
  detour,
  done,
  type StepInput,
  type StepOutcome,
  skipReason,
} from '../../../core/lease/step.ts';
import type { PulseStore } from '../../../ports/pulse-store.ts';
import type { Scheduler } from '../../../ports/scheduler.ts';
import { changeLease, loadLease, type Records } from '../../common/change-lease.ts';
import type { Providers } from '../../common/listing.ts';

export type ConfirmReadyPorts = Records & {
  readonly pulses: PulseStore;
  readonly providers: Providers;
  readonly scheduler: Scheduler;
};

type Fault = { readonly reason: AttemptReason; readonly why: string };

/** Why the machine must be given back; null when nothing speaks against it. */
function faultOf(lease: Lease, pulse: Pulse | null, instance: Instance | 'absent'): Fault | null {
  if (instance === 'absent') {
    return { reason: 'vanished', why: 'the provider no longer knows the instance' };
  }
  const { rate, status, statusText } = instance;
  if (rate !== null && rate > lease.terms.ceiling) {
    const why = `it costs ${formatUsd(rate)}/h, the ceiling is ${formatUsd(lease.terms.ceiling)}/h`;
    return { reason: 'price-rose', why };
  }
  if (status === 'failed' || status === 'stopped') return { reason: 'bad-host', why: statusText };
  if (pulse === null || pulse.readyAt === null) {
    return { reason: 'boot-timeout', why: `not ready in time: ${statusText}` };
  }
  return null;
}

type Begun = { readonly pulse: Pulse | null; readonly instance: Instance; readonly now: EpochMs };

function begin(lease: LeaseIn<'booting'>, attempt: AttemptIn<'created'>, begun: Begun) {
  const { pulse, instance, now } = begun;
  const deadline = after(now, lease.terms.duration);
  const since = pulse === null ? null : runningSince(pulse, attempt.createdAt);
  const ready = {
    attempt: observeRunning(attempt, { since: since ?? now, rate: instance.rate }),
    deadline,
    ssh: [...instance.ssh],
    facts: pulse?.facts ?? null,
    reason: `ready; it serves until ${isoTime(deadline)}`,
  };
  return repriceHold(activate(lease, ready, now), now);
}

function givenBack(lease: LeaseIn<'booting'>, attempt: AttemptIn<'created'>, fault: Fault) {
  return (instance: Instance | 'absent', now: EpochMs): Lease => {
    const runs = instance !== 'absent' && instance.status === 'running';
    // Nobody saw when it began to run: charged from its creation, which can only be too much.
    const seen = runs
      ? observeRunning(attempt, { since: attempt.createdAt, rate: instance.rate })
      : attempt;
    const retired = withAttempt(lease, retireAttempt(seen, fault.reason));
    return note(retired, { type: 'attempt-failed', reason: `${fault.reason}: ${fault.why}` }, now);
  };
}

/**
 * Begins to serve, or gives the machine back. The schedule moves first and the lease is committed
 * after, so that a crash in between leaves a schedule that fires early and looks again. Safe to
 * repeat. Detours: attempt-failed, lease-over, superseded. Throws what get throws, ProviderDown,
 * StoreDown, Conflict.
 */
export function createConfirmReady(ports: ConfirmReadyPorts) {
  return async (input: StepInput): Promise<StepOutcome<ServeTimes>> => {
    const before = await loadLease(ports, input.leaseId);
    const alone = skipReason(before, input);
    if (alone !== null) return alone;
    const pulse = await ports.pulses.get(input.leaseId);
    if (before.state === 'active') return serving(before, pulse, ports.clock.now());
    const tried = currentAttempt(before);
    if (tried?.state !== 'created') return detour('attempt-failed', 'there is no machine to serve');
    const instance = await ports.providers(tried.offer.provider).get(tried.instanceId);
    const fault = faultOf(before, pulse, instance);
    if (fault === null) {
      const now = ports.clock.now();
      const deadline = after(now, before.terms.duration);
      // Never later than the launch bound, which stands until the commit below.
      const alarm = earliest(alarmOf(before, now), nextAlarm(deadline, now));
      await ports.scheduler.arm(before.id, alarm);
    }
    const { result } = await changeLease<StepOutcome<ServeTimes>>(
      ports,
      input.leaseId,
      (lease, now) => {
        const over = skipReason(lease, input);
        if (over !== null) return { commit: null, result: over };
        if (lease.state === 'active') return { commit: null, result: serving(lease, pulse, now) };
        const attempt = currentAttempt(lease);
        if (lease.state !== 'booting' || attempt?.state !== 'created') {
          return { commit: null, result: detour('attempt-failed', 'given back before') };
        }
        if (fault !== null || instance === 'absent') {
          const shown = fault ?? { reason: 'vanished', why: 'gone' };
          const commit = givenBack(lease, attempt, shown)(instance, now);
          return { commit, result: detour('attempt-failed', shown.why) };
        }
        const active = begin(lease, attempt, { pulse, instance, now });
        return { commit: active, result: serving(active, pulse, now) };
      },
    );
    return result;
  };
}

function serving(
  lease: LeaseIn<'active'>,
  pulse: Pulse | null,
  now: EpochMs,
): StepOutcome<ServeTimes> {
  const verdict = judge(lease, pulse, now);
  if (verdict.kind === 'serve') return done(verdict.times);
  // The lease ran out before it was ever waited for: a wait of the shortest time leads to Judge.
  return done({ timeoutSeconds: 2, heartbeatSeconds: 1 });
}
