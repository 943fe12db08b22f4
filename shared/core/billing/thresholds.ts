// Thresholds of an account: the spent part of the month's budget, settled or not, and its
// consequences. A crossing counts once per month; the account is frozen while its spending is above
// the threshold.

import { formatUsd, type MicroUsd, microUsd, percentOf } from '../base/money.ts';
import type { EpochMs } from '../base/time.ts';
import type { End } from '../lease/end.ts';
import { isOver, type Lease } from '../lease/lease.ts';
import { spentBy } from '../lease/spend.ts';
import type { Account, AccountNote, Threshold } from '../ledger/account.ts';
import { byMonth } from '../ledger/hold-parts.ts';

/** The leases with holds on the account, by id, read after the account. */
export type LeasesById = ReadonlyMap<string, Lease>;

/** The charges of this month, plus what open leases cost until `now` of their parts of it. */
export function spentOf(account: Account, leases: LeasesById, now: EpochMs): MicroUsd {
  const accrued = Object.entries(account.holds).flatMap(([id, hold]) => {
    const lease = leases.get(id);
    const parts =
      lease === undefined ? [] : byMonth(hold, spentBy(lease, null, now), account.month);
    return parts
      .filter(({ month }) => month === account.month)
      .map(({ amountMicroUsd }) => amountMicroUsd);
  });
  const spent = accrued.reduce<number>((all, each) => all + each, account.chargedMicroUsd);
  return microUsd(Math.max(0, spent));
}

export type Review = {
  readonly spent: MicroUsd;
  /** Thresholds that are newly crossed. */
  readonly crossed: readonly Threshold[];
  /** Whether new leases are refused. */
  readonly frozen: boolean;
  /** The threshold that ends open leases; null when none does. */
  readonly ends: Threshold | null;
};

/** The consequences of the spent amount. */
export function reviewOf(account: Account, spent: MicroUsd): Review {
  const { monthlyBudgetMicroUsd: budget, thresholds } = account.limits;
  const reached = thresholds.filter(
    ({ percent }) => spent > 0 && spent >= percentOf(budget, percent),
  );
  return {
    spent,
    crossed: reached.filter(({ percent }) => account.crossed[String(percent)] === undefined),
    frozen: reached.some(({ action }) => action !== 'notify'),
    ends: reached.find(({ action }) => action === 'end') ?? null,
  };
}

const FOLLOWS = {
  notify: '',
  freeze: '; new leases are refused',
  end: '; new leases are refused, open leases end',
} as const;

/** The note for a crossed threshold. */
export function crossingNote(
  account: Account,
  { percent, action }: Threshold,
  { spent, at }: { readonly spent: MicroUsd; readonly at: EpochMs },
): AccountNote {
  const budget = formatUsd(account.limits.monthlyBudgetMicroUsd);
  const reason = `${formatUsd(spent)} of ${budget} for ${account.month} is spent: ${percent} %`;
  const what = { kind: 'threshold-crossed', id: String(percent) } as const;
  return { at, ...what, by: null, reason: `${reason}${FOLLOWS[action]}`, from: null, to: null };
}

export type AccountFinding = {
  readonly kind: 'ok' | 'threshold' | 'pending-notes';
  readonly account: Account;
  readonly review: Review;
  /** Open leases that must end. */
  readonly ending: readonly Lease[];
};

/** One finding for each account. `leases` has all leases with holds, read after the accounts. */
export function findAccounts(
  accounts: readonly Account[],
  leases: LeasesById,
  now: EpochMs,
): readonly AccountFinding[] {
  return accounts.map((account) => {
    const review = reviewOf(account, spentOf(account, leases, now));
    const open = Object.keys(account.holds).flatMap((id) => leases.get(id) ?? []);
    const ending = review.ends === null ? [] : open.filter((lease) => !isOver(lease));
    const news = review.crossed.length > 0 || review.frozen !== account.frozen;
    const found = { account, review, ending };
    if (news || ending.length > 0) return { kind: 'threshold', ...found };
    return { kind: Object.keys(account.notes).length > 0 ? 'pending-notes' : 'ok', ...found };
  });
}

/**
 * Why the open leases of a reviewed account end; null when they continue, or when the limits or the
 * month of the account have changed since the review.
 */
export function endForBudget({ account, review }: AccountFinding, now: Account): End | null {
  const same = now.limitsVersion === account.limitsVersion && now.month === account.month;
  if (review.ends === null || !same) return null;
  const spent = `${formatUsd(review.spent)} is spent`;
  const why = `${spent}: ${review.ends.percent} % of the account's monthly budget`;
  return { reason: 'over-budget', why };
}
