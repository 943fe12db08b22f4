// The amount of a lease's hold: first the worst case, then what its instance can still cost.

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
import { loweredTo, risesOf } from '../ledger/hold-parts.ts';
import { currentAttempt, type LeaseIn, type Terms } from './lease.ts';
import { addEntry, addEvent, addParts } from './lease-moves.ts';
import { rateOfInstance } from './price.ts';
import { spentBy } from './spend.ts';

/** The requested terms that the worst case depends on. */
export type HoldTerms = Pick<
  Terms,
  'ceiling' | 'duration' | 'transferGb' | 'transferCeilingMicroUsdPerGb' | 'spendCapMicroUsd'
> & {
  /** The longest time an attempt can cost money, at any provider the lease may use. */
  readonly attemptLimit: DurationMs;
};

/** Each instance's GPU, disk, upload and download are each rounded up to a whole micro-dollar. */
const ROUNDINGS = 4;

/**
 * How much a lease can cost beyond its spend cap: the sweep checks the cap once per run, and
 * teardown costs too. Only a provider that refuses teardown can exceed it.
 */
export const pastSpendCap = (ceiling: HoldTerms['ceiling']): MicroUsd =>
  cost(ceiling, total(policy.sweep.every, policy.sweep.maxDuration, policy.teardown.allowance));

/**
 * The worst case, held before anything is created: the ceiling over the requested duration and over
 * every allowed attempt at its longest (search, boot, teardown, minimum term), plus a transfer
 * allowance. The ceiling is all-in, so it includes the disk. A lease with a spend cap holds no more
 * than the cap plus the most it can cost beyond it.
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
 * What its instance costs per hour: its present rate, or the last reading when that is higher. The
 * reading is within the ceiling, or the instance had not been accepted.
 */
function instanceRate(lease: LeaseIn<'active'>) {
  const attempt = currentAttempt(lease);
  invariant(attempt?.state === 'created', 'an active lease has an instance');
  const rate = rateOfInstance(lease, attempt);
  const read = attempt.rateRead?.rate ?? 0;
  return { offer: attempt.offer, rate: microUsdPerHour(Math.max(rate, read)) };
}

/**
 * Lowers the hold once, when the instance is known: to the cost of the attempts so far, the
 * instance's rate over the requested duration and teardown, and the transfer allowance at the
 * offer's price. The outbox applies the change to the account.
 */
export function repriceHold(lease: LeaseIn<'active'>, now: EpochMs): LeaseIn<'active'> {
  const { terms, hold } = lease;
  const { offer, rate } = instanceRate(lease);
  const perGb = microUsd(Math.max(offer.uploadMicroUsdPerGb, offer.downloadMicroUsdPerGb));
  const needed = sum(
    spentBy(lease, null, now),
    cost(rate, total(terms.duration, policy.teardown.allowance)),
    amountOf(perGb, terms.transferGb),
    microUsd(ROUNDINGS),
  );
  const amountMicroUsd = lesser(hold.amountMicroUsd, needed);
  const released = rest(hold.amountMicroUsd, amountMicroUsd);
  const lowered = loweredTo(hold, amountMicroUsd);
  const repriced = { ...lowered, rateMicroUsdPerHour: rate, repricedAt: now };
  const costs = `the instance costs ${formatUsd(rate)}/h`;
  const reason = `${costs}; ${formatUsd(released)} of the hold released`;
  const noted = addEvent({ ...lease, hold: repriced }, { type: 'hold-lowered', reason }, now);
  if (released === 0) return addEntry(noted, { kind: 'hold-released' }, released);
  return addParts(noted, 'hold-released', risesOf(lowered, hold));
}
