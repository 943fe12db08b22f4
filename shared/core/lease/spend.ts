// What a lease has cost so far, against what it may cost: its own cap, or what is held for it. Both
// are limits on money, not on time, so they also bind what time can't foresee: bytes. Past its end,
// while a provider refuses teardown, the hold grows with the cost instead.

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
import { chargesOf, totalOf } from '../ledger/charge.ts';
import { endUnlessOver } from './end.ts';
import { billOf, isOver, type Lease, type LeaseIn } from './lease.ts';
import { growHold } from './lease-moves.ts';

/** What its instances cost until `now`, bytes included as far as its pulse tells them. */
export const spentBy = (lease: Lease, pulse: Pulse | null, now: EpochMs): MicroUsd =>
  totalOf(chargesOf(billOf(lease, pulse), now));

/** What an hour of its instances costs now, bytes excepted: as they run, and as they exist. */
export function presentRate({
  attempts,
  terms,
}: Pick<Lease, 'attempts' | 'terms'>): MicroUsdPerHour {
  const rates = attempts.filter(isHolding).map((attempt) => {
    const stopped = attempt.state === 'retiring' && attempt.destroyAcceptedAt !== null;
    if (stopped) return sumRates();
    const { gpuMicroUsdPerHour, diskMicroUsdPerGbHour } = attempt.offer;
    const disk = rateOf(diskMicroUsdPerGbHour, terms.requirement.diskGb);
    return attempt.runningAt === null ? disk : sumRates(gpuMicroUsdPerHour, disk);
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

/** Why the lease must end for what it has cost; null while it may go on. */
export function spentUp(lease: Lease, pulse: Pulse | null, now: EpochMs) {
  const { reason, amount } = limitOf(lease);
  const spent = spentBy(lease, pulse, now);
  if (isOver(lease) || spent < amount) return null;
  const what = reason === 'spend-cap' ? 'its spend cap' : 'its hold';
  return { reason, why: `the lease has cost ${formatUsd(spent)}; ${what} is ${formatUsd(amount)}` };
}

/** The lease as ending for what it has cost; null while it may go on, or when it is over. */
export function endOverspent(
  lease: Lease,
  pulse: Pulse | null,
  now: EpochMs,
): LeaseIn<'ending'> | null {
  const end = spentUp(lease, pulse, now);
  return end === null ? null : endUnlessOver(lease, end, now);
}

/** When it will have cost all it may at the present rate; null when nothing runs. */
export function spentUpAt(lease: Lease, pulse: Pulse | null, now: EpochMs): EpochMs | null {
  const left = rest(limitOf(lease).amount, spentBy(lease, pulse, now));
  const length = timeToCost(presentRate(lease), left);
  return length === null ? null : after(now, length);
}

/**
 * What must be held for an ending lease that has cost more than is held, because its teardown is
 * refused: what it cost, and some time at its present rate, so that it grows seldom. Null while its
 * hold will do.
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

/** The ending lease with its hold grown to what it has cost; null while its hold will do. */
export function growOutgrownHold(
  lease: Lease,
  pulse: Pulse | null,
  now: EpochMs,
): LeaseIn<'ending'> | null {
  if (lease.state !== 'ending') return null;
  const to = outgrownHold(lease, pulse, now);
  return to === null ? null : growHold(lease, to, now);
}
