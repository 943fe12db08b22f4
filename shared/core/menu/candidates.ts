// Which offers a lease can choose from: those of usable providers, that the account allows, and
// that the provider's prepaid funds can pay until the end of the lease.

import { formatUsd, type MicroUsd } from '../base/money.ts';
import type { ProviderName } from '../base/providers.ts';
import type { DurationMs, EpochMs } from '../base/time.ts';
import { carries, fundsFor, type Rooms, type Take } from '../billing/prepaid.ts';
import { meets, type Offer } from '../instance/offer.ts';
import type { Frozen } from '../lease/frozen.ts';
import type { Starting } from '../lease/lease.ts';
import { type Account, allows } from '../ledger/account.ts';
import { isUsable, type Snapshot } from './snapshot.ts';

export type Candidates = {
  readonly offers: readonly Offer[];
  /** Why offers are left out. */
  readonly leftOut: readonly string[];
};

/** The rules that exclude offers for all consumers, and for this account. */
export type Rules = {
  readonly frozen: Pick<Frozen, 'providers'>;
  readonly account: Account | null;
};

/** The offers of usable providers that the account allows. */
export function usableOffers(
  snapshots: readonly Snapshot[],
  { frozen, account }: Rules,
  now: EpochMs,
): Candidates {
  const whyNot = (snapshot: Snapshot): string | null => {
    const { provider } = snapshot;
    if (frozen.providers.includes(provider)) return `${provider} is frozen`;
    return isUsable(snapshot, now) ? null : `the offers of ${provider} are too old to use`;
  };
  const usable = snapshots.filter((each) => whyNot(each) === null).flatMap(({ offers }) => offers);
  const offers = usable.filter((offer) => account === null || allows(account.limits, offer));
  const forbidden = usable.length - offers.length;
  const reasons = snapshots.map(whyNot).filter((reason) => reason !== null);
  if (forbidden > 0) reasons.push(`the account's limits exclude ${forbidden} offers`);
  return { offers, leftOut: reasons };
}

/** The offers of providers whose instances can end themselves, when the lease demands that. */
export function keepSelfEnding(
  menu: Candidates,
  { terms }: Pick<Starting, 'terms'>,
  selfEnding: ReadonlySet<ProviderName>,
): Candidates {
  if (!terms.selfEnding) return menu;
  const others = menu.offers.map(({ provider }) => provider).filter((p) => !selfEnding.has(p));
  const why = [...new Set(others)].map(
    (provider) => `selfEnding excludes ${provider}: its instances can't end their own billing`,
  );
  const offers = menu.offers.filter(({ provider }) => selfEnding.has(provider));
  return { offers, leftOut: [...menu.leftOut, ...why] };
}

/** The prepaid funds, and the lease that needs an offer. */
export type Funds = {
  readonly rooms: Rooms;
  readonly lease: Starting;
  readonly bootLimit: DurationMs;
  readonly now: EpochMs;
};

/** The offers that their provider's funds can pay until the end of the lease. */
export function keepAffordable(
  menu: Candidates,
  { rooms, lease, bootLimit, now }: Funds,
): Candidates {
  const left = new Map<ProviderName, MicroUsd | null>(
    [...rooms].map(([provider, room]) => [provider, carries(room, lease.id, now)]),
  );
  const short = new Map<ProviderName, MicroUsd>();
  const offers = menu.offers.filter((offer) => {
    const room = left.get(offer.provider) ?? null;
    if (room === null || fundsFor(offer, lease.terms, bootLimit) <= room) return true;
    if (meets(offer, lease.terms.requirement)) short.set(offer.provider, room);
    return false;
  });
  const why = [...short].map(
    ([provider, room]) =>
      `the prepaid balance of ${provider} has only ${formatUsd(room)} available,` +
      ` less than the lease needs until its end`,
  );
  return { offers, leftOut: [...menu.leftOut, ...why] };
}

/** Prepaid funds to reserve ("take") before a choice is committed. */
export type Taking = {
  readonly provider: ProviderName;
  readonly take: Take;
  /** What an earlier attempt or an interrupted step has taken. */
  readonly had: MicroUsd | null;
};

/** The funds to take for the choice; null when funds do not limit it. */
export function roomToTake(offer: Offer, { rooms, lease, bootLimit, now }: Funds): Taking | null {
  const { provider } = offer;
  const room = rooms.get(provider) ?? null;
  if (room === null || carries(room, lease.id, now) === null) return null;
  const place = { leaseId: lease.id, attempt: lease.attempts.length + 1 };
  const amountMicroUsd = fundsFor(offer, lease.terms, bootLimit);
  const had = room.takes[lease.id]?.amountMicroUsd ?? null;
  return { provider, take: { ...place, amountMicroUsd, at: now }, had };
}
