// The choice of an offer: the best candidate on which no attempt of this lease has failed, and the
// prepaid funds it takes.

import type { OfferId } from '../base/ids.ts';
import { formatUsd } from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import type { ProviderName } from '../base/providers.ts';
import { after, type DurationMs, type EpochMs, total } from '../base/time.ts';
import type { Rooms } from '../billing/prepaid.ts';
import { isUnanswered, refusalReason, triesOf } from '../instance/attempt.ts';
import { allInRate, type Offer } from '../instance/offer.ts';
import { type Decision, keep } from '../lease/decision.ts';
import { endFrozenLease, type Frozen } from '../lease/frozen.ts';
import { currentAttempt, isStarting, type Lease, type Starting } from '../lease/lease.ts';
import { chooseOffer } from '../lease/lease-moves.ts';
import {
  type Detour,
  detour,
  done,
  type StepInput,
  type StepOutcome,
  stopReason,
} from '../lease/step.ts';
import {
  type Candidates,
  keepAffordable,
  keepSelfEnding,
  type Rules,
  roomToTake,
  type Taking,
  usableOffers,
} from './candidates.ts';
import { hostOf, type Limits, rankOffers } from './rank.ts';
import type { Snapshot } from './snapshot.ts';

/** Refusals that apply to every offer of the same provider. */
const PROVIDER_REFUSES: readonly string[] = ['no-funds', 'refused'];

type LimitFacts = Pick<ChoiceFacts, 'bootLimit' | 'phoneHome'>;

function limitsOf(lease: Starting, { bootLimit, phoneHome }: LimitFacts, now: EpochMs): Limits {
  const refused = lease.attempts.filter((attempt) =>
    PROVIDER_REFUSES.includes(refusalReason(attempt) ?? ''),
  );
  return {
    ceiling: lease.terms.ceiling,
    transferCeiling: lease.terms.transferCeilingMicroUsdPerGb,
    unreported: phoneHome ? null : lease.terms,
    neededUntil: after(now, total(lease.terms.duration, bootLimit)),
    failedHosts: triesOf(lease.attempts).map((attempt) => hostOf(attempt.offer)),
    failedProviders: refused.map((attempt) => attempt.offer.provider),
  };
}

function pickOffer(lease: Starting, menu: Candidates, limits: Limits): Offer | Detour {
  const { maxAttempts, maxAttemptNumbers } = policy.lease;
  if (triesOf(lease.attempts).length >= maxAttempts) {
    return detour('no-offer', `all ${maxAttempts} attempts are used up`);
  }
  if (lease.attempts.length >= maxAttemptNumbers) {
    return detour('no-offer', 'the provider refused too many calls');
  }
  const ranking = rankOffers(menu.offers, lease.terms.requirement, limits);
  switch (ranking.kind) {
    case 'no-offer':
      return detour('no-offer', ['no offer meets the requirement', ...menu.leftOut].join('; '));
    case 'over-budget':
      return detour(
        'over-budget',
        `the cheapest matching offer costs ${formatUsd(ranking.cheapest)}/h`,
      );
    case 'ranked':
      return ranking.offers[0] ?? detour('no-offer', 'no offer meets the requirement');
  }
}

const inWords = (offer: Offer, diskGb: number): string =>
  `${offer.gpuCount} x ${offer.gpuName} at ${formatUsd(allInRate(offer, diskGb))}/h, ` +
  `offer ${offer.id}, ${offer.country ?? 'country unknown'}`;

/** What a choice depends on besides the lease. */
export type ChoiceFacts = Rules & {
  readonly input: StepInput;
  readonly frozen: Frozen;
  readonly snapshots: readonly Snapshot[];
  /** A chosen offer that is not to be had any more; null keeps every choice. */
  readonly replaces: OfferId | null;
  readonly rooms: Rooms;
  /** The longest boot limit of the configured providers. */
  readonly bootLimit: DurationMs;
  /** Whether instances run an agent, which reports their transfer. */
  readonly phoneHome: boolean;
  /** The providers whose instances can end themselves. */
  readonly selfEnding: ReadonlySet<ProviderName>;
};

/** `take` must be taken before the choice is committed; null when funds do not limit it. */
export type Choice = Decision<StepOutcome> & { readonly take: Taking | null };

const keepAsIs = (outcome: StepOutcome): Choice => ({ ...keep(outcome), take: null });

/** Whether the lease has a choice that stands. */
const isKept = ({ chosen }: Starting, { replaces }: ChoiceFacts): boolean =>
  chosen !== null && chosen.id !== replaces;

/** Chooses the offer for the next attempt. A choice that no attempt has used is kept. */
export function decideChoice(lease: Lease, facts: ChoiceFacts, now: EpochMs): Choice {
  const skip = stopReason(lease, facts.input, now);
  if (skip !== null) return keepAsIs(skip);
  const last = currentAttempt(lease);
  // The last attempt has an instance, or may have one that must be searched for first.
  const isOpen = last !== undefined && (last.state === 'created' || isUnanswered(last));
  if (!isStarting(lease) || isOpen || isKept(lease, facts)) return keepAsIs(done(null));
  const frozen = endFrozenLease(lease, facts.frozen, now);
  if (frozen !== null) return { ...frozen, take: null };
  const { rooms, bootLimit, snapshots } = facts;
  const funds = { rooms, lease, bootLimit, now };
  const usable = keepSelfEnding(usableOffers(snapshots, facts, now), lease, facts.selfEnding);
  const menu = keepAffordable(usable, funds);
  const offer = pickOffer(lease, menu, limitsOf(lease, facts, now));
  if ('kind' in offer) {
    // A choice that can't be replaced must not be kept: Choose offer would find it again.
    const commit = lease.chosen === null ? null : { ...lease, chosen: null };
    return { commit, result: offer, take: null };
  }
  const reason = inWords(offer, lease.terms.requirement.diskGb);
  const commit = chooseOffer(lease, { offer, reason }, now);
  return { commit, result: done(null), take: roomToTake(offer, funds) };
}
