// Tears down an ending lease without waiting for its workflow: destroys its instances and starts
// its workflow in parallel. The workflow or the sweep proves absence later.

import { isUnanswered } from '../../core/instance/attempt.ts';
import { claimsOf } from '../../core/instance/claim.ts';
import { commitChange } from '../../core/lease/decision.ts';
import type { Lease, LeaseIn } from '../../core/lease/lease.ts';
import { adoptSightings, heldTargets } from '../../core/lease/teardown.ts';
import { changeLease } from '../common/change-lease.ts';
import { listAttempts, type Sight } from '../common/listing.ts';
import { waitForAll } from '../common/wait-for-all.ts';
import { destroyTarget, type TeardownPorts } from './destroy-target.ts';
import { type RestartPorts, wakeOrRestartLease } from './restart-lease.ts';

export type TearDownPorts = RestartPorts & TeardownPorts & Sight;

/** Finds an instance without a recorded create response by its tag. */
async function destroyUnanswered(ports: TearDownPorts, lease: Lease): Promise<void> {
  const unanswered = lease.attempts.filter(isUnanswered);
  if (unanswered.length === 0) return;
  const { rows } = await listAttempts(ports, unanswered);
  const { lease: adopted } = await changeLease(ports, lease.id, (current, now) =>
    commitChange(current, adoptSightings(current, claimsOf(rows, current).ours, now)),
  );
  const numbers = unanswered.map(({ number }) => number);
  const found = heldTargets(adopted).filter(({ attempt }) => numbers.includes(attempt));
  await waitForAll(found.map((target) => destroyTarget(ports, target)));
}

/**
 * Destroys every instance of an ending lease, including those whose destroy was accepted before and
 * those that only a listing shows, while `drive` starts the workflow. Safe to repeat. Throws what
 * destroy, list and `drive` throw, StoreDown, Conflict.
 */
export async function tearDownNow(
  ports: TearDownPorts,
  lease: Lease,
  drive: () => Promise<void>,
): Promise<void> {
  const destroys = heldTargets(lease).map((target) => destroyTarget(ports, target));
  await waitForAll([drive(), ...destroys, destroyUnanswered(ports, lease)]);
}

/** The same for a lease whose own workflow goes on with it. Safe to repeat. */
export const createTearDown = (ports: TearDownPorts) => (lease: LeaseIn<'ending'>) =>
  tearDownNow(ports, lease, () => wakeOrRestartLease(ports, lease));
