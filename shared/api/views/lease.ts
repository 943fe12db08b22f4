// What callers get to see. A view never holds a secret: no env, no token, no tag, no hash.

import { Failure } from '../../core/base/failure.ts';
import { policy } from '../../core/base/policy/policy.ts';
import { between, type DurationMs, type EpochMs, isoTime } from '../../core/base/time.ts';
import { allInRate, type Offer } from '../../core/instance/offer.ts';
import { currentAttempt, isOver, type Lease, type LeaseEvent } from '../../core/lease/lease.ts';
import type { LeasePage } from '../../usecases/lease/read-lease.ts';
import type { HeartbeatReply } from '../../usecases/lease/record-heartbeat.ts';
import type { RequestLeaseOutcome } from '../../usecases/lease/request-lease.ts';
import type { ListedOffer, OfferPage } from '../../usecases/menu/list-offers.ts';
import type { Health } from '../../usecases/operations/read-health.ts';
import { writeCursor } from '../cursor.ts';
import { refuse } from './refusal.ts';

const shown = (instant: EpochMs | null): string | null =>
  instant === null ? null : isoTime(instant);

function offerView(offer: Offer, diskGb: number) {
  return {
    id: offer.id,
    provider: offer.provider,
    gpuName: offer.gpuName,
    gpuCount: offer.gpuCount,
    vramGb: offer.vramGb,
    country: offer.country,
    reliabilityPermille: offer.reliabilityPermille,
    microUsdPerHour: allInRate(offer, diskGb),
    gpuMicroUsdPerHour: offer.gpuMicroUsdPerHour,
    diskMicroUsdPerGbHour: offer.diskMicroUsdPerGbHour,
    uploadMicroUsdPerGb: offer.uploadMicroUsdPerGb,
    downloadMicroUsdPerGb: offer.downloadMicroUsdPerGb,
  };
}

/** An offer with its age at `now`. */
export function listedOfferView({ offer, observedAt }: ListedOffer, diskGb: number, now: EpochMs) {
  const ageSeconds = Math.round(between(observedAt, now) / 1_000);
  return { ...offerView(offer, diskGb), ageSeconds };
}

export function offersView(page: OfferPage, diskGb: number, now: EpochMs) {
  return {
    offers: page.offers.map((seen) => listedOfferView(seen, diskGb, now)),
    nextCursor: writeCursor(page.next),
  };
}

/** What the caller can do with the lease now. */
function abilities(lease: Lease): readonly string[] {
  if (isOver(lease)) return [];
  return lease.state === 'active' ? ['extend', 'heartbeat', 'release'] : ['release'];
}

/** A lease as its consumer sees it. */
export function leaseView(lease: Lease) {
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
    attempts: lease.attempts.length,
    offer: attempt === undefined ? null : offerView(attempt.offer, terms.requirement.diskGb),
    ssh: active?.ssh ?? [],
    sshHostKey: active?.facts?.sshHostKey ?? null,
    holdMicroUsd: ended === null ? hold.amountMicroUsd : 0,
    chargedMicroUsd: ended?.chargedMicroUsd ?? null,
    absenceProof: ended === null ? null : proofView(ended.proof),
    can: abilities(lease),
  };
}

function proofView(proof: { readonly from: EpochMs | null; readonly until: EpochMs | null }) {
  return { firstListingAt: shown(proof.from), secondListingAt: shown(proof.until) };
}

export function leasesView({ leases, next }: LeasePage) {
  return { leases: leases.map(leaseView), nextCursor: writeCursor(next) };
}

/** Events go on while a lease lives: the cursor of the last page stays good to ask again. */
export function eventsView(events: readonly LeaseEvent[], after: number) {
  return {
    events: events.map((event) => ({ ...event, at: isoTime(event.at) })),
    nextCursor: writeCursor({ seq: events.at(-1)?.seq ?? after }),
  };
}

const secondsOf = (age: DurationMs | null): number | null =>
  age === null ? null : Math.round(age / 1_000);

/**
 * `degraded` when any menu is missing or too old to choose from, or when sweeps began and none saw
 * every machine for so long that the next ones must have failed, too.
 */
export function healthView({ menus, sweeps }: Health) {
  const swept = sweeps.every(({ age }) => age === null || age <= policy.sweep.staleAfter);
  return {
    status: swept && menus.every(({ usable }) => usable) ? 'ok' : 'degraded',
    menus: menus.map(({ provider, age, offers, usable }) => ({
      provider,
      offers,
      usable,
      ageSeconds: secondsOf(age),
    })),
    sweeps: sweeps.map(({ provider, age, failure }) => ({
      provider,
      failure,
      ageSeconds: secondsOf(age),
    })),
  };
}

/** The accepted lease; a refusal is a problem that names the limit and its room. */
export function acceptedView(outcome: RequestLeaseOutcome) {
  if (outcome.kind === 'accepted') return leaseView(outcome.lease);
  return refuse(outcome.refusal);
}

/** What a heartbeat is answered. Nothing here tells a stranger whether a lease exists. */
export function heartbeatView(reply: HeartbeatReply) {
  switch (reply.kind) {
    case 'carry-on':
      return {
        carryOn: true,
        endsAt: isoTime(reply.endsAt),
        // Machines count seconds: their clocks are wrong more often than not.
        secondsLeft: Math.floor(reply.left / 1_000),
        everySeconds: policy.heartbeat.every / 1_000,
      };
    case 'stop':
      return { carryOn: false, reason: reply.reason };
    case 'replayed':
      throw new Failure('Replayed', 'this beat was heard before: send a greater number', {
        field: 'number',
      });
    case 'unknown-lease':
      throw new Failure('NotFound', 'there is no such lease', { field: 'id' });
    case 'too-early':
      throw new Failure('Conflict', 'the lease has no machine yet: beat again later');
  }
}
