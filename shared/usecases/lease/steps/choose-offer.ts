// Choose offer: the best candidate of the menu that no attempt of this lease has failed on yet.
// Reads snapshots only; a provider is never called for the menu.

import { Failure } from '../../../core/base/failure.ts';
import { formatUsd } from '../../../core/base/money.ts';
import { policy } from '../../../core/base/policy/policy.ts';
import type { ProviderName } from '../../../core/base/providers.ts';
import { after, between, type DurationMs, type EpochMs, total } from '../../../core/base/time.ts';
import { refusalReason, triesOf } from '../../../core/instance/attempt.ts';
import { allInRate, type Offer } from '../../../core/instance/offer.ts';
import type { Decision } from '../../../core/lease/decision.ts';
import {
  currentAttempt,
  isStarting,
  type Lease,
  type Starting,
} from '../../../core/lease/lease.ts';
import { chooseOffer } from '../../../core/lease/lease-moves.ts';
import {
  type Detour,
  detour,
  done,
  type StepInput,
  type StepOutcome,
  skipReason,
} from '../../../core/lease/step.ts';
import { type Account, allows } from '../../../core/ledger/account.ts';
import { type Limits, machineOf, rankOffers } from '../../../core/menu/rank.ts';
import { type Freeze, isFrozen } from '../../../core/operations/freeze.ts';
import type { FreezeStore } from '../../../ports/freeze-store.ts';
import type { MenuStore, Snapshot } from '../../../ports/menu-store.ts';
import {
  type Candidates,
  keepAffordable,
  type RoomPorts,
  type Rooms,
  roomsOf,
  roomToTake,
  type Taking,
  takeRoom,
} from '../../billing/prepaid-room.ts';
import { changeLease, loadLease, type Records } from '../../common/change-lease.ts';
import { endByFreeze } from '../../operations/frozen.ts';

export type ChooseOfferPorts = Records &
  RoomPorts & {
    readonly menu: MenuStore;
    readonly freezes: FreezeStore;
    readonly providerNames: readonly ProviderName[];
    /** The longest boot of any provider in use. */
    readonly bootLimit: DurationMs;
  };

/** What rules offers out for everybody, and for this account. */
type Rules = { readonly freezes: readonly Freeze[]; readonly account: Account | null };

function usable(
  snapshots: readonly Snapshot[],
  { freezes, account }: Rules,
  now: EpochMs,
): Candidates {
  const whyNot = ({ provider, takenAt }: Snapshot): string | null => {
    if (isFrozen(freezes, { provider })) return `${provider} is frozen`;
    return between(takenAt, now) > policy.menu.staleAfter ? `${provider} is too old to use` : null;
  };
  const known = snapshots.filter((each) => whyNot(each) === null).flatMap(({ offers }) => offers);
  const offers = known.filter((offer) => account === null || allows(account.limits, offer));
  const forbidden = known.length - offers.length;
  return {
    offers,
    leftOut: [
      ...snapshots.map(whyNot).filter((reason) => reason !== null),
      ...(forbidden > 0 ? [`${forbidden} offers are not allowed to its account`] : []),
    ],
  };
}

/** Refusals that any other offer of the same provider would meet too. */
const PROVIDER_SHUT: readonly string[] = ['no-funds', 'refused'];

function limitsOf(lease: Starting, bootLimit: DurationMs, now: EpochMs): Limits {
  const shut = lease.attempts.filter((attempt) =>
    PROVIDER_SHUT.includes(refusalReason(attempt) ?? ''),
  );
  return {
    ceiling: lease.terms.ceiling,
    transferCeiling: lease.terms.transferCeilingMicroUsdPerGb,
    neededUntil: after(now, total(lease.terms.duration, bootLimit)),
    failedMachines: triesOf(lease.attempts).map((attempt) => machineOf(attempt.offer)),
    failedProviders: shut.map((attempt) => attempt.offer.provider),
  };
}

const described = (offer: Offer, diskGb: number): string =>
  `${offer.gpuCount} x ${offer.gpuName} at ${formatUsd(allInRate(offer, diskGb))}/h, ` +
  `offer ${offer.id}, ${offer.country ?? 'country unknown'}`;

