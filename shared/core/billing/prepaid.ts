// The room in a provider's prepaid funds: its balance minus what its open leases can still cost.
// Choosing an offer takes room before the choice is committed; each reading of the balance computes
// the room again.

import * as z from 'zod/mini';
import { LeaseId } from '../base/ids.ts';
import {
  cost,
  formatUsd,
  MicroUsd,
  MicroUsdPerHour,
  microUsd,
  SignedMicroUsd,
  signedMicroUsd,
  sum,
  sumRates,
  timeToCost,
} from '../base/money.ts';
import { pageOf } from '../base/page.ts';
import { policy } from '../base/policy/policy.ts';
import { ProviderName } from '../base/providers.ts';
import { after, between, type DurationMs, EpochMs, isoTime, total } from '../base/time.ts';
import { type Attempt, isClosed, isHolding } from '../instance/attempt.ts';
import { allInRate, type Offer } from '../instance/offer.ts';
import {
  chosenOffer,
  currentAttempt,
  isOver,
  isStarting,
  type Lease,
  type Terms,
} from '../lease/lease.ts';
import { rateOfInstance } from '../lease/price.ts';
import { presentRate } from '../lease/spend.ts';

/**
 * Room taken for a lease without an instance, by its choice of an offer. Each lease has one take;
 * its next attempt replaces it.
 */
export const Take = z.object({
  leaseId: LeaseId,
  /** The attempt that it was last taken for. */
  attempt: z.int(),
  amountMicroUsd: MicroUsd,
  at: EpochMs,
});
export type Take = z.infer<typeof Take>;

export const Room = z.object({
  provider: ProviderName,
  /** Every reading and every take increments it. */
  version: z.int(),
  /** Negative when overdrawn; null when the provider does not report it. */
  balanceMicroUsd: z.nullable(SignedMicroUsd),
  /** The hourly cost of the instances of open leases at this provider. */
  burnMicroUsdPerHour: MicroUsdPerHour,
  /**
   * Negative when the balance is less than the open leases can cost. Null when the balance is
   * unknown.
   */
  roomMicroUsd: z.nullable(SignedMicroUsd),
  readAt: EpochMs,
  /** When operators were last paged about a low balance. */
  notifiedAt: z.nullable(EpochMs),
  /** By lease. */
  takes: z.record(z.string(), Take),
});
export type Room = z.infer<typeof Room>;

/** The room of each provider; null before its first reading. */
export type Rooms = ReadonlyMap<ProviderName, Room | null>;

/** The maximum cost of a lease on this offer: its duration, plus boot and teardown. */
export function fundsFor(offer: Offer, terms: Terms, bootLimit: DurationMs): MicroUsd {
  const longest = total(bootLimit, terms.duration, policy.teardown.allowance);
  return cost(allInRate(offer, terms.requirement.diskGb), longest);
}

/**
 * The most that a choice may cost, including the lease's own earlier take; null for no limit. An
 * unknown or old balance limits nothing: the provider refuses what cannot be paid, and one lost
 * attempt is better than stopping all leases while a balance cannot be read. A record with too many
 * takes, after a burst of launches, limits nothing either.
 */
export function carries(room: Room | null, leaseId: LeaseId, now: EpochMs): MicroUsd | null {
  if (room === null || room.roomMicroUsd === null) return null;
  if (between(room.readAt, now) > policy.balance.staleAfter) return null;
  if (Object.keys(room.takes).length >= policy.balance.maxTakes) return null;
  return signedMicroUsd(room.roomMicroUsd + (room.takes[leaseId]?.amountMicroUsd ?? 0));
}

/** Whether the balance must be read again. A sweep that is some seconds early counts as on time. */
export const isDue = (room: Room | null, now: EpochMs): boolean =>
  room === null ||
  between(room.readAt, now) >=
    policy.balance.readEvery - (policy.sweep.every - policy.sweep.minSightingGap);

type Moment = { readonly now: EpochMs; readonly bootLimit: DurationMs };

const isStopped = (attempt: Attempt): boolean =>
  attempt.state === 'retiring' && attempt.destroyAcceptedAt !== null;

/** The attempts of a lease that can still cost money at this provider. */
const costly = (lease: Lease, provider: ProviderName): readonly Attempt[] =>
  lease.attempts.filter(
    (each) => each.offer.provider === provider && !isClosed(each) && !isStopped(each),
  );

/** When its instance must be gone at the latest. */
function goneBy(lease: Lease, attempt: Attempt, at: Moment): EpochMs {
  const { allowance } = policy.teardown;
  if (isOver(lease)) return after(lease.endingAt, allowance);
  const isCurrent = attempt === currentAttempt(lease) && attempt.state !== 'retiring';
  if (!isCurrent) return after(at.now, allowance);
  if (lease.state === 'active') return after(lease.deadline, allowance);
  const from = attempt.state === 'created' ? attempt.createdAt : attempt.recordedAt;
  return after(from, total(at.bootLimit, lease.terms.duration, allowance));
}

/** Its present rate; the rate of its offer before it exists. */
const fullRate = (lease: Lease, attempt: Attempt): MicroUsdPerHour =>
  isHolding(attempt)
    ? rateOfInstance(lease, attempt)
    : allInRate(attempt.offer, lease.terms.requirement.diskGb);

