// What a sweep finds about leases and holds: each open lease and each hold gets exactly one
// finding. Open leases are read before the listing, so that a missing instance is not one created
// after the listing. Every finding is decided again on the current lease when it is acted upon.

import { isCrowd } from '../base/crowd.ts';
import type { ConsumerId, InstanceId, LeaseId } from '../base/ids.ts';
import type { MicroUsd } from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import type { ProviderName } from '../base/providers.ts';
import { after, between, type DurationMs, durationMs, type EpochMs, times } from '../base/time.ts';
import { type Attempt, isClosed } from '../instance/attempt.ts';
import type { SshEndpoint } from '../instance/instance.ts';
import { hasHeartbeats, type Pulse } from '../instance/pulse.ts';
import { hasOtherAddress } from '../lease/address.ts';
import { trimmedHold } from '../lease/extension.ts';
import { currentAttempt, isOver, type Lease, type LeaseIn } from '../lease/lease.ts';
import { hasOutbox } from '../lease/outbox.ts';
import { isWaitingInVain, isWorkLate } from '../lease/park.ts';
import { changesPrice, isDoubtful, type RateReading } from '../lease/price.ts';
import { outgrownHold, spendingEnd } from '../lease/spend.ts';
import { unansweredOf } from '../lease/work-moves.ts';
import type { Hold } from '../ledger/account.ts';
import { type SeenInstance, type Suspicion, suspect } from './instance-findings.ts';
import type { Sightings } from './record.ts';

/** The instances of a complete listing, started after the open leases were read. */
export type ListingView = {
  readonly listedAt: EpochMs;
  /** How long the provider's listing may lag behind its instances. */
  readonly listLag: DurationMs;
  readonly instances: ReadonlyMap<InstanceId, SeenInstance>;
  /** Whether the listing was made under the account that the attempt was made under. */
  readonly isAbout: (attempt: Attempt) => boolean;
};

/** Open leases, read before a complete listing, and the other records. */
export type LeasesView = {
  /** When the sweep started. */
  readonly now: EpochMs;
  /** Null when the listing failed: then there are no findings about instances. */
  readonly listing: ListingView | null;
  readonly open: readonly Lease[];
  /** The pulses of leases that wait or send heartbeats. */
  readonly pulses: ReadonlyMap<LeaseId, Pulse>;
  /** Names of the running executions; null when they could not be read. */
  readonly running: ReadonlySet<string> | null;
  readonly earlier: Sightings;
};

type LeaseFinding =
  | { readonly kind: 'ok' | 'overdue' | 'lost-wake' | 'stuck-step' | 'pending-outbox' }
  /** Its workflow waits for an answer that was not sent; or its work's message may be lost. */
  | { readonly kind: 'unanswered-work' | 'late-work' }
  /** The lease has reached its spending limit; or, while it ends, it costs more than its hold. */
  | { readonly kind: 'overspent' | 'hold-outgrown' }
  /** Its instance has another rate than before; alone, an absurd one is doubtful. */
  | { readonly kind: 'price-read'; readonly reading: RateReading; readonly doubtful: boolean }
  /** Its provider reports that the boot of its instance failed. */
  | { readonly kind: 'boot-failed' }
  /** Its instance has other SSH endpoints than before. */
  | { readonly kind: 'address-read'; readonly ssh: readonly SshEndpoint[] }
  /** Its instance was stopped by the provider or host. */
  | { readonly kind: 'interrupted'; readonly why: string }
  /** Its instance is not listed: for the first time, or again. */
  | { readonly kind: 'ghost-seen' | 'ghost'; readonly suspicion: Suspicion }
  /** Its instance was missing and is listed again. */
  | { readonly kind: 'shown-again' }
  /** The listing was made under another account: it says nothing about the instance. */
  | { readonly kind: 'other-account' }
  /** Its execution does not run: for the first time, or for long enough. */
  | { readonly kind: 'unguided-seen' | 'lost-execution'; readonly suspicion: Suspicion };

export type FoundLease = LeaseFinding & { readonly lease: Lease };

