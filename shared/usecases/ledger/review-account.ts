// Review account: what follows from how much of the month's budget is spent. The sweep asks for it
// each minute, and who changes limits at once; whichever comes first records it.

import {
  type AccountFinding,
  crossingNote,
  endForBudget,
  type Review,
} from '../../core/billing/thresholds.ts';
import type { Account } from '../../core/ledger/account.ts';
import type { AccountStore } from '../../ports/account-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Records } from '../common/change-lease.ts';
import type { WakePorts } from '../common/wake-lease.ts';
import { endAndWake } from '../lease/end-from-outside.ts';

type Reviewing = { readonly accounts: AccountStore; readonly clock: Clock };

/**
 * Records new crossings and whether the account is frozen, in one write that only the first of
 * several reviewers makes. Safe to repeat. Throws StoreDown.
 */
export async function recordReview(
  { accounts, clock }: Reviewing,
  account: Account,
  review: Review,
): Promise<void> {
  const { crossed, frozen, spent } = review;
  if (crossed.length === 0 && frozen === account.frozen) return;
  const at = clock.now();
  const notes = crossed.map((threshold) => crossingNote(account, threshold, { spent, at }));
  await accounts.cross({ account, review, at, notes });
}

/** Writes to its log what was committed with the account by now, and returns it. Repeats safely. */
export async function publishNotes({ accounts }: Reviewing, account: Account): Promise<Account> {
  const now = (await accounts.get(account.consumer)) ?? account;
  await accounts.applyNotes(now);
  return now;
}

/**
 * Carries out what a sweep found about an account: records it, publishes it, ends the leases that
 * have to end. Safe to repeat. Throws StoreDown, ProviderDown, Conflict.
 */
export async function applyReview(
  ports: Records & WakePorts,
  found: AccountFinding,
): Promise<void> {
  await recordReview(ports, found.account, found.review);
  const end = endForBudget(found, await publishNotes(ports, found.account));
  if (end === null) return;
  for (const { id } of found.ending) await endAndWake(ports, id, end);
}
