// What a sweep finds about leases and holds: each open lease and each hold gets exactly one
// finding. Open leases are read before the listing, so that one that misses its instance there is
// no newborn. All of it is decided again on the lease as it is when it is acted upon.

import type { ConsumerId, InstanceId, LeaseId } from '../base/ids.ts';
import type { MicroUsd, MicroUsdPerHour } from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import type { ProviderName } from '../base/providers.ts';
import { after, between, type DurationMs, durationMs, type EpochMs, times } from '../base/time.ts';
import { isClosed } from '../instance/attempt.ts';
import { allInRate } from '../instance/offer.ts';
import type { Pulse } from '../instance/pulse.ts';
import { trimmedHold } from '../lease/extension.ts';
import { currentAttempt, isOver, type Lease } from '../lease/lease.ts';
import { hasOutbox } from '../lease/outbox.ts';
import { outgrownHold, spendingEnd } from '../lease/spend.ts';
import type { Hold } from '../ledger/account.ts';
import { type SeenInstance, type Suspicion, suspect } from './instance-findings.ts';
import type { Sightings } from './record.ts';

/** The instances of a complete listing, started after the open leases were read. */
export type ListingView = {
  readonly listedAt: EpochMs;
  /** How long the provider's listing may lag behind its instances. */
  readonly listLag: DurationMs;
  readonly instances: ReadonlyMap<InstanceId, SeenInstance>;
};

/** Open leases as they were before a complete listing, with what else was read. */
export type LeasesView = {
  /** When the sweep started. */
  readonly now: EpochMs;
  /** Null when the provider couldn't be listed: then nothing is known of instances. */
  readonly listing: ListingView | null;
  readonly open: readonly Lease[];
  /** Of leases that wait or heartbeat. */
  readonly pulses: ReadonlyMap<LeaseId, Pulse>;
  /** Names of the executions that run; null when the engine couldn't tell. */
  readonly running: ReadonlySet<string> | null;
  readonly earlier: Sightings;
};

type LeaseFinding =
  | { readonly kind: 'ok' | 'overdue' | 'lost-wake' | 'stuck-step' | 'pending-outbox' }
  /** It has cost all it may; or, while it ends, more than is held for it. */
  | { readonly kind: 'overspent' | 'hold-outgrown' }
  /** Its instance says that it costs more than it did. */
  | { readonly kind: 'price-rose'; readonly rate: MicroUsdPerHour }
  /** Its instance was stopped by others and serves no more. */
  | { readonly kind: 'interrupted'; readonly why: string }
  /** Its instance isn't listed: seen so once, or again. */
  | { readonly kind: 'ghost-seen' | 'ghost'; readonly suspicion: Suspicion }
  /** Nothing drives it: seen so once, or for long enough. */
  | { readonly kind: 'unguided-seen' | 'lost-execution'; readonly suspicion: Suspicion };

export type FoundLease = LeaseFinding & { readonly lease: Lease };

/** The name of the execution that drives a lease now. */
export const executionOf = ({ id, generation }: Lease): string => `${id}-${generation}`;

/** Suspicions that start so don't rest on a listing. */
export const EXECUTION = 'execution:';

/** Whether the sweep of `provider` is the one to look after the lease. */
export function isSweptWith(lease: Lease, provider: ProviderName): boolean {
  const open = lease.attempts.filter((attempt) => !isClosed(attempt));
  return open.length === 0 || open.some(({ offer }) => offer.provider === provider);
}

/** The rate that its instance asks for now, when it is more than any before; null when it isn't. */
export function raisedRate(lease: Lease, rate: MicroUsdPerHour | null): MicroUsdPerHour | null {
  const attempt = currentAttempt(lease);
  if (attempt?.state !== 'created' || rate === null) return null;
  const known = attempt.observedRate ?? allInRate(attempt.offer, lease.terms.requirement.diskGb);
  return rate > known ? rate : null;
}

function instanceFinding(lease: Lease, view: LeasesView): LeaseFinding | null {
  const { listing, earlier } = view;
  if (lease.state !== 'active' || listing === null) return null;
  const instance = listing.instances.get(lease.instanceId);
  if (instance !== undefined) {
    if (instance.halted !== null) return { kind: 'interrupted', why: instance.halted };
    const rate = raisedRate(lease, instance.rate);
    return rate === null ? null : { kind: 'price-rose', rate };
  }
  // Born too lately to be listed, which only a very fast boot can bring about.
  if (between(lease.activeAt, listing.listedAt) < listing.listLag) return null;
  const suspicion = suspect(earlier, `lease:${lease.id}`, listing.listedAt);
  return { kind: suspicion.again ? 'ghost' : 'ghost-seen', suspicion };
}

/**
 * An execution that is missed for longer the more of them were started in vain: from one sweep to
 * the next at first, up to the longest pause of teardown.
 */
function executionFinding(lease: Lease, view: LeasesView): LeaseFinding | null {
  if (view.running === null || view.running.has(executionOf(lease))) return null;
  const suspicion = suspect(view.earlier, `${EXECUTION}${executionOf(lease)}`, view.now);
  const patience = Math.min(times(policy.sweep.apart, lease.generation), policy.step.teardownPause);
  const lost = between(suspicion.since, view.now) >= durationMs(patience);
  return { kind: lost ? 'lost-execution' : 'unguided-seen', suspicion };
}

/** Whether its parked token should have been answered by now. */
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
  // A token that was answered looks like one that still waits: what is due goes first, and it
  // wakes as well.
  if (now >= lease.dueBy) return { kind: 'stuck-step' };
  if (missesWake(lease, view)) return { kind: 'lost-wake' };
  return { kind: hasOutbox(lease) ? 'pending-outbox' : 'ok' };
}

/** One finding for each open lease, in their order. */
export function findLeases(view: LeasesView): readonly FoundLease[] {
  return view.open.map((lease) => ({ lease, ...findingOf(lease, view) }));
}

/** A hold on an account, with its lease as read after the account. */
export type HeldFor = {
  readonly consumer: ConsumerId;
  readonly leaseId: LeaseId;
  readonly hold: Hold;
  readonly lease: Lease | null;
};

type HoldFinding =
  | { readonly kind: 'ok' | 'hold-without-lease' | 'hold-of-closed-lease' }
  /** An extension raised it and was never committed. */
  | { readonly kind: 'hold-left-raised'; readonly to: MicroUsd };

export type FoundHold = HoldFinding & { readonly held: HeldFor };

function findingOfHold({ hold, lease }: HeldFor, now: EpochMs): HoldFinding {
  const { holdAlone } = policy.sweep;
  if (lease === null) {
    return { kind: between(hold.placedAt, now) > holdAlone ? 'hold-without-lease' : 'ok' };
  }
  const to = trimmedHold(lease, hold, now);
  if (to !== null) return { kind: 'hold-left-raised', to };
  const closed = lease.state === 'ended' && !hasOutbox(lease);
  const long = closed && between(lease.endedAt, now) > holdAlone;
  return { kind: long ? 'hold-of-closed-lease' : 'ok' };
}

/** One finding for each hold. */
export function findHolds(holds: readonly HeldFor[], now: EpochMs): readonly FoundHold[] {
  return holds.map((held) => ({ held, ...findingOfHold(held, now) }));
}
