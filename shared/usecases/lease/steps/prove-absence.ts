// Prove absence: one round of looking for an ending lease's machines. Two complete listings without
// any of them, far enough apart and late enough, are proof; a machine that shows is destroyed
// again. Rounds are the state machine's retries: they slow down and never give up.

import { policy } from '../../../core/base/policy/policy.ts';
import { between, type DurationMs, durationMs, type EpochMs } from '../../../core/base/time.ts';
import {
  type AbsenceProof,
  type AbsenceVerdict,
  proveAbsence,
} from '../../../core/instance/absence.ts';
import { absenceFloor, isClosed, isUnanswered, proofOf } from '../../../core/instance/attempt.ts';
import { closeAttempt, closeNeverCreated } from '../../../core/instance/attempt-moves.ts';
import type { Lease, LeaseIn } from '../../../core/lease/lease.ts';
import { note, withAttempt } from '../../../core/lease/lease-moves.ts';
import {
  detour,
  done,
  type StepInput,
  type StepOutcome,
  supersededBy,
} from '../../../core/lease/step.ts';
import { changeLease, loadLease } from '../../common/change-lease.ts';
import { type LeaseListing, listLease, type Sight, type Sighting } from '../../common/listing.ts';
import {
  adopt,
  destroyTarget,
  isWithinListLag,
  observeStillPresent,
  type TeardownPorts,
  targetsToDestroy,
} from './teardown.ts';

export type ProveAbsencePorts = TeardownPorts & Sight;

export type ProveInput = StepInput & {
  /** When the execution began: each generation gets its own time before it hands over. */
  readonly startedAt: EpochMs;
};

const listLagOf = (ports: ProveAbsencePorts, lease: Lease): DurationMs =>
  durationMs(
    Math.max(
      0,
      ...lease.attempts.map((attempt) => ports.providers(attempt.offer.provider).card.listLag),
    ),
  );

type Listed = { readonly present: readonly Sighting[]; readonly listedAt: EpochMs };

function seen(lease: LeaseIn<'ending'>, { present, listedAt }: Listed, now: EpochMs): Lease {
  const ids = present.map(({ instance }) => instance.id).join(', ');
  let next: Lease = { ...lease, absentSince: null };
  for (const sighting of present) {
    const { instance, owner } = sighting;
    next = observeStillPresent(adopt(next, sighting, now), owner.attempt, {
      instance,
      at: listedAt,
    });
  }
  return note(next, { type: 'instance-still-present', reason: `still listed: ${ids}` }, now);
}

/** A machine that shows takes back what an earlier listing seemed to say. */
async function forgetAbsence(ports: ProveAbsencePorts, lease: Lease): Promise<void> {
  await changeLease(ports, lease.id, (current) => {
    const stands = current.state !== 'ending' || current.absentSince === null;
    return { commit: stands ? null : { ...current, absentSince: null }, result: null };
  });
}

const wasAccepted = (lease: Lease, number: number): boolean =>
  lease.attempts.some(
    (attempt) =>
      attempt.number === number &&
      attempt.state === 'retiring' &&
      attempt.destroyAcceptedAt !== null,
  );

/** Machines that show are destroyed again, whatever their attempt is thought to be. */
async function destroyAgain(
  ports: ProveAbsencePorts,
  lease: Lease,
  listed: Listed,
): Promise<StepOutcome> {
  const { present } = listed;
  await changeLease(ports, lease.id, (current, now) => ({
    commit: current.state === 'ending' ? seen(current, listed, now) : null,
    result: null,
  }));
  for (const { instance, owner } of present) {
    const attempt = lease.attempts.find(({ number }) => number === owner.attempt);
    const provider = attempt?.offer.provider;
    if (provider === undefined) continue;
    const reason = 'lease-ended';
    const target = { leaseId: lease.id, attempt: owner.attempt, provider, reason } as const;
    await destroyTarget(ports, { ...target, instanceId: instance.id });
  }
  const stubborn = present.filter(({ owner }) => wasAccepted(lease, owner.attempt));
  if (stubborn.length > 0) return detour('still-present', 'accepted before, and still listed');
  return detour('absence-pending', 'destroy is accepted at last');
}

