// How much a provider's prepaid funds can still carry: its balance, less what open leases there can
// cost until their instances are gone. Choosing an offer takes from it before the choice is
// committed; each reading of the balance computes it again.

import * as z from 'zod/mini';
import { LeaseId } from '../base/ids.ts';
import {
  cost,
  formatUsd,
  MicroUsd,
  MicroUsdPerHour,
  microUsd,
  microUsdPerHour,
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
import { type Attempt, isClosed } from '../instance/attempt.ts';
import { allInRate, type Offer } from '../instance/offer.ts';
import { currentAttempt, isOver, isStarting, type Lease, type Terms } from '../lease/lease.ts';
import { presentRate } from '../lease/spend.ts';

/**
 * Room that is taken for a lease without an instance yet, by its choice of an offer: one for each
 * lease, so that its next attempt takes it over.
 */
export const Take = z.object({
  leaseId: LeaseId,
  /** The number of the attempt that it was last taken for. */
  attempt: z.int(),
  amountMicroUsd: MicroUsd,
  at: EpochMs,
});
export type Take = z.infer<typeof Take>;

export const Room = z.object({
  provider: ProviderName,
  /** Raised by every reading and every take. */
  version: z.int(),
  /** Below zero when overdrawn; null where the provider doesn't tell. */
  balanceMicroUsd: z.nullable(SignedMicroUsd),
  /** What an hour of the instances of open leases there costs; others' instances don't count. */
  burnMicroUsdPerHour: MicroUsdPerHour,
  /** Below zero when the balance can't carry what is open. Null with an unknown balance. */
  roomMicroUsd: z.nullable(SignedMicroUsd),
  readAt: EpochMs,
  /** When a person was last told that it is low. */
  notifiedAt: z.nullable(EpochMs),
  /** By lease. */
  takes: z.record(z.string(), Take),
});
export type Room = z.infer<typeof Room>;

/** The room of each provider; null before its first reading. */
export type Rooms = ReadonlyMap<ProviderName, Room | null>;

/** What a lease on this offer can cost at most: its time, a boot before it, teardown after it. */
export function fundsFor(offer: Offer, terms: Terms, bootLimit: DurationMs): MicroUsd {
  const longest = total(bootLimit, terms.duration, policy.teardown.allowance);
  return cost(allInRate(offer, terms.requirement.diskGb), longest);
}

/**
 * What the choice may cost by the room, its own earlier take included; null: anything. A balance
 * that is unknown, or was read too long ago, limits nothing, for the provider itself refuses what
 * can't be paid and the lease goes elsewhere: better one attempt lost than all work stopped because
 * a balance can't be read. Nor does one with too many takes, which only a rush brings.
 */
export function carries(room: Room | null, leaseId: LeaseId, now: EpochMs): MicroUsd | null {
  if (room === null || room.roomMicroUsd === null) return null;
  if (between(room.readAt, now) > policy.balance.staleAfter) return null;
  if (Object.keys(room.takes).length >= policy.balance.maxTakes) return null;
  return signedMicroUsd(room.roomMicroUsd + (room.takes[leaseId]?.amountMicroUsd ?? 0));
}

/** Whether the balance should be read again. A sweep some seconds early counts as in time. */
export const isDue = (room: Room | null, now: EpochMs): boolean =>
  room === null ||
  between(room.readAt, now) >= policy.balance.readEvery - (policy.sweep.every - policy.sweep.apart);

type Moment = { readonly now: EpochMs; readonly bootLimit: DurationMs };

const isStopped = (attempt: Attempt): boolean =>
  attempt.state === 'retiring' && attempt.destroyAcceptedAt !== null;

/** The attempts of a lease that may cost this provider's funds something yet. */
const costly = (lease: Lease, provider: ProviderName): readonly Attempt[] =>
  lease.attempts.filter(
    (each) => each.offer.provider === provider && !isClosed(each) && !isStopped(each),
  );

/** By when its instance should be gone at the latest. */
function goneBy(lease: Lease, attempt: Attempt, at: Moment): EpochMs {
  const { allowance } = policy.teardown;
  if (isOver(lease)) return after(lease.endingAt, allowance);
  const serves = attempt === currentAttempt(lease) && attempt.state !== 'retiring';
  if (!serves) return after(at.now, allowance);
  if (lease.state === 'active') return after(lease.deadline, allowance);
  const from = attempt.state === 'created' ? attempt.createdAt : attempt.recordedAt;
  return after(from, total(at.bootLimit, lease.terms.duration, allowance));
}

/** At its own word when that is more than the offer said. */
function rateOfInstance({ terms }: Lease, attempt: Attempt): MicroUsdPerHour {
  const observed = attempt.state === 'created' ? (attempt.observedRate ?? 0) : 0;
  return microUsdPerHour(Math.max(allInRate(attempt.offer, terms.requirement.diskGb), observed));
}

/** What an open lease can still cost there. */
function committedBy(lease: Lease, provider: ProviderName, at: Moment): MicroUsd {
  const instances = costly(lease, provider).map((attempt) =>
    cost(rateOfInstance(lease, attempt), between(at.now, goneBy(lease, attempt, at))),
  );
  const chosen = isStarting(lease) ? lease.chosen : null;
  const next =
    chosen?.provider === provider ? fundsFor(chosen, lease.terms, at.bootLimit) : microUsd(0);
  return sum(...instances, next);
}

/** What its instances there cost in an hour, as they run now. */
function burnOf(lease: Lease, provider: ProviderName): MicroUsdPerHour {
  const rates = costly(lease, provider).map((attempt) => {
    const present = presentRate({ ...lease, attempts: [attempt] });
    const runs = attempt.state === 'created' && attempt.runningAt !== null;
    return runs ? rateOfInstance(lease, attempt) : present;
  });
  return sumRates(...rates);
}

/** A reading of the balance, and the open leases as they were read before it, at `now`. */
export type Reading = Moment & {
  readonly provider: ProviderName;
  readonly balance: number | null;
  readonly open: readonly Lease[];
};

/** Whether the leases that were read show what the take was for. */
function isSeen({ leaseId, attempt }: Take, open: ReadonlyMap<LeaseId, Lease>): boolean {
  const lease = open.get(leaseId);
  if (lease === undefined) return false;
  const chose = isStarting(lease) && lease.chosen !== null;
  return chose || isOver(lease) || lease.attempts.length >= attempt;
}

/** What a lease that looks for an instance needs, as it was read; null: nothing. */
function takeOf(lease: Lease, { provider, ...at }: Reading): Take | null {
  const amountMicroUsd = committedBy(lease, provider, at);
  if (!isStarting(lease) || amountMicroUsd === 0) return null;
  const attempt = lease.attempts.length + (lease.chosen === null ? 0 : 1);
  return { leaseId: lease.id, attempt, amountMicroUsd, at: at.now };
}

/** Those that were read, and newer takes of leases that may still commit, which a crash drops. */
function takesLeft(known: Room | null, reading: Reading): Room['takes'] {
  const leases = new Map(reading.open.map((lease) => [lease.id, lease]));
  const read = reading.open.map((lease) => takeOf(lease, reading)).filter((take) => take !== null);
  const newer = Object.values(known?.takes ?? {}).filter(
    (take) => !isSeen(take, leases) && between(take.at, reading.now) < policy.balance.takeFor,
  );
  return Object.fromEntries([...read, ...newer].map((take) => [take.leaseId, take]));
}

/** How long the balance lasts at the present burn; null when unknown, or when nothing burns. */
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

/** The room after a reading, and what to tell a person: that it is low, at most once an hour. */
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
  const toldLately =
    room.notifiedAt !== null && between(room.notifiedAt, now) < policy.balance.notifyEvery;
  if (!isLow(room) || toldLately) return { room, page: null };
  return { room: { ...room, notifiedAt: now }, page: lowPage(room) };
}

/** When the balance could not be read, and why. */
export type Unread = {
  readonly why: string;
  readonly now: EpochMs;
  readonly lastSweepAt: EpochMs;
};

/** What a person has to know of an unreadable balance: once an hour, from its last reading on. */
export function unreadPage({ readAt }: Room, { why, now, lastSweepAt }: Unread): string | null {
  const hoursUntil = (until: EpochMs): number =>
    Math.floor(between(readAt, until) / policy.balance.notifyEvery);
  if (hoursUntil(now) <= hoursUntil(lastSweepAt)) return null;
  return pageOf('blind', `${why}; last read at ${isoTime(readAt)}`);
}
