// The schedule's target: ends a lease that is past its deadline, without the workflow. It comes
// back every few minutes until the lease is ended, so that no single failure can stop it.

import type { LeaseId } from '../core/ids.ts';
import { isOver, type Lease } from '../core/lease.ts';
import { endLease, note } from '../core/lease-moves.ts';
import { policy } from '../core/policy.ts';
import { after, type EpochMs } from '../core/time.ts';
import type { PulseStore } from '../ports/stores.ts';
import type { Scheduler, Workflow } from '../ports/workflow.ts';
import { changeLease, type Records } from './change-lease.ts';
import { destroyTarget, type TeardownPorts, undestroyed } from './teardown.ts';
import { wakeLease } from './wake-lease.ts';

export type EnforceDeadlinePorts = Records &
  TeardownPorts & {
    readonly pulses: PulseStore;
    readonly scheduler: Scheduler;
    readonly workflow: Workflow;
  };

export type DeadlineOutcome = 'early' | 'ended' | 'ending';

function due(lease: Lease, now: EpochMs): Lease | null {
  if (isOver(lease) || now < lease.deadline) return null;
  const served = lease.state === 'active';
  const why = served ? 'its schedule fired: time is used up' : 'no machine served in time';
  return endLease(lease, { reason: served ? 'expired' : 'failed', why }, now);
}

/** A stuck execution is replaced by the next generation, which finds all finished work done. */
async function nudge(ports: EnforceDeadlinePorts, lease: Lease): Promise<void> {
  const woken = await wakeLease(ports, lease.id);
  if (woken === 'accepted' || ports.clock.now() < lease.dueBy) return;
  const { lease: next } = await changeLease(ports, lease.id, (current, now) => {
    if (current.state === 'ended' || now < current.dueBy) return { commit: null, result: null };
    const generation = current.generation + 1;
    const reason = `no progress until it was due; generation ${generation} takes over`;
    const event = { type: 'workflow-restarted', reason };
    return { commit: note({ ...current, generation }, event, now), result: null };
  });
  await ports.workflow.start(next.id, next.generation);
}

/**
 * Early: sets the schedule again. Due: commits `ending`, asks for every known machine's end, wakes
 * or restarts the workflow. Safe to repeat. Throws what destroy throws, StoreDown, ProviderDown,
 * Conflict: the schedule's own retries and re-arming bring it back.
 */
export function makeEnforceDeadline(ports: EnforceDeadlinePorts) {
  return async (input: { readonly leaseId: LeaseId }): Promise<DeadlineOutcome> => {
    const { lease } = await changeLease(ports, input.leaseId, (current, now) => ({
      commit: due(current, now),
      result: null,
    }));
    if (lease.state === 'ended') return 'ended';
    const now = ports.clock.now();
    if (lease.state !== 'ending') {
      await ports.scheduler.arm(lease.id, after(lease.deadline, policy.deadline.grace));
      return 'early';
    }
    // Armed again before anything that can fail: whatever happens now, it comes back.
    await ports.scheduler.arm(lease.id, after(now, policy.deadline.recheck));
    await ports.pulses.close(lease.id);
    // Neither waits for the other: this must hold without the workflow or without the provider.
    const results = await Promise.allSettled([
      nudge(ports, lease),
      ...undestroyed(lease).map((target) => destroyTarget(ports, target)),
    ]);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return 'ending';
  };
}
