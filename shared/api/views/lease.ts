// The replies for leases. A view never has a secret: no env, token, tag or hash.

import { Failure } from '../../core/base/failure.ts';
import { microUsd } from '../../core/base/money.ts';
import { policy } from '../../core/base/policy/policy.ts';
import { type EpochMs, isoTime } from '../../core/base/time.ts';
import type { AbsenceProof } from '../../core/instance/absence.ts';
import type { ExtensionRefusal } from '../../core/lease/extension.ts';
import type { HeartbeatReply as HeartbeatOutcome } from '../../core/lease/heartbeat.ts';
import { currentAttempt, isOver, type Lease, type LeaseEvent } from '../../core/lease/lease.ts';
import type { QueuePlace } from '../../core/lease/queue-place.ts';
import type { ExtendOutcome } from '../../usecases/lease/extend-lease.ts';
import type { LeasePage } from '../../usecases/lease/read-lease.ts';
import type { RequestLeaseOutcome } from '../../usecases/lease/request-lease.ts';
import type {
  EventsReply,
  HeartbeatReply,
  LeaseReply,
  LeasesReply,
} from '../contract/replies/lease.ts';
import type { Cursors } from '../cursor.ts';
import { refuseHold } from '../problem.ts';
import { offerView } from './menu.ts';

const shown = (instant: EpochMs | null): string | null =>
  instant === null ? null : isoTime(instant);

/** What the caller can do with the lease now. */
function abilities(lease: Lease): LeaseReply['can'] {
  if (isOver(lease)) return [];
  return lease.state === 'active' ? ['extend', 'heartbeat', 'release'] : ['release'];
}

/** The reply for one lease. */
export function leaseView(lease: Lease, place: QueuePlace | null = null): LeaseReply {
  const attempt = currentAttempt(lease);
  const { terms, hold } = lease;
  const active = lease.state === 'active' ? lease : null;
  const over = isOver(lease) ? lease : null;
  const ended = lease.state === 'ended' ? lease : null;
  return {
    id: lease.id,
    state: lease.state,
    endReason: over?.reason ?? null,
    requestedAt: isoTime(lease.requestedAt),
    activeAt: shown(active?.activeAt ?? over?.activeAt ?? null),
    endsAt: active === null ? null : isoTime(active.deadline),
    endedAt: shown(ended?.endedAt ?? null),
    silenceLimitSeconds: terms.silenceLimit / 1_000,
    liveness: terms.liveness,
    queue: place === null ? null : queueView(place),
    attempts: lease.attempts.length,
    offer: attempt === undefined ? null : offerView(attempt.offer, terms.requirement.diskGb),
    ssh: active?.ssh ?? [],
    sshHostKey: active?.facts?.sshHostKey ?? null,
    holdMicroUsd: ended === null ? hold.amountMicroUsd : microUsd(0),
    chargedMicroUsd: ended?.chargedMicroUsd ?? null,
    absenceProof: ended === null ? null : proofView(ended.proof),
    can: abilities(lease),
  };
}

const queueView = ({ provider, position, forecast }: QueuePlace) => ({
  ...{ provider, position, aboutSeconds: Math.ceil(forecast / 1_000) },
});

function proofView(proof: AbsenceProof): LeaseReply['absenceProof'] {
  switch (proof.by) {
    case 'listings': {
      const { by, from, until } = proof;
      return { by, firstListingAt: isoTime(from), secondListingAt: isoTime(until) };
    }
    case 'nothing-created':
      return { by: proof.by };
    case 'attested': {
      const { by, who, why, at } = proof;
      return { by, who, why, at: isoTime(at) };
    }
  }
}

export function leasesView({ leases, next, unreadable }: LeasePage, cursors: Cursors): LeasesReply {
  return {
    leases: leases.map((lease) => leaseView(lease)),
    unreadable: [...unreadable],
    nextCursor: cursors.write(next),
  };
}

/** The cursor of the last page stays valid, since a lease may have more events later. */
export function eventsView(
  events: readonly LeaseEvent[],
  after: number,
  cursors: Cursors,
): EventsReply {
  return {
    events: events.map((event) => ({ ...event, at: isoTime(event.at) })),
    nextCursor: cursors.write({ seq: events.at(-1)?.seq ?? after }),
  };
}

/** The accepted lease. Throws a problem with the limit and its room when the hold is refused. */
export function acceptedView(outcome: RequestLeaseOutcome): LeaseReply {
  if (outcome.kind === 'accepted') return leaseView(outcome.lease);
  return refuseHold(outcome.refusal);
}

function refused(refusal: ExtensionRefusal): never {
  if (!('latest' in refusal)) return refuseHold(refusal);
  const { limit } = refusal;
  const cause =
    limit === 'lease-duration'
      ? 'the maximum duration, unless an operator approves an extension'
      : 'the end of the offer';
  const message = `the lease can last until ${isoTime(refusal.latest)} at the latest: ${cause}`;
  throw new Failure('OverBudget', message, { limit });
}

/** The lease with its new end. Throws a problem with the limit when the extension is refused. */
export function extendedView(outcome: ExtendOutcome): LeaseReply {
  switch (outcome.kind) {
    case 'extended':
      return leaseView(outcome.lease);
    case 'refused':
      return refused(outcome.refusal);
    case 'not-active':
      throw new Failure('NotActive', `the lease can't be extended: ${outcome.why}`);
    case 'key-reused': {
      const message = 'Idempotency-Key: was used for another extension; use a new key';
      throw new Failure('KeyReused', message, { field: 'Idempotency-Key' });
    }
  }
}

/** The reply to a heartbeat. It doesn't reveal to other consumers whether a lease exists. */
export function heartbeatView(reply: HeartbeatOutcome): HeartbeatReply {
  switch (reply.kind) {
    case 'carry-on':
      return {
        carryOn: true,
        endsAt: isoTime(reply.endsAt),
        secondsLeft: Math.floor(reply.left / 1_000),
        nextHeartbeatBy: isoTime(reply.nextBy),
        everySeconds: policy.heartbeat.every / 1_000,
      };
    case 'stop':
      return { carryOn: false, reason: reply.reason };
    case 'replayed':
      throw new Failure(
        'Replayed',
        'number: must be greater than the number of the last heartbeat',
        {
          field: 'number',
        },
      );
    case 'unknown-lease':
      throw new Failure('NotFound', 'lease not found', { field: 'id' });
    case 'too-early':
      throw new Failure(
        'Conflict',
        'the lease has no instance yet: send the heartbeat again later',
      );
  }
}