function pick(lease: Starting, menu: Candidates, limits: Limits): Offer | Detour {
  if (triesOf(lease.attempts).length >= policy.lease.maxAttempts) {
    return detour('no-offer', `all ${policy.lease.maxAttempts} attempts are used up`);
  }
  if (lease.attempts.length >= policy.lease.maxAttemptNumbers) {
    return detour('no-offer', 'the provider refused to be called too often');
  }
  const ranking = rankOffers(menu.offers, lease.terms.requirement, limits);
  switch (ranking.kind) {
    case 'no-offer': {
      return detour('no-offer', ['no offer meets the requirement', ...menu.leftOut].join('; '));
    }
    case 'over-budget':
      return detour('over-budget', `the cheapest costs ${formatUsd(ranking.cheapest)}/h`);
    case 'ranked':
      return ranking.offers[0] ?? detour('no-offer', 'no offer meets the requirement');
  }
}

/** What a choice rests on beside the lease itself. */
type Grounds = Rules & {
  readonly snapshots: readonly Snapshot[];
  readonly rooms: Rooms;
  readonly bootLimit: DurationMs;
  readonly now: EpochMs;
};

type Choice = Decision<StepOutcome> & { readonly take: Taking | null };

function decide(lease: Lease, grounds: Grounds, input: StepInput): Choice {
  const left = (result: StepOutcome): Choice => ({ commit: null, result, take: null });
  const alone = skipReason(lease, input);
  if (alone !== null) return left(alone);
  if (!isStarting(lease) || lease.chosen !== null || currentAttempt(lease)?.state === 'created') {
    return left(done(null));
  }
  const { bootLimit, rooms, now } = grounds;
  const frozen = endByFreeze(lease, grounds.freezes, now);
  if (frozen !== null) return { ...frozen, take: null };
  const funds = { rooms, lease, bootLimit, now };
  const menu = keepAffordable(usable(grounds.snapshots, grounds, now), funds);
  const best = pick(lease, menu, limitsOf(lease, bootLimit, now));
  if ('kind' in best) return left(best);
  const reason = described(best, lease.terms.requirement.diskGb);
  const commit = chooseOffer(lease, { offer: best, reason }, now);
  return { commit, result: done(null), take: roomToTake(best, funds) };
}

/** The outcome, or null when the lease or the room is no longer what was decided on. */
async function chooseOnce(
  ports: ChooseOfferPorts,
  input: StepInput,
  menu: Pick<Grounds, 'snapshots' | 'freezes'>,
): Promise<StepOutcome | null> {
  const rooms = await roomsOf(ports, ports.providerNames);
  const lease = await loadLease(ports, input.leaseId);
  const account = await ports.accounts.get(lease.consumer);
  const { bootLimit } = ports;
  const grounds = { ...menu, rooms, account, bootLimit, now: ports.clock.now() };
  const { take, ...choice } = decide(lease, grounds, input);
  if (choice.commit === null) return choice.result;
  // Before the lease: cut off in between, the room is only too small, until the balance is read.
  if (take !== null && !(await takeRoom(ports, take))) return null;
  const { result } = await changeLease<StepOutcome | null>(ports, input.leaseId, (current) =>
    current.version === lease.version ? choice : { commit: null, result: null },
  );
  return result;
}

/**
 * Puts the next offer on the lease. Repeating keeps a choice that no attempt has used yet, and
 * takes no room twice. Detours: no-offer, over-budget, lease-over, superseded. Throws StoreDown,
 * Conflict.
 */
export function createChooseOffer(ports: ChooseOfferPorts) {
  return async (input: StepInput): Promise<StepOutcome> => {
    const snapshots = await Promise.all(
      ports.providerNames.map((name) => ports.menu.current(name)),
    );
    const known = snapshots.filter((snapshot) => snapshot !== null);
    const menu = { snapshots: known, freezes: await ports.freezes.all() };
    for (let round = 1; round <= policy.commit.attempts; round += 1) {
      const outcome = await chooseOnce(ports, input, menu);
      if (outcome !== null) return outcome;
    }
    throw new Failure('Conflict', `no room could be taken for lease ${input.leaseId}`);
  };
}