/** What an open lease can still cost at this provider. */
function committedBy(lease: Lease, provider: ProviderName, at: Moment): MicroUsd {
  const instances = costly(lease, provider).map((attempt) =>
    cost(fullRate(lease, attempt), between(at.now, goneBy(lease, attempt, at))),
  );
  const chosen = chosenOffer(lease);
  const next =
    chosen?.provider === provider ? fundsFor(chosen, lease.terms, at.bootLimit) : microUsd(0);
  return sum(...instances, next);
}

/** The current hourly cost of its instances at this provider. */
function burnOf(lease: Lease, provider: ProviderName): MicroUsdPerHour {
  const rates = costly(lease, provider).map((attempt) => {
    const present = presentRate({ ...lease, attempts: [attempt] });
    const runs = attempt.state === 'created' && attempt.runningAt !== null;
    return runs ? fullRate(lease, attempt) : present;
  });
  return sumRates(...rates);
}

/** A reading of the balance, and the open leases read before it, at `now`. */
export type Reading = Moment & {
  readonly provider: ProviderName;
  readonly balance: number | null;
  readonly open: readonly Lease[];
};

/** Whether the leases that were read include the attempt of the take. */
function isSeen({ leaseId, attempt }: Take, open: ReadonlyMap<LeaseId, Lease>): boolean {
  const lease = open.get(leaseId);
  if (lease === undefined) return false;
  const chose = chosenOffer(lease) !== null;
  return chose || isOver(lease) || lease.attempts.length >= attempt;
}

/** The take that a lease without an instance needs; null for none. */
function takeOf(lease: Lease, { provider, ...at }: Reading): Take | null {
  const amountMicroUsd = committedBy(lease, provider, at);
  if (!isStarting(lease) || amountMicroUsd === 0) return null;
  const attempt = lease.attempts.length + (lease.chosen === null ? 0 : 1);
  return { leaseId: lease.id, attempt, amountMicroUsd, at: at.now };
}

/**
 * The takes of the leases that were read, plus newer takes of leases that may still be committed.
 * After a crash, such a take expires.
 */
function takesLeft(known: Room | null, reading: Reading): Room['takes'] {
  const leases = new Map(reading.open.map((lease) => [lease.id, lease]));
  const read = reading.open.map((lease) => takeOf(lease, reading)).filter((take) => take !== null);
  const newer = Object.values(known?.takes ?? {}).filter(
    (take) => !isSeen(take, leases) && between(take.at, reading.now) < policy.balance.takeLifetime,
  );
  return Object.fromEntries([...read, ...newer].map((take) => [take.leaseId, take]));
}

/** How long the balance lasts at the current burn; null when unknown, or when nothing runs. */
export function runwayOf({ balanceMicroUsd, burnMicroUsdPerHour }: Room): DurationMs | null {
  if (balanceMicroUsd === null) return null;
  return timeToCost(burnMicroUsdPerHour, microUsd(Math.max(0, balanceMicroUsd)));
}

const isLow = (room: Room): boolean => {
  const runway = runwayOf(room);
  if (runway === null) return false;
  return runway < policy.balance.minRunway || (room.roomMicroUsd ?? 0) < 0;
};

function lowPage(room: Room): string {
  const { provider, balanceMicroUsd: balance, burnMicroUsdPerHour: burn, roomMicroUsd } = room;
  const minutesLeft = Math.floor((runwayOf(room) ?? 0) / 60_000);
  const short = roomMicroUsd !== null && roomMicroUsd < 0;
  return pageOf(
    'balance-low',
    `${provider} has ${formatUsd(balance ?? microUsd(0))} left, ` +
      `${minutesLeft} min at ${formatUsd(burn)}/h` +
      (short ? `: ${formatUsd(signedMicroUsd(-roomMicroUsd))} less than the open leases need` : ''),
  );
}

/** The room after a reading, and the page about a low balance: at most one per hour. */
export function reviewedRoom(known: Room | null, reading: Reading) {
  const { provider, balance, open, now } = reading;
  const takes = takesLeft(known, reading);
  const committed = sum(
    ...open.filter((each) => !isStarting(each)).map((each) => committedBy(each, provider, reading)),
    ...Object.values(takes).map(({ amountMicroUsd }) => amountMicroUsd),
  );
  const room: Room = {
    provider,
    version: (known?.version ?? 0) + 1,
    balanceMicroUsd: balance === null ? null : signedMicroUsd(balance),
    burnMicroUsdPerHour: sumRates(...open.map((lease) => burnOf(lease, provider))),
    roomMicroUsd: balance === null ? null : signedMicroUsd(balance - committed),
    readAt: now,
    notifiedAt: known?.notifiedAt ?? null,
    takes,
  };
  const notifiedRecently =
    room.notifiedAt !== null && between(room.notifiedAt, now) < policy.balance.notifyEvery;
  if (!isLow(room) || notifiedRecently) return { room, page: null };
  return { room: { ...room, notifiedAt: now }, page: lowPage(room) };
}

/** A failed reading of the balance. */
export type Unread = {
  readonly why: string;
  readonly now: EpochMs;
  readonly lastSweepAt: EpochMs;
};

/** The page about an unreadable balance: once an hour, counted from the last reading. */
export function unreadPage({ readAt }: Room, { why, now, lastSweepAt }: Unread): string | null {
  const hoursUntil = (until: EpochMs): number =>
    Math.floor(between(readAt, until) / policy.balance.notifyEvery);
  if (hoursUntil(now) <= hoursUntil(lastSweepAt)) return null;
  return pageOf('blind', `${why}; last read at ${isoTime(readAt)}`);
}