/** The name of the current execution of a lease. */
export const executionOf = ({ id, generation }: Lease): string => `${id}-${generation}`;

/** The prefix of suspicions that do not depend on a listing. */
export const EXECUTION = 'execution:';

/** Whether the sweep of `provider` covers the lease. */
export function isSweptWith(lease: Lease, provider: ProviderName): boolean {
  const open = lease.attempts.filter((attempt) => !isClosed(attempt));
  return open.length === 0 || open.some(({ offer }) => offer.provider === provider);
}

/** A boot that failed: its lease waits for a heartbeat that never comes. */
function bootFinding(
  lease: LeaseIn<'booting'>,
  { pulses }: LeasesView,
  { instances }: ListingView,
): LeaseFinding | null {
  const attempt = currentAttempt(lease);
  if (attempt?.state !== 'created' || pulses.get(lease.id)?.wait !== 'ready') return null;
  const instance = instances.get(attempt.instanceId);
  const isOwn = instance?.owner?.leaseId === lease.id && instance.doubt === null;
  return isOwn && instance.halted !== null ? { kind: 'boot-failed' } : null;
}

function instanceFinding(lease: Lease, view: LeasesView): LeaseFinding | null {
  const { listing, earlier } = view;
  if (listing === null) return null;
  if (lease.state === 'booting') return bootFinding(lease, view, listing);
  if (lease.state !== 'active') return null;
  const attempt = currentAttempt(lease);
  const instance = listing.instances.get(lease.instanceId);
  const isOwn = instance?.owner?.leaseId === lease.id;
  if (instance?.doubt === 'doubtful') return null;
  if (!isOwn && attempt !== undefined && !listing.isAbout(attempt)) {
    return { kind: 'other-account' };
  }
  if (instance !== undefined && isOwn) {
    if (lease.missingSince !== null) return { kind: 'shown-again' };
    if (instance.halted !== null) return { kind: 'interrupted', why: instance.halted };
    const reading = { rate: instance.rate, at: listing.listedAt };
    if (changesPrice(lease, reading)) {
      return { kind: 'price-read', reading, doubtful: isDoubtful(lease, reading) };
    }
    return hasOtherAddress(lease, instance.ssh)
      ? { kind: 'address-read', ssh: instance.ssh }
      : null;
  }
  // The lease became active too recently for the instance to be listed: only after a very fast
  // boot.
  if (between(lease.activeAt, listing.listedAt) < listing.listLag) return null;
  const suspicion = suspect(earlier, `lease:${lease.id}`, listing.listedAt);
  const pulse = view.pulses.get(lease.id);
  const isHeard = pulse !== undefined && hasHeartbeats(pulse);
  const tooEarly = isHeard && between(suspicion.since, listing.listedAt) < policy.sweep.missingWait;
  return { kind: suspicion.again && !tooEarly ? 'ghost' : 'ghost-seen', suspicion };
}

const isGhost = ({ kind }: FoundLease): boolean => kind === 'ghost' || kind === 'ghost-seen';

/** How many instances are missing at once, when they are a crowd; 0 when they are few. */
export function missingCrowd(found: readonly FoundLease[]): number {
  const missing = found.filter(isGhost).length;
  const held = found.filter(({ lease }) => lease.state === 'active').length;
  return isCrowd(missing, held) ? missing : 0;
}

/** When many are missing at once, each of them must be missing for longer. */
function delayCrowd(found: readonly FoundLease[], now: EpochMs): readonly FoundLease[] {
  if (missingCrowd(found) === 0) return found;
  return found.map((each) => {
    if (each.kind !== 'ghost') return each;
    const long = between(each.suspicion.since, now) >= policy.sweep.missingCrowdWait;
    return long ? each : { ...each, kind: 'ghost-seen' as const };
  });
}

/**
 * A missing execution. The time until it counts as lost grows with the generation: from one sweep
 * interval up to the longest teardown pause.
 */
