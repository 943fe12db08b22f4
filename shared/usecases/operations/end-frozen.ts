// Ends every lease that a freeze covers. Each is committed as ending first; then its workflow is
// woken. If the wake fails, the schedule tears the lease down.

import type { LeaseId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import { after } from '../../core/base/time.ts';
import type { End } from '../../core/lease/end.ts';
import { coveredLeases, type Freeze, freezeEnd } from '../../core/operations/freeze.ts';
import type { Scheduler } from '../../ports/scheduler.ts';
import type { Records } from '../common/change-lease.ts';
import { waitForAll } from '../common/wait-for-all.ts';
import type { WakePorts } from '../common/wake-lease.ts';
import { endAndWake } from '../lease/end-from-outside.ts';

export type EndFrozenPorts = Records & WakePorts & { readonly scheduler: Scheduler };

async function endOne(ports: EndFrozenPorts, id: LeaseId, end: End): Promise<void> {
  // Arm the schedule before the commit: after a crash, teardown must not depend on the workflow
  // alone.
  await ports.scheduler.arm(id, after(ports.clock.now(), policy.deadline.recheck));
  await endAndWake(ports, id, end);
}

/**
 * Starts to end every covered lease, independent of failures of the others, and returns how many
 * are not ended yet. Safe to repeat. Throws the first error after all are tried: StoreDown,
 * ProviderDown, Conflict.
 */
export async function endFrozen(ports: EndFrozenPorts, freeze: Freeze): Promise<number> {
  const covered = coveredLeases(freeze, await ports.leases.open());
  const end = freezeEnd(freeze);
  await waitForAll(covered.toEnd.map(({ id }) => endOne(ports, id, end)));
  return covered.open.length;
}
