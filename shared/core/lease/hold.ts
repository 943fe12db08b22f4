// How much is held: the worst case before anything exists, then what the instance that was taken
// can still cost.

import { invariant } from '../base/invariant.ts';
import {
  amountOf,
  cost,
  formatUsd,
  lesser,
  type MicroUsd,
  microUsd,
  microUsdPerHour,
  rest,
  sum,
} from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import { type DurationMs, type EpochMs, times, total } from '../base/time.ts';
import { allInRate } from '../instance/offer.ts';
import { currentAttempt, type LeaseIn, type Terms } from './lease.ts';
import { addEntry, addEvent } from './lease-moves.ts';
import { spentBy } from './spend.ts';

/** What a lease must be able to cost at worst, by what it asks for. */
export type HoldTerms = Pick<
  Terms,
  'ceiling' | 'duration' | 'transferGb' | 'transferCeilingMicroUsdPerGb' | 'spendCapMicroUsd'
> & {
  /** The longest an attempt can cost anything, at any provider the lease may go to. */
  readonly attemptLimit: DurationMs;
};

/** Each instance's GPU, disk, upload and download are each rounded up to a whole micro-dollar. */
const ROUNDINGS = 4;

/**
 * How far a lease may go past its spend cap: it is looked at once a sweep, and its teardown costs
 * like the rest of it. Only a provider that refuses teardown can make it more.
 */
export const pastSpendCap = (ceiling: HoldTerms['ceiling']): MicroUsd =>
  cost(ceiling, total(policy.sweep.every, policy.sweep.longest, policy.teardown.allowance));

/**
 * The worst case, set aside before anything is created: the ceiling over the time asked and over
 * every allowed attempt at its longest (search, boot, teardown, minimum term), and a transfer
 * allowance. The ceiling is all-in, so the disk is within it. A lease with a spend cap holds no
 * more than the cap and the way past it: nothing is held that it can't cost.
 */
export function holdFor(terms: HoldTerms): MicroUsd {
  const { maxAttempts } = policy.lease;
  const longest = total(terms.duration, times(terms.attemptLimit, maxAttempts));
  const transfer = amountOf(terms.transferCeilingMicroUsdPerGb, terms.transferGb);
  const rounding = microUsd(ROUNDINGS * maxAttempts);
  const worst = sum(cost(terms.ceiling, longest), transfer, rounding);
  if (terms.spendCapMicroUsd === null) return worst;
  return lesser(worst, sum(terms.spendCapMicroUsd, pastSpendCap(terms.ceiling), rounding));
}

/**
 * What its instance costs in an hour: by the offer, or by what it says itself when that is more.
 */
function rateTaken(lease: LeaseIn<'active'>) {
  const attempt = currentAttempt(lease);
  invariant(attempt?.state === 'created', 'an active lease has an instance');
  const { offer, observedRate } = attempt;
  const rate = allInRate(offer, lease.terms.requirement.diskGb);
  return { offer, rate: microUsdPerHour(Math.max(rate, observedRate ?? 0)) };
}

/**
 * The hold shrinks once to what the lease can still need, now that its instance is known: what its
 * attempts cost so far, the instance's own rate over the time asked and teardown, and the transfer
 * allowance at the instance's own price. The account follows from the outbox.
 */
export function repriceHold(lease: LeaseIn<'active'>, now: EpochMs): LeaseIn<'active'> {
  const { terms, hold } = lease;
  const { offer, rate } = rateTaken(lease);
  const perGb = microUsd(Math.max(offer.uploadMicroUsdPerGb, offer.downloadMicroUsdPerGb));
  const needed = sum(
    spentBy(lease, null, now),
    cost(rate, total(terms.duration, policy.teardown.allowance)),
    amountOf(perGb, terms.transferGb),
    microUsd(ROUNDINGS),
  );
  const amountMicroUsd = lesser(hold.amountMicroUsd, needed);
  const released = rest(hold.amountMicroUsd, amountMicroUsd);
  const repriced = { ...hold, amountMicroUsd, rateMicroUsdPerHour: rate, repricedAt: now };
  const costs = `the instance costs ${formatUsd(rate)}/h`;
  const reason = `${costs}; ${formatUsd(released)} of the hold released`;
  const noted = addEvent({ ...lease, hold: repriced }, { type: 'hold-lowered', reason }, now);
  return addEntry(noted, { kind: 'hold-released' }, released);
}
