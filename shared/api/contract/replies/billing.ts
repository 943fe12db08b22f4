// The replies of billing routes.

import * as z from 'zod/mini';
import { ConsumerId, LeaseId } from '../../../core/base/ids.ts';
import { MicroUsd, SignedMicroUsd } from '../../../core/base/money.ts';
import { ProviderName } from '../../../core/base/providers.ts';
import { GroupBy } from '../../../core/billing/costs.ts';
import { IsoTime, NextCursor, Unreadable } from '../fields.ts';
import { LeaseReply, LeaseStateReply } from './lease.ts';
import { ChargeReply } from './ledger.ts';

/** The parts of a charge. */
const OfWhich = z.strictObject({
  gpuMicroUsd: MicroUsd,
  diskMicroUsd: MicroUsd,
  transferMicroUsd: MicroUsd,
});
/** The wasted parts of a charge. */
const Waste = z.strictObject({
  failedMicroUsd: MicroUsd,
  teardownMicroUsd: MicroUsd,
  idleMicroUsd: MicroUsd,
});

const CostGroupReply = z.strictObject({
  chargedMicroUsd: MicroUsd,
  correctedMicroUsd: SignedMicroUsd,
  ofWhich: OfWhich,
  waste: Waste,
  leases: z.int(),
  runningMicroUsd: MicroUsd,
});
export type CostGroupReply = z.infer<typeof CostGroupReply>;

/** A group may be on several pages; its amounts add up. */
export const CostsReply = z.strictObject({
  groupBy: GroupBy,
  from: IsoTime,
  to: IsoTime,
  asOf: IsoTime,
  groups: z.array(z.extend(CostGroupReply, { key: z.string() })),
  total: CostGroupReply,
  unreadable: Unreadable,
  nextCursor: NextCursor,
});
export type CostsReply = z.infer<typeof CostsReply>;

export const LeaseCostReply = z.strictObject({
  leaseId: LeaseId,
  state: LeaseStateReply,
  asOf: IsoTime,
  chargedMicroUsd: MicroUsd,
  correctedMicroUsd: SignedMicroUsd,
  /** The cost at its end; null before the lease is active, and once it is over. */
  forecastMicroUsd: z.nullable(MicroUsd),
  heldMicroUsd: MicroUsd,
  /** Null: only the hold limits the cost. */
  spendCapMicroUsd: z.nullable(MicroUsd),
  leftMicroUsd: MicroUsd,
  /** Kept for transfer that its instances do not report; 0 when they report it. */
  reservedMicroUsd: MicroUsd,
  ofWhich: OfWhich,
  waste: Waste,
  /** One for each instance of the lease. */
  instances: z.array(ChargeReply),
});
export type LeaseCostReply = z.infer<typeof LeaseCostReply>;

/** Two numbers that differ and must be equal. */
const DifferenceReply = z.strictObject({
  consumer: ConsumerId,
  leaseId: z.nullable(LeaseId),
  what: z.string(),
  /** The number by the ledger entries. */
  ledger: z.int(),
  /** The number in the lease, the account or the closed day. */
  found: z.int(),
});

export const VerifyReply = z.strictObject({
  accounts: z.int(),
  leases: z.int(),
  entries: z.int(),
  closedDays: z.int(),
  /** Leases and days that changed during the check. Verify again to check them. */
  doubtful: z.int(),
  /** The first difference of each account. */
  /** The first differences, and the number of all differences. */
  differences: z.array(DifferenceReply),
  differencesInAll: z.int(),
});
export type VerifyReply = z.infer<typeof VerifyReply>;

const FindingReply = z.strictObject({
  kind: z.enum(['drift', 'not-shown', 'unknown-lease', 'charged-after-end']),
  leaseId: LeaseId,
  amountMicroUsd: SignedMicroUsd,
  why: z.string(),
});

export const ReconciliationReply = z.strictObject({
  provider: ProviderName,
  startedAt: IsoTime,
  /** Null when the service did not read the provider's charges. */
  from: z.nullable(IsoTime),
  /** Why the reconciliation is not complete; null when it is. */
  failure: z.nullable(z.string()),
  leases: z.int(),
  truedUp: z.int(),
  bookedMicroUsd: MicroUsd,
  providerMicroUsd: MicroUsd,
  truedUpMicroUsd: SignedMicroUsd,
  /** The provider's rows without a tag of this deployment. */
  foreignRows: z.int(),
  /** The provider's rows that could not be read. */
  unreadableRows: z.int(),
  /** The first findings, and the number of all findings. */
  findings: z.array(FindingReply),
  findingsInAll: z.int(),
});
export type ReconciliationReply = z.infer<typeof ReconciliationReply>;

export const ReconciliationsReply = z.strictObject({
  reconciliations: z.array(ReconciliationReply),
  unreadable: Unreadable,
});
export type ReconciliationsReply = z.infer<typeof ReconciliationsReply>;

export const billingReplies = {
  readCosts: CostsReply,
  readLeaseCost: LeaseCostReply,
  correctCharge: LeaseReply,
  readReconciliations: ReconciliationsReply,
} as const;
