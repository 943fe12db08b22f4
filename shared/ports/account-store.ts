// Where accounts are kept, with their log. Each write is one item under one condition. All may
// throw StoreDown, and Conflict when too many change one account at a time; all repeat safely.

import type { ConsumerId, LeaseId } from '../core/base/ids.ts';
import type { MicroUsd } from '../core/base/money.ts';
import type { EpochMs, Month } from '../core/base/time.ts';
import type { Review } from '../core/billing/thresholds.ts';
import type {
  Account,
  AccountLimits,
  AccountNote,
  Hold,
  HoldRefusal,
  NotePlace,
  Wanted,
} from '../core/ledger/account.ts';
import type { LedgerEntry } from '../core/ledger/entry.ts';

export type PlaceOutcome =
  /** The hold as the account has it. */
  | { readonly kind: 'placed'; readonly hold: Hold }
  | { readonly kind: 'refused'; readonly refusal: HoldRefusal };

/** One lease's hold. */
export type HoldOf = { readonly consumer: ConsumerId; readonly leaseId: LeaseId };

export type AccountStore = {
  get(consumer: ConsumerId): Promise<Account | null>;
  /** Every account there is. */
  all(): Promise<readonly Account[]>;
  /**
   * Sets money aside for a lease, all limits in one conditional write; opens the account with
   * `defaults` at first. The hold belongs to the account's month, which may be later than asked.
   * Repeating it for the same lease changes nothing and returns the hold that is there.
   */
  place(
    request: HoldOf & {
      readonly hold: Hold;
      readonly wanted: Wanted;
      readonly defaults: AccountLimits;
    },
  ): Promise<PlaceOutcome>;
  /**
   * Raises a lease's hold to `to` unless it is that high already, and notes that it did so `at`;
   * refused as a whole when there is no room. Throws Conflict when there is no such hold.
   */
  raise(request: HoldOf & { readonly to: MicroUsd; readonly at: EpochMs }): Promise<PlaceOutcome>;
  /** Lowers a hold to `to` if it is exactly `from`, which was raised. */
  lower(
    request: HoldOf & { readonly from: Hold; readonly to: MicroUsd },
  ): Promise<'lowered' | 'changed'>;
  /** Shrinks a hold to amount and rate of `to`; one that was repriced or is gone stays as it is. */
  reprice(request: HoldOf & { readonly to: Hold }): Promise<void>;
  /** Grows a hold to `to` without asking for room; one that is that high, or settled, stays. */
  grow(request: HoldOf & { readonly to: MicroUsd }): Promise<void>;
  /**
   * Enters a true-up or correction of a settled lease, after all that came before it, in ledger and
   * account; one that was entered is left as it is.
   */
  correct(entry: LedgerEntry): Promise<void>;
  /** Turns a hold into a charge and returns the rest; a settled lease is left as it is. */
  settle(request: HoldOf & { readonly charged: MicroUsd }): Promise<void>;
  /** Opens an account with other limits than the defaults; `note` says who did and why. */
  open(request: {
    readonly consumer: ConsumerId;
    readonly month: Month;
    readonly limits: AccountLimits;
    readonly note: AccountNote;
  }): Promise<'opened' | 'exists'>;
  /**
   * Replaces the limits of exactly this version. Room moves by the difference, so that holds placed
   * meanwhile are kept; it may fall below zero.
   */
  changeLimits(request: {
    readonly account: Account;
    readonly limits: AccountLimits;
    readonly note: AccountNote;
  }): Promise<'changed' | 'stale'>;
  /** Records crossings and the freeze that follow from `review`; only the first of several does. */
  cross(request: {
    readonly account: Account;
    readonly review: Review;
    readonly at: EpochMs;
    readonly notes: readonly AccountNote[];
  }): Promise<'crossed' | 'stale'>;
  /** Writes to the log what was committed with the account and isn't there yet. */
  applyNotes(account: Account): Promise<void>;
  /** Adds a note; one with its key is left as it is. */
  appendNote(consumer: ConsumerId, note: AccountNote): Promise<void>;
  /** The account's log after `after` in order of time, one page. */
  notes(
    consumer: ConsumerId,
    page: { readonly after: NotePlace | null; readonly limit: number },
  ): Promise<readonly AccountNote[]>;
};
