// The replies of lease routes.

import * as z from 'zod/mini';
import { ConsumerId, LeaseId } from '../../../core/base/ids.ts';
import { MicroUsd } from '../../../core/base/money.ts';
import { ProviderName } from '../../../core/base/providers.ts';
import { Liveness } from '../../../core/instance/pulse.ts';
import { EndReason } from '../../../core/lease/lease.ts';
import { IsoTime, NextCursor, Unreadable } from '../fields.ts';
import { OfferReply } from './menu.ts';

/** In the order of a lease's life; a retired attempt leads back from booting to launching. */
export const LeaseStateReply = z.enum([
  'requested',
  'launching',
  'booting',
  'active',
  'ending',
  'ended',
]);

/** Why no instance of the lease is left. */
const AbsenceProofReply = z.discriminatedUnion('by', [
  /** Two complete listings show no instance. */
  z.strictObject({
    by: z.literal('listings'),
    firstListingAt: IsoTime,
    secondListingAt: IsoTime,
  }),
  z.strictObject({ by: z.literal('nothing-created') }),
  /** Nothing proves it: an operator says so. */
  z.strictObject({
    by: z.literal('attested'),
    who: ConsumerId,
    why: z.string(),
    at: IsoTime,
  }),
]);

export const LeaseReply = z.strictObject({
  id: LeaseId,
  state: LeaseStateReply,
  endReason: z.nullable(EndReason),
  requestedAt: IsoTime,
  activeAt: z.nullable(IsoTime),
  /** Null unless the lease is active. */
  endsAt: z.nullable(IsoTime),
  endedAt: z.nullable(IsoTime),
  /** The lease ends after this long without the heartbeats that `liveness` names. */
  silenceLimitSeconds: z.int(),
  liveness: Liveness,
  /** Where it stands in the queue of a provider; null when it waits in none, and in lists. */
  queue: z.nullable(
    z.strictObject({ provider: ProviderName, position: z.int(), aboutSeconds: z.int() }),
  ),
  attempts: z.int(),
  offer: z.nullable(OfferReply),
  ssh: z.array(z.strictObject({ host: z.string(), port: z.int(), user: z.string() })),
  sshHostKey: z.nullable(z.string()),
  holdMicroUsd: MicroUsd,
  chargedMicroUsd: z.nullable(MicroUsd),
  absenceProof: z.nullable(AbsenceProofReply),
  /** What the caller can do with the lease now. */
  can: z.array(z.enum(['extend', 'heartbeat', 'release'])),
});
export type LeaseReply = z.infer<typeof LeaseReply>;

export const LeasesReply = z.strictObject({
  leases: z.array(LeaseReply),
  unreadable: Unreadable,
  nextCursor: NextCursor,
});
export type LeasesReply = z.infer<typeof LeasesReply>;

const LeaseEventReply = z.strictObject({
  seq: z.int(),
  at: IsoTime,
  type: z.string(),
  /** For people. */
  reason: z.string(),
});

/** The cursor of the last page stays valid: it returns later events. */
export const EventsReply = z.strictObject({
  events: z.array(LeaseEventReply),
  nextCursor: NextCursor,
});
export type EventsReply = z.infer<typeof EventsReply>;

export const HeartbeatReply = z.discriminatedUnion('carryOn', [
  z.strictObject({
    carryOn: z.literal(true),
    endsAt: IsoTime,
    /** The time left, for instances whose clock is wrong. */
    secondsLeft: z.int(),
    /** Without another heartbeat by then, its sender counts as silent. */
    nextHeartbeatBy: IsoTime,
    /** The interval between heartbeats. */
    everySeconds: z.int(),
  }),
  z.strictObject({ carryOn: z.literal(false), reason: z.string() }),
]);
export type HeartbeatReply = z.infer<typeof HeartbeatReply>;

export const leaseReplies = {
  listLeases: LeasesReply,
  requestLease: LeaseReply,
  readLease: LeaseReply,
  readEvents: EventsReply,
  recordHeartbeat: HeartbeatReply,
  extendLease: LeaseReply,
  approveExtension: LeaseReply,
  attestLease: LeaseReply,
  releaseLease: LeaseReply,
  deleteLease: LeaseReply,
  recordNodeHeartbeat: HeartbeatReply,
} as const;
