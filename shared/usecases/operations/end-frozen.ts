// Ends every lease that a freeze covers. Each is committed as ending first; then whoever waits for
// it is woken, and its schedule takes over if nobody does.

import type { LeaseId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import { after } from '../../core/base/time.ts';
import { isOver } from '../../core/lease/lease.ts';
import { covers, type Freeze } from '../../core/operations/freeze.ts';
import type { Scheduler } from '../../ports/scheduler.ts';
import type { Records } from '../common/change-lease.ts';
import type { WakePorts } from '../common/wake-lease.ts';
import { endAndWake } from '../lease/end-from-outside.ts';

export type EndFrozenPorts = Records & WakePorts & { readonly scheduler: Scheduler };

async function endOne(ports: EndFrozenPorts, id: LeaseId, why: string): Promise<void> {
  // Before the commit, so that no crash leaves a lease that only its workflow knows to be ending.
  await ports.scheduler.arm(id, after(ports.clock.now(), policy.deadline.recheck));
  await endAndWake(ports, id, { reason: 'operator', why });
}

/**
 * Begins to end what the freeze covers, all of it whatever happens to one, and returns how many
 * leases are not ended yet. Safe to repeat. Throws the first trouble there was, when all is tried:
 * StoreDown, ProviderDown, Conflict.
 */
export async function endFrozen(ports: EndFrozenPorts, freeze: Freeze): Promise<number> {
  const open = (await ports.leases.open()).filter((lease) => lease.state !== 'ended');
  const mine = open.filter((lease) => covers(freeze.scope, lease));
  const why = `frozen by ${freeze.acts.at(-1)?.by ?? 'an operator'}`;
  const going = mine.filter((lease) => !isOver(lease));
  const results = await Promise.allSettled(going.map(({ id }) => endOne(ports, id, why)));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return mine.length;
}
