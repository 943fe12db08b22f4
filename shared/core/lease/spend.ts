// What a lease has cost so far, compared with its spend cap and its hold. Both limit money, not
// time, so they also cover transfer. After the lease starts to end, while a provider refuses
// teardown, the hold grows with the cost.

import {
  cost,
  formatUsd,
  type MicroUsd,
  type MicroUsdPerHour,
  rateOf,
  rest,
  sum,
  sumRates,
  timeToCost,
} from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import { after, type EpochMs } from '../base/time.ts';
import { isHolding } from '../instance/attempt.ts';
import type { Pulse } from '../instance/pulse.ts';
import { chargesOf, reportedCostOf, totalOf, unreportedTransferOf } from '../ledger/charge.ts';
import { endUnlessOver } from './end.ts';
import { billOf, isOver, type Lease, type LeaseIn } from './lease.ts';
import { growHold } from './lease-moves.ts';
import { rateOfInstance } from './price.ts';

/** What is charged for its instances until `now`, with the transfer that the pulse has counted. */
export const spentBy = (lease: Lease, pulse: Pulse | null, now: EpochMs): MicroUsd =>
  totalOf(chargesOf(billOf(lease, pulse), now));

/**
 * What counts against its limit: the charge, transfer beyond its allowance as the instance reports
 * it, and a reserve for transfer that it does not report. Only the provider's charges can charge
 * the last two.
 */
function countedBy(lease: Lease, pulse: Pulse | null, now: EpochMs) {
  const bill = billOf(lease, pulse);
  const reserved = unreportedTransferOf(bill, now);
  return { reserved, counted: sum(reportedCostOf(bill, now), reserved) };
}

/**
 * What its instances cost per hour now, without transfer: the GPU while running, the disk while
 * existing.
 */
export function presentRate(lease: Lease): MicroUsdPerHour {
  const rates = lease.attempts.filter(isHolding).map((attempt) => {
    const stopped = attempt.state === 'retiring' && attempt.destroyAcceptedAt !== null;
    if (stopped) return sumRates();
    if (attempt.runningAt !== null) return rateOfInstance(lease, attempt);
    return rateOf(attempt.offer.diskMicroUsdPerGbHour, lease.terms.requirement.diskGb);
  });
  return sumRates(...rates);
}

type Limit = { readonly reason: 'spend-cap' | 'over-budget'; readonly amount: MicroUsd };

function limitOf({ terms, hold }: Lease): Limit {
  const { spendCapMicroUsd: cap } = terms;
  return cap !== null && cap <= hold.amountMicroUsd
    ? { reason: 'spend-cap', amount: cap }
    : { reason: 'over-budget', amount: hold.amountMicroUsd };
}

/** Why the lease must end for its cost; null while it is below its limit. */
export function spendingEnd(lease: Lease, pulse: Pulse | null, now: EpochMs) {
  const { reason, amount } = limitOf(lease);
  const { counted, reserved } = countedBy(lease, pulse, now);
  if (isOver(lease) || counted < amount) return null;
  const what = reason === 'spend-cap' ? 'its spend cap' : 'its hold';
  const part =
    reserved === 0 ? '' : `, of which ${formatUsd(reserved)} is reserved for unreported transfer`;
  const cost = `the lease has cost ${formatUsd(counted)}${part}`;
  return { reason, why: `${cost}; ${what} is ${formatUsd(amount)}` };
}

/**
 * The lease in `ending` for its cost; null while it is below its limit, or when it is already
 * ending or ended.
 */
export function endOverspent(
  lease: Lease,
  pulse: Pulse | null,
  now: EpochMs,
): LeaseIn<'ending'> | null {
  const end = spendingEnd(lease, pulse, now);
  return end === null ? null : endUnlessOver(lease, end, now);
}

/** When the lease will reach its limit at the current rate; null when nothing runs. */
export function spendingEndAt(lease: Lease, pulse: Pulse | null, now: EpochMs): EpochMs | null {
  const left = rest(limitOf(lease).amount, countedBy(lease, pulse, now).counted);
  const length = timeToCost(presentRate(lease), left);
  return length === null ? null : after(now, length);
}

/**
 * The hold for an ending lease that costs more than its hold because teardown is refused: the cost
 * so far, plus some time at the current rate, so that the hold grows rarely. Null while the hold is
 * sufficient.
 */
export function outgrownHold(
  lease: LeaseIn<'ending'>,
  pulse: Pulse | null,
  now: EpochMs,
): MicroUsd | null {
  const spent = spentBy(lease, pulse, now);
  if (spent <= lease.hold.amountMicroUsd) return null;
  return sum(spent, cost(presentRate(lease), policy.teardown.growHoldBy));
}

/** The ending lease with its hold raised to its cost; null while the hold is sufficient. */
export function growOutgrownHold(
  lease: Lease,
  pulse: Pulse | null,
  now: EpochMs,
): LeaseIn<'ending'> | null {
  if (lease.state !== 'ending') return null;
  const to = outgrownHold(lease, pulse, now);
  return to === null ? null : growHold(lease, to, now);
}
