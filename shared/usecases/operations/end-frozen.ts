// Ends every lease that a freeze covers. Each is committed as ending first; then its workflow is
// woken. If the wake fails, the schedule tears the lease down.

import { alarmBeforeEnding } from '../../core/lease/deadline.ts';
import type { End } from '../../core/lease/end.ts';
import type { Lease } from '../../core/lease/lease.ts';
import { coveredLeases, type Freeze, freezeEnd } from '../../core/operations/freeze.ts';
import type { Scheduler } from '../../ports/scheduler.ts';
import type { Records } from '../common/change-lease.ts';
import { setAlarm } from '../common/set-alarm.ts';
import { waitForAll } from '../common/wait-for-all.ts';
import type { WakePorts } from '../common/wake-lease.ts';
import { endAndWake } from '../lease/end-from-outside.ts';

export type EndFrozenPorts = Records & WakePorts & { readonly scheduler: Scheduler };

async function endOne(ports: EndFrozenPorts, lease: Lease, end: End): Promise<void> {
  // Set the schedule before the commit: after a crash, teardown must not depend on the workflow
  // alone.
  await setAlarm(ports, lease, alarmBeforeEnding);
  await endAndWake(ports, lease.id, end);
}

/**
 * Starts to end every covered lease, independent of failures of the others, and returns how many
 * are not ended yet. Safe to repeat. Throws the first error after all are tried: StoreDown,
 * ProviderDown, Conflict.
 */
export async function endFrozen(ports: EndFrozenPorts, freeze: Freeze): Promise<number> {
  // An unreadable lease may be in any scope: it counts as open.
  const unreadable: string[] = [];
  const open = await ports.leases.open(({ id }) => unreadable.push(id));
  const covered = coveredLeases(freeze, open);
  const end = freezeEnd(freeze);
  await waitForAll(covered.toEnd.map((lease) => endOne(ports, lease, end)));
  return covered.open.length + unreadable.length;
}
