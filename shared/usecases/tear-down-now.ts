// Ends what an ending lease holds without waiting for its workflow: its machines are asked to go
// and its workflow is set going, neither waiting for the other. Absence is left to be proved.

import type { Lease } from '../core/lease.ts';
import type { NudgePorts } from './nudge-lease.ts';
import { destroyTarget, holdings, type TeardownPorts } from './teardown.ts';

/** All of them, whatever becomes of one. Throws the first trouble there was. */
async function together(works: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(works);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/**
 * Destroys every machine of the lease, also one whose destroy was accepted before, while `drive`
 * gets the workflow going. Safe to repeat. Throws what destroy and `drive` throw, StoreDown,
 * Conflict.
 */
export async function tearDownNow(
  ports: NudgePorts & TeardownPorts,
  lease: Lease,
  drive: () => Promise<void>,
): Promise<void> {
  const destroys = holdings(lease).map((target) => destroyTarget(ports, target));
  await together([drive(), ...destroys]);
}
