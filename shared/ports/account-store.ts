// Stores accounts and their logs. Each write is one conditional write of one item. All may throw
// StoreDown, and Conflict after too many concurrent changes of one account; all are safe to repeat.

import type { ConsumerId, LeaseId } from '../core/base/ids.ts';
import type { MicroUsd } from '../core/base/money.ts';
import type { EpochMs, Month } from '../core/base/time.ts';
import type { Review } from '../core/billing/thresholds.ts';
import type {
  Account,
  AccountLimits,
  AccountNote,
  Hold,
  HoldPart,
  HoldRefusal,
  NotePlace,
  Wanted,
} from '../core/ledger/account.ts';
import type { LedgerEntry } from '../core/ledger/entry.ts';
import type { ReportUnreadable } from './unreadable.ts';

export type PlaceOutcome =
  /** The hold as stored in the account. */
  | { readonly kind: 'placed'; readonly hold: Hold }
  | { readonly kind: 'refused'; readonly refusal: HoldRefusal };

/** One lease's hold. */
export type HoldOf = { readonly consumer: ConsumerId; readonly leaseId: LeaseId };

export type AccountStore = {
  /** With `report`, an unreadable account is null and reported; without it, a failure. */
  get(consumer: ConsumerId, report?: ReportUnreadable): Promise<Account | null>;
  /** The consumers that have an account, readable or not. */
  consumers(): Promise<readonly ConsumerId[]>;
  /** All accounts. Unreadable ones are left out and reported. */
  all(report?: ReportUnreadable): Promise<readonly Account[]>;
  /**
   * Places a hold for a lease; one conditional write checks all limits. Opens the account with
   * `defaults` if there is none. The hold belongs to the account's month, which may be later than
   * requested. A repeat for the same lease changes nothing and returns the existing hold.
   */
  place(
    request: HoldOf & {
      readonly hold: Hold;
      readonly wanted: Wanted;
      readonly defaults: AccountLimits;
    },
  ): Promise<PlaceOutcome>;
  /**
   * Raises a hold to `to` unless it is already that high, and records `at`. The raise belongs to
   * the month of `at`, or to the account's when that is later, and takes its room; refused when
   * there is none. Throws Conflict when there is no such hold.
   */
  raise(request: HoldOf & { readonly to: MicroUsd; readonly at: EpochMs }): Promise<PlaceOutcome>;
  /** Lowers a raised hold to `to` if it is exactly `from`. */
  lower(
    request: HoldOf & { readonly from: Hold; readonly to: MicroUsd },
  ): Promise<'lowered' | 'changed'>;
  /** Lowers a hold to the parts and rate of `to`; a repriced or settled hold stays unchanged. */
  reprice(request: HoldOf & { readonly to: Hold }): Promise<void>;
  /**
   * Raises a hold to the parts of `to` without checking room; a hold that is that high or settled
   * stays unchanged.
   */
  grow(request: HoldOf & { readonly to: Hold }): Promise<void>;
  /**
   * Enters a true-up, correction or reserve of a lease in ledger and account, in sequence; an
   * existing one stays unchanged.
   */
  correct(entry: LedgerEntry): Promise<void>;
  /**
   * Turns the hold that was placed at `placedAt` into charges by month and releases the rest. A
   * settled lease stays unchanged, and so does a hold that was placed again since: a late repeat of
   * the request placed it, and its lease is charged already.
   */
  settle(
    request: HoldOf & { readonly placedAt: EpochMs; readonly charges: readonly HoldPart[] },
  ): Promise<void>;
  /**
   * Opens an account with limits other than the defaults; `note` records the operator and reason.
   */
  open(request: {
    readonly consumer: ConsumerId;
    readonly month: Month;
    readonly limits: AccountLimits;
    readonly note: AccountNote;
  }): Promise<'opened' | 'exists'>;
  /**
   * Replaces the limits of exactly this version. Room changes by the difference, so that concurrent
   * holds stay valid; it may become negative.
   */
  changeLimits(request: {
    readonly account: Account;
    readonly limits: AccountLimits;
    readonly note: AccountNote;
  }): Promise<'changed' | 'stale'>;
  /** Records the crossings and the freeze of `review`; of concurrent reviews only the first one. */
  cross(request: {
    readonly account: Account;
    readonly review: Review;
    readonly at: EpochMs;
    readonly notes: readonly AccountNote[];
  }): Promise<'crossed' | 'stale'>;
  /** Writes the committed notes that are not in the log yet. */
  applyNotes(account: Account): Promise<void>;
  /** Adds a note; an existing note with its key stays unchanged. */
  appendNote(consumer: ConsumerId, note: AccountNote): Promise<void>;
  /**
   * One page of the account's log after `after`, in order of time; fewer than `limit` are the last
   * ones. Unreadable ones are left out and reported.
   */
  notes(
    consumer: ConsumerId,
    page: {
      readonly after: NotePlace | null;
      readonly limit: number;
      readonly report?: ReportUnreadable;
    },
  ): Promise<readonly AccountNote[]>;
};
