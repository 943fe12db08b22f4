// Prepaid funds as a choice meets them: what they can't carry to its end is passed over, and room
// is taken for what is chosen before the lease says so. Two that choose at once can't both take the
// same room.

import { formatUsd, type MicroUsd } from '../../core/base/money.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import type { DurationMs, EpochMs } from '../../core/base/time.ts';
import { carries, fundsFor, type Room, type Take } from '../../core/billing/prepaid.ts';
import { meets, type Offer } from '../../core/instance/offer.ts';
import type { Starting } from '../../core/lease/lease.ts';
import type { RoomStore } from '../../ports/room-store.ts';

export type RoomPorts = { readonly rooms: RoomStore };

export type Rooms = ReadonlyMap<ProviderName, Room | null>;

export type Candidates = {
  readonly offers: readonly Offer[];
  /** Providers whose offers don't count, each with why. */
  readonly leftOut: readonly string[];
};

/** For whom, and out of what. */
export type Funds = {
  readonly rooms: Rooms;
  readonly lease: Starting;
  readonly bootLimit: DurationMs;
  readonly now: EpochMs;
};

export type Taking = {
  readonly provider: ProviderName;
  readonly take: Take;
  /** What was taken for an attempt before, or by a step that was cut off. */
  readonly had: MicroUsd | null;
};

/** One read for each provider. Throws StoreDown. */
export async function roomsOf(
  { rooms }: RoomPorts,
  providers: readonly ProviderName[],
): Promise<Rooms> {
  const read = async (provider: ProviderName) => [provider, await rooms.get(provider)] as const;
  return new Map(await Promise.all(providers.map(read)));
}

/** The offers that the funds of their providers can carry to the lease's end. */
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
      `the prepaid balance of ${provider} has room for ${formatUsd(room)}, ` +
      `which does not carry the lease to its end`,
  );
  return { offers, leftOut: [...menu.leftOut, ...why] };
}

/** What must be taken for the choice; null where funds don't limit it. */
export function roomToTake(offer: Offer, { rooms, lease, bootLimit, now }: Funds): Taking | null {
  const { provider } = offer;
  const place = { leaseId: lease.id, attempt: lease.attempts.length + 1 };
  const room = rooms.get(provider) ?? null;
  if (room === null || carries(room, lease.id, now) === null) return null;
  const amountMicroUsd = fundsFor(offer, lease.terms, bootLimit);
  const had = room.takes[lease.id]?.amountMicroUsd ?? null;
  return { provider, take: { ...place, amountMicroUsd, at: now }, had };
}

/** Whether the room was there. Throws StoreDown. */
export async function takeRoom(
  { rooms }: RoomPorts,
  { provider, take, had }: Taking,
): Promise<boolean> {
  return (await rooms.take(provider, take, had)) === 'taken';
}
