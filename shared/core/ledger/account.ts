// Accounts and holds: what a consumer may spend, and the money reserved before an instance can
// exist.

import * as z from 'zod/mini';
import { brandId, ConsumerId, LeaseId } from '../base/ids.ts';
import {
  MicroUsd,
  MicroUsdPerHour,
  microUsd,
  SignedMicroUsd,
  SignedMicroUsdPerHour,
} from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import { ProviderName } from '../base/providers.ts';
import { EpochMs, isoTime, Month } from '../base/time.ts';
import type { Offer } from '../instance/offer.ts';

const { maxOpenLeases, maxThresholds, maxGpuNames } = policy.account;
const OPEN_RULE = `must be 1 to ${maxOpenLeases}`;
const PERCENT_RULE = 'must be 1 to 1000 percent';
const THRESHOLDS_RULE = `must be at most ${maxThresholds}, with increasing percents`;

/**
 * What happens when a percentage of the month's budget is spent: `notify` writes a note to the
 * account's log; `freeze` also refuses new leases for the rest of the month; `end` also ends the
 * open leases.
 */
export const Threshold = z.object({
  percent: z.int().check(z.gte(1, PERCENT_RULE), z.lte(1_000, PERCENT_RULE)),
  action: z.enum(['notify', 'freeze', 'end']),
});
export type Threshold = z.infer<typeof Threshold>;

const rises = (thresholds: readonly Threshold[]): boolean =>
  thresholds.every(({ percent }, at) => at === 0 || percent > (thresholds[at - 1]?.percent ?? 0));

/** The limits of an account. Every consumer has one. */
export const AccountLimits = z.object({
  monthlyBudgetMicroUsd: MicroUsd,
  /** The maximum hourly cost of all open leases together. */
  maxRateMicroUsdPerHour: MicroUsdPerHour,
  maxOpenLeases: z.int().check(z.gte(1, OPEN_RULE), z.lte(maxOpenLeases, OPEN_RULE)),
  /** The maximum hold of one lease. */
  maxLeaseMicroUsd: MicroUsd,
  /** Allowed providers. Empty: any. */
  providers: z.array(ProviderName),
  gpuNames: z
    .array(z.string().check(z.minLength(1), z.maxLength(60)))
    .check(z.maxLength(maxGpuNames)),
  thresholds: z
    .array(Threshold)
    .check(
      z.refine((all) => all.length <= maxThresholds && rises(all as Threshold[]), THRESHOLDS_RULE),
    ),
});
export type AccountLimits = z.infer<typeof AccountLimits>;

/** The part of an amount that counts in one month. */
export const HoldPart = z.object({ month: Month, amountMicroUsd: MicroUsd });
export type HoldPart = z.infer<typeof HoldPart>;

/** Money reserved for one open lease, in parts by month: see hold-parts.ts. */
export const Hold = z.object({
  /** All parts together. */
  amountMicroUsd: MicroUsd,
  /** Its maximum hourly cost: the ceiling, then the rate of its instance. */
  rateMicroUsdPerHour: MicroUsdPerHour,
  /** The month of admission, in which everything counts except `later`. */
  month: Month,
  /** What raises in later months added, the oldest first. */
  later: z.optional(z.array(HoldPart)),
  placedAt: EpochMs,
  /**
   * When an extension last raised it on the account. The lease must follow, or the sweep lowers it.
   */
  raisedAt: z.optional(EpochMs),
  /** When it was lowered to what the instance can still cost; once per lease. */
  repricedAt: z.optional(EpochMs),
});
export type Hold = z.infer<typeof Hold>;

/**
 * What happened to an account. `at`, `kind` and `id` are its key, so that it is written once.
 * Refusals have one note per limit and hour.
 */
export const AccountNote = z.object({
  at: EpochMs,
  kind: z.enum(['limits-changed', 'threshold-crossed', 'hold-refused']),
  id: z.string().check(z.regex(/^[\w-]{1,60}$/)),
  /** The operator who did it; null for automatic notes. */
  by: z.nullable(ConsumerId),
  reason: z.string(),
  from: z.nullable(AccountLimits),
  to: z.nullable(AccountLimits),
});
export type AccountNote = z.infer<typeof AccountNote>;

/** The key of a note, unique within its account. */
export const keyOfNote = ({ at, kind, id }: Pick<AccountNote, 'at' | 'kind' | 'id'>): string =>
  `${isoTime(at)}#${kind}#${id}`;

/** The position of a note in its account's log. */
export type NotePlace = Pick<AccountNote, 'at' | 'kind' | 'id'>;

/**
 * One consumer's account. In every month: budget = room + held + reserved + charged, where `held`
 * sums the holds of this month. Room may fall below zero after an overrun, never by admission.
 */
