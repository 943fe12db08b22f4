// The replies of operations routes.

import * as z from 'zod/mini';
import { ConsumerId, LeaseId } from '../../../core/base/ids.ts';
import { MicroUsdPerHour, SignedMicroUsd } from '../../../core/base/money.ts';
import { ProviderName } from '../../../core/base/providers.ts';
import { EndReason } from '../../../core/lease/lease.ts';
import { IsoTime, Unreadable } from '../fields.ts';
import { LeaseStateReply } from './lease.ts';

/** One scope: whether it is frozen, the progress, and who froze and thawed it. */
export const FreezeReply = z.strictObject({
  scope: z.enum(['all', 'consumer', 'provider']),
  consumer: z.nullable(ConsumerId),
  provider: z.nullable(ProviderName),
  state: z.enum(['thawed', 'freezing', 'frozen']),
  since: z.nullable(IsoTime),
  /** No instance whose creation was in progress can appear after this. */
  landedBy: z.nullable(IsoTime),
  lastLook: z.nullable(z.strictObject({ at: IsoTime, leases: z.int(), instances: z.int() })),
  absentSince: z.nullable(IsoTime),
  finishedAt: z.nullable(IsoTime),
  acts: z.array(
    z.strictObject({
      kind: z.enum(['freeze', 'thaw']),
      at: IsoTime,
      by: ConsumerId,
      why: z.string(),
    }),
  ),
});
export type FreezeReply = z.infer<typeof FreezeReply>;

export const FreezesReply = z.strictObject({
  freezes: z.array(FreezeReply),
  unreadable: Unreadable,
});
export type FreezesReply = z.infer<typeof FreezesReply>;

export const SweepReply = z.strictObject({
  provider: ProviderName,
  startedAt: IsoTime,
  /** When the last complete listing started. */
  listedAt: z.nullable(IsoTime),
  instances: z.int(),
  openLeases: z.int(),
  /** The number of findings of each kind. */
  findings: z.record(z.string(), z.int()),
  suspects: z.int(),
  /** Findings that page an operator. */
  pages: z.array(z.string()),
});
export type SweepReply = z.infer<typeof SweepReply>;

/** One open lease, and the reasons why it needs an operator. */
const OpenLeaseReply = z.strictObject({
  id: LeaseId,
  consumer: ConsumerId,
  state: LeaseStateReply,
  endReason: z.nullable(EndReason),
  deadline: IsoTime,
  dueBy: IsoTime,
  stuck: z.array(z.string()),
  /** The next action of each safety net. */
  next: z.array(
    z.strictObject({
      net: z.enum(['workflow', 'schedule', 'sweep', 'instance']),
      at: z.nullable(IsoTime),
      does: z.string(),
    }),
  ),
});
export type OpenLeaseReply = z.infer<typeof OpenLeaseReply>;

/** Prepaid funds; null until the first read, or when the provider doesn't report them. */
const BalanceReply = z.strictObject({
  provider: ProviderName,
  balanceMicroUsd: z.nullable(SignedMicroUsd),
  burnMicroUsdPerHour: z.nullable(MicroUsdPerHour),
  runwayHours: z.nullable(z.number()),
  /** What is left beside the open leases; below zero when the funds don't cover them. */
  roomMicroUsd: z.nullable(SignedMicroUsd),
  readAt: z.nullable(IsoTime),
  ageSeconds: z.nullable(z.int()),
});
export type BalanceReply = z.infer<typeof BalanceReply>;

/** The diagnosis of the service, the most urgent leases first. */
export const DoctorReply = z.strictObject({
  at: IsoTime,
  openLeases: z.int(),
  byState: z.record(z.string(), z.int()),
  oldestHeartbeat: z.nullable(
    z.strictObject({ leaseId: LeaseId, at: IsoTime, ageSeconds: z.int() }),
  ),
  sweeps: z.array(
    z.strictObject({
      provider: ProviderName,
      lastCompleteAt: z.nullable(IsoTime),
      ageSeconds: z.nullable(z.int()),
      failure: z.nullable(z.string()),
      pages: z.array(z.string()),
    }),
  ),
  balances: z.array(BalanceReply),
  freezes: z.array(FreezeReply),
  unreadable: Unreadable,
  /** The number of leases that need an operator. */
  stuck: z.int(),
  leases: z.array(OpenLeaseReply),
});
export type DoctorReply = z.infer<typeof DoctorReply>;

export const HealthReply = z.strictObject({
  status: z.enum(['ok', 'degraded']),
  menus: z.array(
    z.strictObject({
      provider: ProviderName,
      offers: z.int(),
      usable: z.boolean(),
      ageSeconds: z.nullable(z.int()),
    }),
  ),
  sweeps: z.array(
    z.strictObject({
      provider: ProviderName,
      failure: z.nullable(z.string()),
      ageSeconds: z.nullable(z.int()),
    }),
  ),
});
export type HealthReply = z.infer<typeof HealthReply>;

/** The accounts of a provider that this deployment uses. */
export const ProviderAccountsReply = z.strictObject({
  provider: ProviderName,
  accounts: z.array(
    z.strictObject({
      /** Null where the provider does not report it. */
      id: z.nullable(z.string()),
      /** Fingerprints of keys that belong to it. */
      keys: z.array(z.string()),
      /** The operator who added it; null when the service did. */
      by: z.nullable(ConsumerId),
      why: z.string(),
    }),
  ),
});
export type ProviderAccountsReply = z.infer<typeof ProviderAccountsReply>;

export const operationsReplies = {
  placeFreeze: FreezeReply,
  readFreezes: FreezesReply,
  thaw: FreezeReply,
  addProviderAccount: ProviderAccountsReply,
  readDoctor: DoctorReply,
  readHealth: HealthReply,
} as const;
