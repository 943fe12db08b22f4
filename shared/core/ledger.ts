// Holds and charges: what is set aside before a machine may exist, and what the lease really cost.
// The account, the ledger entries and the leases' own charges must always agree.

import * as z from 'zod/mini';
import type { Attempt } from './attempt.ts';
import { isHolding } from './attempt.ts';
import { ConsumerId, LeaseId } from './ids.ts';
import {
  cost,
  MicroUsd,
  MicroUsdPerHour,
  rateOf,
  rest,
  SignedMicroUsd,
  SignedMicroUsdPerHour,
  sum,
} from './money.ts';
import { transferAllowance } from './offer.ts';
import { policy } from './policy.ts';
import { between, type DurationMs, EpochMs, Month, times, total } from './time.ts';

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

/**
 * What one attempt cost until `until`: the disk from creation, the GPU from when it was first
 * known to run, both to the accepted destroy. Attempts without a machine cost nothing.
 */
export function chargeOfAttempt(attempt: Attempt, diskGb: number, until: EpochMs): MicroUsd {
  if (!isHolding(attempt) && attempt.state !== 'gone') return sum();
  const accepted = attempt.state === 'created' ? null : attempt.destroyAcceptedAt;
  const end = accepted ?? until;
  const { offer, runningAt } = attempt;
  const disk = rateOf(offer.diskMicroUsdPerGbHour, diskGb);
  const gpu = runningAt === null ? sum() : cost(offer.gpuMicroUsdPerHour, between(runningAt, end));
  return sum(gpu, cost(disk, between(attempt.createdAt, end)));
}

/** What all attempts of a lease cost until `until`. */
export function chargeOf(attempts: readonly Attempt[], diskGb: number, until: EpochMs): MicroUsd {
  return sum(...attempts.map((attempt) => chargeOfAttempt(attempt, diskGb, until)));
}

/** How a hold ends: part of it is charged, the rest returned; what went past it is an overrun. */
export type Settlement = {
  readonly charged: MicroUsd;
  readonly released: MicroUsd;
  readonly overrun: MicroUsd;
};

/** Splits a hold by what the lease cost: charged + released = hold + overrun, always. */
export function settle(held: MicroUsd, charged: MicroUsd): Settlement {
  return { charged, released: rest(held, charged), overrun: rest(charged, held) };
}

/** What is written to the ledger, once each, and never changed. */
export const EntryKind = z.enum([
  'hold-placed',
  'hold-raised',
  'hold-released',
  'charge',
  'overrun',
]);
export type EntryKind = z.infer<typeof EntryKind>;

/** An immutable ledger entry, keyed by lease and sequence. */
export const LedgerEntry = z.object({
  leaseId: LeaseId,
  consumer: ConsumerId,
  seq: z.int().check(z.gte(1)),
  month: Month,
  at: EpochMs,
  kind: EntryKind,
  amountMicroUsd: MicroUsd,
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;

/** What the entries of some leases sum up to, to compare with account and leases. */
export type EntryTotals = { readonly held: number; readonly charged: number };

/** Adds entries up: what is still held, and what was charged. */
export function totalsOf(entries: readonly LedgerEntry[]): EntryTotals {
  const of = (kind: EntryKind): number =>
    entries
      .filter((entry) => entry.kind === kind)
      .reduce((all, entry) => all + entry.amountMicroUsd, 0);
  const charged = of('charge');
  const taken = charged - of('overrun');
  return { held: of('hold-placed') + of('hold-raised') - taken - of('hold-released'), charged };
}
