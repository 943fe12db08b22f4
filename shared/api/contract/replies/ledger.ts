// The replies of account and ledger routes.

import * as z from 'zod/mini';
import { ConsumerId, LeaseId } from '../../../core/base/ids.ts';
import {
  MicroUsd,
  MicroUsdPerHour,
  SignedMicroUsd,
  SignedMicroUsdPerHour,
} from '../../../core/base/money.ts';
import { ProviderName } from '../../../core/base/providers.ts';
import { Month } from '../../../core/base/time.ts';
import { EntryKind } from '../../../core/ledger/entry.ts';
import { IsoTime, NextCursor, Unreadable } from '../fields.ts';

/** Without the bounds of a request: a newer service may raise them, and older clients must work. */
const LimitsReply = z.strictObject({
  monthlyBudgetMicroUsd: MicroUsd,
  maxRateMicroUsdPerHour: MicroUsdPerHour,
  maxOpenLeases: z.int(),
  maxLeaseMicroUsd: MicroUsd,
  providers: z.array(ProviderName),
  gpuNames: z.array(z.string()),
  thresholds: z.array(
    z.strictObject({ percent: z.int(), action: z.enum(['notify', 'freeze', 'end']) }),
  ),
});

/** Limits, what is left of them, and the holds. budget = room + held + reserved + charged. */
export const AccountReply = z.strictObject({
  consumer: ConsumerId,
  version: z.int(),
  month: Month,
  limits: LimitsReply,
  roomMicroUsd: SignedMicroUsd,
  heldMicroUsd: MicroUsd,
  chargedMicroUsd: MicroUsd,
  chargedBeforeMicroUsd: MicroUsd,
  /** Kept for transfer that instances did not report, until the provider's charges are known. */
  reservedMicroUsd: MicroUsd,
  rateRoomMicroUsdPerHour: SignedMicroUsdPerHour,
  leaseRoom: z.int(),
  /** Whether a threshold refuses new leases now. */
  frozen: z.boolean(),
  crossed: z.array(z.strictObject({ percent: z.int(), at: IsoTime })),
  holds: z.array(
    z.strictObject({
      leaseId: LeaseId,
      amountMicroUsd: MicroUsd,
      rateMicroUsdPerHour: MicroUsdPerHour,
      month: Month,
      placedAt: IsoTime,
    }),
  ),
});
export type AccountReply = z.infer<typeof AccountReply>;

export const AccountEventReply = z.strictObject({
  at: IsoTime,
  kind: z.enum(['limits-changed', 'threshold-crossed', 'hold-refused']),
  /** Null for an event of the service itself. */
  by: z.nullable(ConsumerId),
  reason: z.string(),
  from: z.nullable(LimitsReply),
  to: z.nullable(LimitsReply),
});
export type AccountEventReply = z.infer<typeof AccountEventReply>;

export const AccountEventsReply = z.strictObject({
  events: z.array(AccountEventReply),
  unreadable: Unreadable,
  nextCursor: NextCursor,
});
export type AccountEventsReply = z.infer<typeof AccountEventsReply>;

/** The cost of one instance from its creation to `until`. */
export const ChargeReply = z.strictObject({
  attempt: z.int(),
  provider: ProviderName,
  gpuName: z.string(),
  gpuCount: z.int(),
  /** Empty when the consumer gave none. */
  jobId: z.string(),
  from: IsoTime,
  until: IsoTime,
  gpuMicroUsd: MicroUsd,
  diskMicroUsd: MicroUsd,
  transferMicroUsd: MicroUsd,
  /** Wasted parts of that sum: instances that were never ready, teardown, idleness. */
  failedMicroUsd: MicroUsd,
  teardownMicroUsd: MicroUsd,
  idleMicroUsd: MicroUsd,
});
export type ChargeReply = z.infer<typeof ChargeReply>;

export const LedgerEntryReply = z.strictObject({
  leaseId: LeaseId,
  consumer: ConsumerId,
  seq: z.int(),
  month: Month,
  at: IsoTime,
  kind: EntryKind,
  amountMicroUsd: SignedMicroUsd,
  charge: z.nullable(ChargeReply),
  /** Only in true-ups and corrections. */
  why: z.optional(z.string()),
  by: z.optional(ConsumerId),
  provider: z.optional(ProviderName),
  correctionSeq: z.optional(z.int()),
});
export type LedgerEntryReply = z.infer<typeof LedgerEntryReply>;

export const LedgerReply = z.strictObject({
  entries: z.array(LedgerEntryReply),
  unreadable: Unreadable,
  nextCursor: NextCursor,
});
export type LedgerReply = z.infer<typeof LedgerReply>;

export const ledgerReplies = {
  readAccount: AccountReply,
  changeAccount: AccountReply,
  readAccountEvents: AccountEventsReply,
  readLedger: LedgerReply,
} as const;
