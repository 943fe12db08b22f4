// Ends what an ending lease holds without waiting for its workflow: its instances are destroyed and
// its workflow is set going, neither waiting for the other. Absence is left to be proved.

import { isUnanswered } from '../../core/instance/attempt.ts';
import { commitChange } from '../../core/lease/decision.ts';
import type { Lease } from '../../core/lease/lease.ts';
import { adoptSightings, heldTargets } from '../../core/lease/teardown.ts';
import { changeLease } from '../common/change-lease.ts';
import { listLease, type Sight } from '../common/listing.ts';
import { together } from '../common/together.ts';
import { destroyTarget, type TeardownPorts } from './destroy-target.ts';
import type { RestartPorts } from './restart-lease.ts';

export type TearDownPorts = RestartPorts & TeardownPorts & Sight;

/** An instance whose create call has no answer on record is found by its tag alone. */
async function destroyUnanswered(ports: TearDownPorts, lease: Lease): Promise<void> {
  const unanswered = lease.attempts.filter(isUnanswered);
  if (unanswered.length === 0) return;
  const names = unanswered.map(({ offer }) => offer.provider);
  const { present } = await listLease(ports, lease, names);
  if (present.length === 0) return;
  const { lease: adopted } = await changeLease(ports, lease.id, (current, now) =>
    commitChange(current, adoptSightings(current, present, now)),
  );
  const numbers = unanswered.map(({ number }) => number);
  const found = heldTargets(adopted).filter(({ attempt }) => numbers.includes(attempt));
  await together(found.map((target) => destroyTarget(ports, target)));
}

/**
 * Destroys every instance of an ending lease, also one whose destroy was accepted before and one
 * that only a listing shows, while `drive` gets the workflow going. Safe to repeat. Throws what
 * destroy, list and `drive` throw, StoreDown, Conflict.
 */
export async function tearDownNow(
  ports: TearDownPorts,
  lease: Lease,
  drive: () => Promise<void>,
): Promise<void> {
  const destroys = heldTargets(lease).map((target) => destroyTarget(ports, target));
  await together([drive(), ...destroys, destroyUnanswered(ports, lease)]);
}
