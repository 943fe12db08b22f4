// Ends every lease that a freeze covers. Each is committed as ending first; then its workflow is
// woken, and its schedule takes over if that does not happen.

import type { LeaseId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import { after } from '../../core/base/time.ts';
import type { End } from '../../core/lease/end.ts';
import { coveredLeases, type Freeze, freezeEnd } from '../../core/operations/freeze.ts';
import type { Scheduler } from '../../ports/scheduler.ts';
import type { Records } from '../common/change-lease.ts';
import { together } from '../common/together.ts';
import type { WakePorts } from '../common/wake-lease.ts';
import { endAndWake } from '../lease/end-from-outside.ts';

export type EndFrozenPorts = Records & WakePorts & { readonly scheduler: Scheduler };

async function endOne(ports: EndFrozenPorts, id: LeaseId, end: End): Promise<void> {
  // Before the commit, so that no crash leaves a lease that only its workflow knows to be ending.
  await ports.scheduler.arm(id, after(ports.clock.now(), policy.deadline.recheck));
  await endAndWake(ports, id, end);
}

/**
 * Begins to end what the freeze covers, all of it whatever happens to one, and returns how many
 * leases are not ended yet. Safe to repeat. Throws the first error there was, when all is tried:
 * StoreDown, ProviderDown, Conflict.
 */
export async function endFrozen(ports: EndFrozenPorts, freeze: Freeze): Promise<number> {
  const covered = coveredLeases(freeze, await ports.leases.open());
  const end = freezeEnd(freeze);
  await together(covered.toEnd.map(({ id }) => endOne(ports, id, end)));
  return covered.open.length;
}
