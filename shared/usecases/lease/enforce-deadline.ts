// The target of the schedule: ends a lease that is past its deadline, without the workflow. It is
// armed again every few minutes until the lease is ended, so that no single failure can stop it.

import type { LeaseId } from '../../core/base/ids.ts';
import { after } from '../../core/base/time.ts';
import { alarmOf, endPastDeadline, giveWarning, recheckPause } from '../../core/lease/deadline.ts';
import { commitOnly } from '../../core/lease/decision.ts';
import type { Lease } from '../../core/lease/lease.ts';
import type { Scheduler } from '../../ports/scheduler.ts';
import { changeLease } from '../common/change-lease.ts';
import { wakeOrRestartLease } from './restart-lease.ts';
import { type TearDownPorts, tearDownNow } from './tear-down-now.ts';

export type EnforceDeadlinePorts = TearDownPorts & { readonly scheduler: Scheduler };

export type DeadlineOutcome = 'early' | 'ended' | 'ending';

/** The schedule is armed first: a failed warning must never delay the end. */
async function lookAgain(ports: EnforceDeadlinePorts, lease: Lease): Promise<void> {
  await ports.scheduler.arm(lease.id, alarmOf(lease, ports.clock.now()));
  await changeLease(ports, lease.id, (current, now) => commitOnly(giveWarning(current, now)));
}

/**
 * Before the deadline: arms the schedule again and gives the due warning. After it: commits
 * `ending`, destroys every instance, wakes or restarts the workflow. Safe to repeat. Throws what
 * destroy and list throw, StoreDown, ProviderDown, Conflict: the schedule retries and is armed
 * again.
 */
export function createEnforceDeadline(ports: EnforceDeadlinePorts) {
  return async (input: { readonly leaseId: LeaseId }): Promise<DeadlineOutcome> => {
    const { lease } = await changeLease(ports, input.leaseId, (current, now) =>
      commitOnly(endPastDeadline(current, now)),
    );
    if (lease.state === 'ended') {
      // An extension may have armed the schedule again while the lease was ending.
      await ports.scheduler.disarm(lease.id);
      return 'ended';
    }
    if (lease.state !== 'ending') {
      await lookAgain(ports, lease);
      return 'early';
    }
    // Armed again before any call that can fail.
    const now = ports.clock.now();
    await ports.scheduler.arm(lease.id, after(now, recheckPause(lease, now)));
    await ports.pulses.close(lease.id);
    // The schedule is armed, so a failing provider or workflow only delays the teardown.
    await tearDownNow(ports, lease, () => wakeOrRestartLease(ports, lease));
    return 'ending';
  };
}
