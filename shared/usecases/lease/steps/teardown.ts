// What teardown of a lease and retirement of an attempt have in common: destroying machines, and
// reading listings for what is left. Destroy is asked for as often as a machine shows.

import { errorInWords } from '../../../core/base/failure.ts';
import type { InstanceId, LeaseId } from '../../../core/base/ids.ts';
import { between, type DurationMs, type EpochMs } from '../../../core/base/time.ts';
import {
  type Attempt,
  type AttemptIn,
  type AttemptReason,
  isHolding,
  isUnanswered,
} from '../../../core/instance/attempt.ts';
import {
  acceptDestroy,
  confirmAttempt,
  observeRunning,
  recordMissing,
  recordSighting,
  reopenDestroy,
  retireAttempt,
} from '../../../core/instance/attempt-moves.ts';
import type { Instance } from '../../../core/instance/instance.ts';
import type { Lease } from '../../../core/lease/lease.ts';
import { note, withAttempt } from '../../../core/lease/lease-moves.ts';
import { changeLease, type Records } from '../../common/change-lease.ts';
import { type LastKnown, lastKnown, type SightPorts } from '../../common/last-known.ts';
import type { Providers, Sighting } from '../../common/listing.ts';

export type TeardownPorts = Records &
  SightPorts & {
    readonly providers: Providers;
  };

/** An attempt's machine that has to go. */
export type Target = {
  readonly leaseId: LeaseId;
  readonly attempt: number;
  readonly provider: Parameters<Providers>[0];
  readonly instanceId: InstanceId;
  readonly reason: AttemptReason;
};

const WORDS = { accepted: 'accepted', absent: 'the provider does not know the instance' } as const;

type Destroyed = Target & {
  readonly how: keyof typeof WORDS;
  /** What is known of the machine now that it is over. */
  readonly last: LastKnown;
};

function destroyed(lease: Lease, target: Destroyed, now: EpochMs): Lease {
  const attempt = lease.attempts.find(({ number }) => number === target.attempt);
  if (attempt === undefined || !isHolding(attempt)) return lease;
  const retiring = retireAttempt(attempt, target.reason);
  if (retiring.destroyAcceptedAt !== null) return lease;
  const reason = `destroy of ${target.instanceId}: ${WORDS[target.how]}; absence is to be proved`;
  const { usage, seenAt } = target.last;
  const over =
    target.how === 'absent' ? recordMissing(retiring, seenAt, now) : acceptDestroy(retiring, now);
  const next = withAttempt(lease, { ...over, usage: usage ?? over.usage });
  return note(next, { type: 'destroy-accepted', reason }, now);
}

/** Says on the lease why its machine still runs. */
async function refused(ports: TeardownPorts, target: Target, error: unknown): Promise<void> {
  const cause = errorInWords(error);
  const reason = `destroy of ${target.instanceId} failed, it may still run: ${cause}`;
  await changeLease(ports, target.leaseId, (lease, now) => {
    const told = note(lease, { type: 'destroy-failed', reason }, now);
    return { commit: lease.state === 'ended' ? null : asked(told, target, now), result: null };
  });
}

/**
 * Nobody said that the machine is gone, so it was there when it was first asked to go. Should that
 * call have taken effect unheard, then the next finds nothing, and this is when it went.
 */
function asked(lease: Lease, target: Target, now: EpochMs): Lease {
  const attempt = lease.attempts.find(({ number }) => number === target.attempt);
  if (attempt === undefined || !isHolding(attempt) || attempt.lastSeenAt !== null) return lease;
  return withAttempt(lease, recordSighting(attempt, now));
}

/**
 * Asks the provider to destroy one machine and records the acceptance. Safe to repeat. Throws what
 * destroy throws: then the machine still runs, its charge runs on, and the caller comes again.
 */
export async function destroyTarget(ports: TeardownPorts, target: Target): Promise<Lease> {
  const provider = ports.providers(target.provider);
  const [answer] = await Promise.allSettled([provider.destroy(target.instanceId)]);
  if (answer.status === 'rejected') {
    await refused(ports, target, answer.reason);
    throw answer.reason;
  }
  const how = answer.value;
  const last = await lastKnown(ports, target);
  const { lease } = await changeLease(ports, target.leaseId, (current, now) => {
    const next = destroyed(current, { ...target, how, last: last(current) }, now);
    return { commit: next === current ? null : next, result: null };
  });
  return lease;
}

/** The machines of `lease` that are not proved absent. */
export function destroyTargets(lease: Lease): readonly Target[] {
  return lease.attempts.filter(isHolding).map((attempt) => targetOf(lease, attempt));
}

/** Those of them whose destroy was never accepted. */
export function targetsToDestroy(lease: Lease): readonly Target[] {
  const accepted = lease.attempts.flatMap((attempt) =>
    attempt.state === 'retiring' && attempt.destroyAcceptedAt !== null ? [attempt.number] : [],
  );
  return destroyTargets(lease).filter(({ attempt }) => !accepted.includes(attempt));
}

function targetOf(lease: Lease, attempt: AttemptIn<'created' | 'retiring'>): Target {
  return {
    leaseId: lease.id,
    attempt: attempt.number,
    provider: attempt.offer.provider,
    instanceId: attempt.instanceId,
    reason: attempt.state === 'retiring' ? attempt.reason : 'lease-ended',
  };
}

/** An unanswered attempt whose machine shows now is known from here on. */
export function adopt(lease: Lease, { instance, owner }: Sighting, now: EpochMs): Lease {
  const attempt = lease.attempts.find(({ number }) => number === owner.attempt);
  if (attempt === undefined || !isUnanswered(attempt)) return lease;
  const created = withAttempt(lease, confirmAttempt(attempt, instance.id, attempt.recordedAt));
  const reason = `found by its tag while ending: instance ${instance.id}`;
  return note(created, { type: 'instance-found', reason }, now);
}

/**
 * A machine that shall go is still there: its time is charged on, also if nobody saw it begin to
 * run, and it has to be destroyed again.
 */
export function observeStillPresent(
  lease: Lease,
  attempt: number,
  { instance, at }: { readonly instance: Instance; readonly at: EpochMs },
): Lease {
  const mine = lease.attempts.find(({ number }) => number === attempt);
  if (mine === undefined || !isHolding(mine)) return lease;
  const shown = recordSighting(mine, at);
  const doubted = shown.state === 'retiring' ? reopenDestroy(shown) : shown;
  if (instance.status !== 'running') return withAttempt(lease, doubted);
  const seen = { since: mine.createdAt, rate: instance.rate };
  return withAttempt(lease, observeRunning(doubted, seen));
}

/** Whether the machine was destroyed so lately that the listing may only lag behind. */
export function isWithinListLag(
  attempt: Attempt | undefined,
  listedAt: EpochMs,
  lag: DurationMs,
): boolean {
  const accepted = attempt?.state === 'retiring' ? attempt.destroyAcceptedAt : null;
  return accepted !== null && between(accepted, listedAt) < lag;
}