function closeAll(lease: LeaseIn<'ending'>, proof: AbsenceProof, now: EpochMs): Lease {
  let next: Lease = lease;
  for (const attempt of lease.attempts) {
    if (isUnanswered(attempt)) next = withAttempt(next, closeNeverCreated(attempt, proof));
    if (attempt.state === 'retiring') next = withAttempt(next, closeAttempt(attempt, proof));
  }
  const reason = 'two complete listings, far enough apart, show none of its machines';
  return note(next, { type: 'absence-proved', reason }, now);
}

function judged(lease: LeaseIn<'ending'>, verdict: AbsenceVerdict, now: EpochMs) {
  if (verdict.kind === 'proved') {
    return { commit: closeAll(lease, verdict.proof, now), result: done(null) };
  }
  const commit = { ...lease, absentSince: verdict.absentSince };
  const reason = 'a first complete listing shows none of its machines; a second has to agree';
  const first = lease.absentSince === null && verdict.absentSince !== null;
  return {
    commit: first ? note(commit, { type: 'absence-first-seen', reason }, now) : commit,
    result: detour('absence-pending', 'not yet two complete listings far enough apart'),
  };
}

async function judgeAbsence(
  ports: ProveAbsencePorts,
  lease: Lease,
  listing: LeaseListing,
): Promise<StepOutcome> {
  const { result } = await changeLease<StepOutcome>(ports, lease.id, (current, now) => {
    if (current.state !== 'ending') return { commit: null, result: done(null) };
    const notBefore = absenceFloor(current.attempts);
    if (notBefore === null) {
      return { commit: null, result: detour('still-present', 'no destroy is accepted yet') };
    }
    const { absentSince } = current;
    const evidence = { notBefore, absentSince, listLag: listLagOf(ports, current) };
    return judged(current, proveAbsence(evidence, listing.listedAt), now);
  });
  return result;
}

/** A round is progress, even one that fails: its execution lives, and needs no other beside it. */
async function showLife(ports: ProveAbsencePorts, lease: Lease): Promise<void> {
  const { teardownPause, due } = policy.step;
  const spare = durationMs(due / 2);
  if (between(ports.clock.now(), lease.dueBy) > teardownPause + spare) return;
  await changeLease(ports, lease.id, (current) => ({
    commit: current.state === 'ending' ? current : null,
    result: null,
  }));
}

/**
 * One round. Safe to repeat. Detours: absence-pending and still-present (come again),
 * teardown-overdue (hand over to the sweep), superseded. Throws what list and destroy throw,
 * StoreDown, Conflict: an error is unknown, never absent.
 */
export function createProveAbsence(ports: ProveAbsencePorts) {
  return async (input: ProveInput): Promise<StepOutcome> => {
    const lease = await loadLease(ports, input.leaseId);
    const superseded = supersededBy(lease, input);
    if (superseded !== null) return superseded;
    if (lease.state !== 'ending' || proofOf(lease.attempts) !== null) return done(null);
    if (between(input.startedAt, ports.clock.now()) > policy.teardown.handOverAfter) {
      return detour('teardown-overdue', 'no proof of absence in time; the sweep goes on');
    }
    await showLife(ports, lease);
    const open = lease.attempts.filter((attempt) => !isClosed(attempt));
    const names = open.map((attempt) => attempt.offer.provider);
    const listing = await listLease(ports, lease, names);
    const lag = listLagOf(ports, lease);
    const present = listing.present.filter(({ owner }) => {
      const attempt = lease.attempts.find(({ number }) => number === owner.attempt);
      return !isWithinListLag(attempt, listing.listedAt, lag);
    });
    if (present.length > 0) {
      return destroyAgain(ports, lease, { present, listedAt: listing.listedAt });
    }
    if (listing.present.length > 0) {
      await forgetAbsence(ports, lease);
      return detour('absence-pending', 'destroyed so lately that the listing may lag');
    }
    for (const target of targetsToDestroy(lease)) await destroyTarget(ports, target);
    return judgeAbsence(ports, lease, listing);
  };
}
