// Accounts and holds: what a consumer may spend, and what is set aside before a machine may exist.

import * as z from 'zod/mini';
import { ConsumerId, LeaseId } from './ids.ts';
import {
  cost,
  MicroUsd,
  MicroUsdPerHour,
  microUsd,
  SignedMicroUsd,
  SignedMicroUsdPerHour,
  sum,
} from './money.ts';
import { transferAllowance } from './offer.ts';
import { policy } from './policy.ts';
import { type DurationMs, EpochMs, Month, times, total } from './time.ts';

const OPEN_RULE = `must be 1 to ${policy.account.openLeasesMost}`;

/** The limits of an account. Every consumer has one; nobody is without limits. */
export const AccountLimits = z.object({
  monthlyBudgetMicroUsd: MicroUsd,
  /** The most that all open leases together may cost in an hour, by their ceilings. */
  rateMicroUsdPerHourMost: MicroUsdPerHour,
  openLeasesMost: z
    .int()
    .check(z.gte(1, OPEN_RULE), z.lte(policy.account.openLeasesMost, OPEN_RULE)),
});
export type AccountLimits = z.infer<typeof AccountLimits>;

/** Money set aside for one open lease. It belongs to the month of admission. */
export const Hold = z.object({
  amountMicroUsd: MicroUsd,
  rateMicroUsdPerHour: MicroUsdPerHour,
  month: Month,
  placedAt: EpochMs,
  /** When an extension last raised it on the account; the lease follows, or it is trimmed. */
  raisedAt: z.optional(EpochMs),
});
export type Hold = z.infer<typeof Hold>;

/**
 * One consumer's account. In every month: budget = room + held + charged, where `held` sums the
 * holds of this month. Room may fall below zero after an overrun, never by admission.
 */
export const Account = z.object({
  consumer: ConsumerId,
  month: Month,
  limits: AccountLimits,
  roomMicroUsd: SignedMicroUsd,
  rateRoomMicroUsdPerHour: SignedMicroUsdPerHour,
  leaseRoom: z.int(),
  chargedMicroUsd: MicroUsd,
  /** Of holds of all months before. */
  chargedBeforeMicroUsd: z._default(MicroUsd, microUsd(0)),
  /** How many true-ups and corrections were entered. */
  correctionSeq: z._default(z.int(), 0),
  holds: z.record(LeaseId, Hold),
});
export type Account = z.infer<typeof Account>;

/** What an account must answer when it is asked to make room for a lease. */
export type HoldRefusal = {
  readonly limit: 'monthly-budget' | 'rate' | 'open-leases';
  readonly room: number;
  readonly asked: number;
};

/** Which limit of `account` a hold does not fit into; null when it fits. */
export function refusalOf(account: Account, hold: Hold): HoldRefusal | null {
  const checks: readonly HoldRefusal[] = [
    { limit: 'monthly-budget', room: account.roomMicroUsd, asked: hold.amountMicroUsd },
    { limit: 'rate', room: account.rateRoomMicroUsdPerHour, asked: hold.rateMicroUsdPerHour },
    { limit: 'open-leases', room: account.leaseRoom, asked: 1 },
  ];
  return checks.find((check) => check.asked > check.room) ?? null;
}

/** What a lease must be able to cost at worst, by what it asks for. */
export type HoldTerms = {
  readonly ceiling: MicroUsdPerHour;
  readonly duration: DurationMs;
  /** The longest an attempt can cost anything, at any provider the lease may go to. */
  readonly attemptLimit: DurationMs;
};

/**
 * The worst case, set aside before anything is created: the ceiling over the time asked and over
 * every allowed attempt at its longest (search, boot, teardown), and a transfer allowance.
 */
export function holdFor(terms: HoldTerms): MicroUsd {
  const longest = total(terms.duration, times(terms.attemptLimit, policy.lease.attemptsMost));
  return sum(cost(terms.ceiling, longest), transferAllowance(policy.transfer.allowanceGb));
}
