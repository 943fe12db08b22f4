// Confirm ready: judges an instance that called, was probed, or reached its boot limit, by what its
// provider last reported. Makes the lease active, or retires the attempt.

import type { ProviderName } from '../../../core/base/providers.ts';
import type { ProviderCard } from '../../../core/instance/card.ts';
import type { ServeTimes } from '../../../core/lease/judge.ts';
import { currentAttempt } from '../../../core/lease/lease.ts';
import { isBootOver } from '../../../core/lease/probe.ts';
import {
  alarmBeforeServing,
  decideReadiness,
  firstWait,
  judgeReadiness,
  recentReport,
} from '../../../core/lease/readiness.ts';
import { detour, type StepInput, type StepOutcome, stopReason } from '../../../core/lease/step.ts';
import type { PulseStore } from '../../../ports/pulse-store.ts';
import type { Scheduler } from '../../../ports/scheduler.ts';
import { changeLease, loadLease, type Records } from '../../common/change-lease.ts';
import { setAlarm } from '../../common/set-alarm.ts';

export type ConfirmReadyPorts = Records & {
  readonly pulses: PulseStore;
  readonly scheduler: Scheduler;
  readonly cardOf: (provider: ProviderName) => ProviderCard;
};

/**
 * Makes the lease active, or retires the attempt. The schedule is set before the lease is
 * committed: after a crash in between, the schedule fires early and checks again. Safe to repeat.
 * Detours: not-ready (get the instance again), attempt-failed, lease-over, superseded. Throws
 * ProviderDown, StoreDown, Conflict.
 */
export function createConfirmReady(ports: ConfirmReadyPorts) {
  return async (input: StepInput): Promise<StepOutcome<ServeTimes>> => {
    const before = await loadLease(ports, input.leaseId);
    const skip = stopReason(before, input, ports.clock.now());
    if (skip !== null) return skip;
    const pulse = await ports.pulses.get(input.leaseId);
    if (before.state === 'active') return firstWait(before, pulse, ports.clock.now());
    const attempt = currentAttempt(before);
    if (attempt?.state !== 'created') {
      return detour('attempt-failed', 'the lease has no instance');
    }
    const now = ports.clock.now();
    const instance = recentReport(attempt, now);
    if (instance === null) return detour('not-ready', 'the report about the instance is too old');
    const bootOver = isBootOver(attempt, ports.cardOf(attempt.offer.provider), now);
    const facts = { input, pulse, instance, bootOver };
    if (judgeReadiness(before, facts).kind === 'ready') {
      await setAlarm(ports, before, alarmBeforeServing);
    }
    const { result } = await changeLease(ports, input.leaseId, (lease, now) =>
      decideReadiness(lease, facts, now),
    );
    return result;
  };
}