function executionFinding(lease: Lease, view: LeasesView): LeaseFinding | null {
  if (view.running === null || view.running.has(executionOf(lease))) return null;
  const suspicion = suspect(view.earlier, `${EXECUTION}${executionOf(lease)}`, view.now);
  const patience = Math.min(
    times(policy.sweep.minSightingGap, lease.generation),
    policy.step.teardownPause,
  );
  const lost = between(suspicion.since, view.now) >= durationMs(patience);
  return { kind: lost ? 'lost-execution' : 'unguided-seen', suspicion };
}

/** Whether the parked token should have been answered. */
function missesWake(lease: Lease, view: LeasesView): boolean {
  const pulse = view.pulses.get(lease.id);
  if (pulse === undefined || pulse.over || pulse.token === null) return false;
  if (lease.state === 'ending') {
    return between(lease.endingAt, view.now) >= policy.sweep.wakeAfter;
  }
  if (lease.state !== 'booting' || pulse.wait !== 'ready' || pulse.readyAt === null) return false;
  const mine = pulse.attempt === currentAttempt(lease)?.number;
  return mine && between(pulse.readyAt, view.now) >= policy.sweep.wakeAfter;
}

function moneyFinding(lease: Lease, { pulses, now }: LeasesView): LeaseFinding | null {
  const pulse = pulses.get(lease.id) ?? null;
  if (lease.state === 'ending') {
    return outgrownHold(lease, pulse, now) === null ? null : { kind: 'hold-outgrown' };
  }
  return spendingEnd(lease, pulse, now) === null ? null : { kind: 'overspent' };
}

function findingOf(lease: Lease, view: LeasesView): LeaseFinding {
  const { now } = view;
  if (lease.state === 'ended') return { kind: hasOutbox(lease) ? 'pending-outbox' : 'ok' };
  if (!isOver(lease) && now >= after(lease.deadline, policy.sweep.overdueAfter)) {
    return { kind: 'overdue' };
  }
  const found =
    moneyFinding(lease, view) ?? instanceFinding(lease, view) ?? executionFinding(lease, view);
  if (found !== null) return found;
  if (unansweredOf(lease) !== null) return { kind: 'unanswered-work' };
  // An answered token looks like a waiting one. A stuck step comes first: its action also wakes the
  // workflow.
  if (now >= lease.dueBy) return { kind: 'stuck-step' };
  if (isWaitingInVain(lease)) return { kind: 'lost-wake' };
  if (isWorkLate(lease, now)) return { kind: 'late-work' };
  if (missesWake(lease, view)) return { kind: 'lost-wake' };
  return { kind: hasOutbox(lease) ? 'pending-outbox' : 'ok' };
}

/** One finding for each open lease, in their order. */
export function findLeases(view: LeasesView): readonly FoundLease[] {
  return delayCrowd(
    view.open.map((lease) => ({ lease, ...findingOf(lease, view) })),
    view.now,
  );
}

/** A hold on an account, and its lease, read after the account. */
export type HeldFor = {
  readonly consumer: ConsumerId;
  readonly leaseId: LeaseId;
  readonly hold: Hold;
  readonly lease: Lease | null;
};

type HoldFinding =
  | { readonly kind: 'ok' | 'hold-without-lease' | 'hold-of-closed-lease' }
  /** An extension raised it and was not committed. */
  | { readonly kind: 'hold-left-raised'; readonly to: MicroUsd };

export type FoundHold = HoldFinding & { readonly held: HeldFor };

function findingOfHold({ hold, lease }: HeldFor, now: EpochMs): HoldFinding {
  const { maxHoldAlone } = policy.sweep;
  if (lease === null) {
    return { kind: between(hold.placedAt, now) > maxHoldAlone ? 'hold-without-lease' : 'ok' };
  }
  const to = trimmedHold(lease, hold, now);
  if (to !== null) return { kind: 'hold-left-raised', to };
  const closed = lease.state === 'ended' && !hasOutbox(lease);
  const long = closed && between(lease.endedAt, now) > maxHoldAlone;
  return { kind: long ? 'hold-of-closed-lease' : 'ok' };
}

/** One finding for each hold. */
export function findHolds(holds: readonly HeldFor[], now: EpochMs): readonly FoundHold[] {
  return holds.map((held) => ({ held, ...findingOfHold(held, now) }));
}
