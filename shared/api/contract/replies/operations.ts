// What routes of operations answer.

import * as z from 'zod/mini';
import { ConsumerId, LeaseId } from '../../../core/base/ids.ts';
import { MicroUsdPerHour, SignedMicroUsd } from '../../../core/base/money.ts';
import { ProviderName } from '../../../core/base/providers.ts';
import { EndReason } from '../../../core/lease/lease.ts';
import { IsoTime } from '../fields.ts';
import { LeaseStateReply } from './lease.ts';

/** One scope: whether it is frozen, how far that has come, and who did what. */
export const FreezeReply = z.strictObject({
  scope: z.enum(['all', 'consumer', 'provider']),
  consumer: z.nullable(ConsumerId),
  provider: z.nullable(ProviderName),
  state: z.enum(['thawed', 'freezing', 'frozen']),
  since: z.nullable(IsoTime),
  /** No instance whose creation was under way can appear after this. */
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

export const FreezesReply = z.strictObject({ freezes: z.array(FreezeReply) });
export type FreezesReply = z.infer<typeof FreezesReply>;

export const SweepReply = z.strictObject({
  provider: ProviderName,
  startedAt: IsoTime,
  /** When the last complete listing started. */
  listedAt: z.nullable(IsoTime),
  instances: z.int(),
  openLeases: z.int(),
  /** How many, by kind. */
  findings: z.record(z.string(), z.int()),
  suspects: z.int(),
  /** What a person has to know. */
  pages: z.array(z.string()),
});
export type SweepReply = z.infer<typeof SweepReply>;

/** One open lease, and why it needs a person, if it does. */
const PatientReply = z.strictObject({
  id: LeaseId,
  consumer: ConsumerId,
  state: LeaseStateReply,
  endReason: z.nullable(EndReason),
  deadline: IsoTime,
  dueBy: IsoTime,
  stuck: z.array(z.string()),
  /** What each net does next. */
  next: z.array(
    z.strictObject({
      net: z.enum(['workflow', 'schedule', 'sweep', 'instance']),
      at: z.nullable(IsoTime),
      does: z.string(),
    }),
  ),
});
export type PatientReply = z.infer<typeof PatientReply>;

/** Prepaid funds; null until the balance was read, or where the provider doesn't report it. */
const BalanceReply = z.strictObject({
  provider: ProviderName,
  balanceMicroUsd: z.nullable(SignedMicroUsd),
  burnMicroUsdPerHour: z.nullable(MicroUsdPerHour),
  runwayHours: z.nullable(z.number()),
  /** What it can carry beside the open leases; below zero when it can't carry those. */
  roomMicroUsd: z.nullable(SignedMicroUsd),
  readAt: z.nullable(IsoTime),
  ageSeconds: z.nullable(z.int()),
});
export type BalanceReply = z.infer<typeof BalanceReply>;

/** How things stand, the most urgent leases first. */
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
  /** How many leases need a person. */
  stuck: z.int(),
  leases: z.array(PatientReply),
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

export const operationsReplies = {
  placeFreeze: FreezeReply,
  readFreezes: FreezesReply,
  thaw: FreezeReply,
  sweepProvider: SweepReply,
  readDoctor: DoctorReply,
  readHealth: HealthReply,
} as const;
