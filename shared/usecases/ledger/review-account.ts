// Review account: applies the consequences of the spent part of the month's budget. The sweep calls
// it each minute, and a change of limits calls it at once; the first call records the result.

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
 * Records new crossings and whether the account is frozen. Of concurrent reviews, only the first
 * one writes. Safe to repeat. Throws StoreDown.
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

/** Writes the committed notes to the account's log and returns the account. Safe to repeat. */
export async function publishNotes({ accounts }: Reviewing, account: Account): Promise<Account> {
  const now = (await accounts.get(account.consumer)) ?? account;
  await accounts.applyNotes(now);
  return now;
}

/**
 * Applies the finding of a sweep about an account: records it, publishes its notes, ends leases
 * that must end. Safe to repeat. Throws StoreDown, ProviderDown, Conflict.
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