export const Account = z.object({
  consumer: ConsumerId,
  month: Month,
  limits: AccountLimits,
  /** Every change of the limits increments it; a change must name the version it read. */
  limitsVersion: z.int().check(z.gte(1)),
  roomMicroUsd: SignedMicroUsd,
  rateRoomMicroUsdPerHour: SignedMicroUsdPerHour,
  leaseRoom: z.int(),
  /** Charges settled for this month, and for all earlier months. */
  chargedMicroUsd: MicroUsd,
  chargedBeforeMicroUsd: MicroUsd,
  /** Reserves for unreported transfer of this month, and of all earlier months. */
  reservedMicroUsd: z._default(MicroUsd, microUsd(0)),
  reservedBeforeMicroUsd: z._default(MicroUsd, microUsd(0)),
  /** How many entries with a sequence of the account were entered. */
  correctionSeq: z._default(z.int(), 0),
  /** Whether a threshold refuses new leases now. */
  frozen: z.boolean(),
  /** When each threshold was first crossed this month, by its percent. */
  crossed: z.record(z.string(), EpochMs),
  holds: z.record(LeaseId, Hold),
  /** Committed with the account and not in its log yet. Applying them is safe to repeat. */
  notes: z.record(z.string(), AccountNote),
});
export type Account = z.infer<typeof Account>;

/** The part of a requirement that an account can forbid. Empty: any. */
export type Wanted = {
  readonly providers: readonly ProviderName[];
  readonly gpuNames: readonly string[];
};

/** Money that an open lease holds. */
export type HeldBy = { readonly leaseId: string; readonly amountMicroUsd: MicroUsd };

/** Why a hold is refused. */
export type HoldRefusal =
  | {
      readonly limit: 'per-lease' | 'monthly-budget' | 'rate' | 'open-leases';
      readonly room: number;
      readonly asked: number;
      /** The largest open holds. */
      readonly holds: readonly HeldBy[];
    }
  | { readonly limit: 'threshold'; readonly percent: number }
  | { readonly limit: 'providers' | 'gpus'; readonly allowed: readonly string[] };

/** The leases that hold money on an account. */
export const heldLeases = ({ holds }: Pick<Account, 'holds'>): readonly LeaseId[] =>
  Object.keys(holds).map((id) => brandId(LeaseId, id));

/** The largest open holds of an account. */
export function largestHolds({ holds }: Account): readonly HeldBy[] {
  return Object.entries(holds)
    .map(([leaseId, { amountMicroUsd }]) => ({ leaseId, amountMicroUsd }))
    .toSorted((a, b) => b.amountMicroUsd - a.amountMicroUsd)
    .slice(0, policy.account.holdsShown);
}

const sameLimits = (a: AccountLimits, b: AccountLimits): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(
    ([field, value]) => JSON.stringify(value) === JSON.stringify(b[field as keyof AccountLimits]),
  );

/**
 * Whether limits can be replaced: `made` when they already are the new ones, `stale` when the
 * version has changed.
 */
export function planLimits(
  account: Account,
  { version, limits }: { readonly version: number; readonly limits: AccountLimits },
): 'replace' | 'made' | 'stale' {
  if (account.limitsVersion === version) return 'replace';
  const made = account.limitsVersion === version + 1 && sameLimits(account.limits, limits);
  return made ? 'made' : 'stale';
}

const excludes = (allowed: readonly string[], wanted: readonly string[]): boolean =>
  allowed.length > 0 && wanted.length > 0 && !wanted.some((each) => allowed.includes(each));

/** Whether these limits allow the offer. */
export const allows = (limits: AccountLimits, { provider, gpuName }: Offer): boolean =>
  !excludes(limits.providers, [provider]) && !excludes(limits.gpuNames, [gpuName]);

/** The lowest crossed threshold that refuses new leases. */
const freezingPercent = ({ limits, crossed }: Account): number =>
  limits.thresholds.find(({ percent, action }) => action !== 'notify' && crossed[String(percent)])
    ?.percent ?? 100;

function forbidden(account: Account, wanted: Wanted): HoldRefusal | null {
  const { frozen, limits } = account;
  if (frozen) return { limit: 'threshold', percent: freezingPercent(account) };
  const { providers, gpuNames } = limits;
  if (excludes(providers, wanted.providers)) return { limit: 'providers', allowed: providers };
  return excludes(gpuNames, wanted.gpuNames) ? { limit: 'gpus', allowed: gpuNames } : null;
}

/** The limit of `account` that the hold exceeds; null when it exceeds none. */
export function refusalOf(account: Account, hold: Hold, wanted: Wanted): HoldRefusal | null {
  const no = forbidden(account, wanted);
  if (no !== null) return no;
  const { maxLeaseMicroUsd } = account.limits;
  const checks = [
    { limit: 'monthly-budget', room: account.roomMicroUsd, asked: hold.amountMicroUsd },
    { limit: 'per-lease', room: maxLeaseMicroUsd, asked: hold.amountMicroUsd },
    { limit: 'rate', room: account.rateRoomMicroUsdPerHour, asked: hold.rateMicroUsdPerHour },
    { limit: 'open-leases', room: account.leaseRoom, asked: 1 },
  ] as const;
  const binding = checks.find((check) => check.asked > check.room);
  return binding === undefined ? null : { ...binding, holds: largestHolds(account) };
}
