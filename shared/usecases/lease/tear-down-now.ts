// Ends what an ending lease holds without waiting for its workflow: its machines are asked to go
// and its workflow is set going, neither waiting for the other. Absence is left to be proved.

import { isUnanswered } from '../../core/instance/attempt.ts';
import type { Lease } from '../../core/lease/lease.ts';
import { changeLease } from '../common/change-lease.ts';
import { listLease, type Sight } from '../common/listing.ts';
import type { RestartPorts } from './restart-lease.ts';
import { adopt, destroyTarget, destroyTargets, type TeardownPorts } from './steps/teardown.ts';

/** All of them, whatever becomes of one. Throws the first trouble there was. */
async function together(works: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(works);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

export type TearDownPorts = RestartPorts & TeardownPorts & Sight;

/** Machines of create calls that nobody answered are on record by their tags alone. */
async function destroyUnanswered(ports: TearDownPorts, lease: Lease): Promise<void> {
  const unanswered = lease.attempts.filter(isUnanswered);
  if (unanswered.length === 0) return;
  const names = unanswered.map(({ offer }) => offer.provider);
  const { present } = await listLease(ports, lease, names);
  if (present.length === 0) return;
  const { lease: adopted } = await changeLease(ports, lease.id, (current, now) => {
    if (current.state !== 'ending') return { commit: null, result: null };
    const next = present.reduce<Lease>((each, seen) => adopt(each, seen, now), current);
    return { commit: next === current ? null : next, result: null };
  });
  const numbers = unanswered.map(({ number }) => number);
  const found = destroyTargets(adopted).filter(({ attempt }) => numbers.includes(attempt));
  await together(found.map((target) => destroyTarget(ports, target)));
}

/**
 * Destroys every machine of an ending lease, also one whose destroy was accepted before and one
 * that only a listing shows, while `drive` gets the workflow going. Safe to repeat. Throws what
 * destroy, list and `drive` throw, StoreDown, Conflict.
 */
export async function tearDownNow(
  ports: TearDownPorts,
  lease: Lease,
  drive: () => Promise<void>,
): Promise<void> {
  const destroys = destroyTargets(lease).map((target) => destroyTarget(ports, target));
  await together([drive(), ...destroys, destroyUnanswered(ports, lease)]);
}
