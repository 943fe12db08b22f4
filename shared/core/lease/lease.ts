// The lease: a union on `state`, in which each state has exactly the fields that exist then. What
// may follow what is in lease-moves.ts; no other file makes one state into another.

import * as z from 'zod/mini';
import { ConsumerId, InstanceId, LeaseId } from '../base/ids.ts';
import { MicroUsd, MicroUsdPerHour, SignedMicroUsd, signedMicroUsd } from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import { DurationMs, EpochMs } from '../base/time.ts';
import { AbsenceProof } from '../instance/absence.ts';
import { Attempt } from '../instance/attempt.ts';
import { Offer, Requirement } from '../instance/offer.ts';
import { Liveness, NodeFacts, type Pulse } from '../instance/pulse.ts';
import { Idle, IdleWarning } from '../instance/quiet.ts';
import { liveUsage } from '../instance/usage.ts';
import { Hold } from '../ledger/account.ts';
import type { Bill } from '../ledger/charge.ts';
import { LedgerEntry } from '../ledger/entry.ts';

export const EndReason = z.enum([
  'released',
  'expired',
  'silent',
  'idle',
  'spend-cap',
  'interrupted',
  'lost',
  'no-offer',
  'over-budget',
  'cancelled',
  'operator',
  /** The workflow met a failure it could not get past; the event before says which. */
  'failed',
]);
export type EndReason = z.infer<typeof EndReason>;

/** What was asked for and promised. It never changes, but for what an extension adds. */
export const Terms = z.object({
  requirement: Requirement,
  ceiling: MicroUsdPerHour,
  duration: DurationMs,
  silenceLimit: DurationMs,
  liveness: Liveness,
  /** Null: never looked for. */
  idle: z._default(z.nullable(Idle), null),
  image: z.string(),
  startScript: z.string(),
  sshPublicKey: z.string(),
  /** The consumer's own name for its work, to find its cost by; empty when it gave none. */
  jobId: z._default(z.string(), ''),
  /** What it may cost in all; null: what it holds. */
  spendCapMicroUsd: z._default(z.nullable(MicroUsd), null),
  /** Gigabytes of transfer that are held for, and the most one may cost. */
  transferGb: z._default(z.int(), policy.transfer.defaultGb),
  transferCeilingMicroUsdPerGb: z._default(MicroUsd, policy.transfer.defaultCeiling),
});
export type Terms = z.infer<typeof Terms>;

/** One entry of a lease's event log, gapless by `seq`. `reason` is for people. */
export const LeaseEvent = z.object({
  seq: z.int().check(z.gte(1)),
  at: EpochMs,
  type: z.string(),
  reason: z.string(),
});
export type LeaseEvent = z.infer<typeof LeaseEvent>;

const always = {
  id: LeaseId,
  consumer: ConsumerId,
  /** Of the request's body: the same key with another body is refused. */
  requestHash: z.string(),
  terms: Terms,
  hold: Hold,
  /** Raised by every commit; a commit names the version it read. */
  version: z.int(),
  /** Raised when the workflow is restarted; steps of an older one exit quietly. */
  generation: z.int().check(z.gte(1)),
  requestedAt: EpochMs,
  /** By when the next step must have made progress. */
  dueBy: EpochMs,
  /** The lease must be over by then. Before `active` it is the launch bound. */
  deadline: EpochMs,
  attempts: z.array(Attempt),
  lastEvent: z.int(),
  lastEntry: z.int(),
  /** Committed with the lease and not yet applied elsewhere. Applying repeats safely. */
  outbox: z.object({ events: z.array(LeaseEvent), entries: z.array(LedgerEntry) }),
};

/** Write-only values for the instance: in no event and no answer, gone once it serves. */
const secret = { env: z.record(z.string(), z.string()) };
/** The offer the next attempt will take. Null until one is chosen. */
const choosing = { chosen: z.nullable(Offer) };

const Requested = z.object({ state: z.literal('requested'), ...always, ...secret, ...choosing });
const Launching = z.object({ state: z.literal('launching'), ...always, ...secret, ...choosing });
const Booting = z.object({ state: z.literal('booting'), ...always, ...secret, ...choosing });
const Active = z.object({
  state: z.literal('active'),
  ...always,
  instanceId: InstanceId,
  activeAt: EpochMs,
  ssh: z.array(z.object({ host: z.string(), port: z.int(), user: z.string() })),
  facts: z.nullable(NodeFacts),
  /** Until when an operator lets it run, beyond the longest that anybody may ask for. */
  approvedUntil: z._default(z.nullable(EpochMs), null),
  /** The newest extensions by their keys: the same key again extends nothing. */
  extensions: z._default(z.array(z.object({ key: z.string(), added: DurationMs })), []),
  /** The last warning given: how long before its present deadline. Null before the first. */
  warnedBefore: z._default(z.nullable(DurationMs), null),
  /** The last warning that it is idle. */
  idleWarned: z._default(z.nullable(IdleWarning), null),
});
const Ending = z.object({
  state: z.literal('ending'),
  ...always,
  reason: EndReason,
  endingAt: EpochMs,
  activeAt: z.nullable(EpochMs),
  /** When the first complete listing without any attempt's instance started. */
  absentSince: z.nullable(EpochMs),
});
const Ended = z.object({
  state: z.literal('ended'),
  ...always,
  reason: EndReason,
  endingAt: EpochMs,
  activeAt: z.nullable(EpochMs),
  endedAt: EpochMs,
  proof: AbsenceProof,
  /** As settled; what was corrected since comes on top. */
  chargedMicroUsd: MicroUsd,
  correctedMicroUsd: z._default(SignedMicroUsd, signedMicroUsd(0)),
  /** How much of that came from what each provider charged. */
  truedUp: z._default(z.record(z.string(), SignedMicroUsd), {}),
  /** The newest corrections by their keys: the same key again corrects nothing. */
  corrections: z._default(z.array(z.object({ key: z.string(), amount: SignedMicroUsd })), []),
});

export const Lease = z.discriminatedUnion('state', [
  Requested,
  Launching,
  Booting,
  Active,
  Ending,
  Ended,
]);
export type Lease = z.infer<typeof Lease>;
export type LeaseState = Lease['state'];
export type LeaseIn<State extends LeaseState> = Extract<Lease, { state: State }>;

/** States in which an instance is being looked for. */
export type Starting = LeaseIn<'requested' | 'launching' | 'booting'>;
/** States before `ending`: the lease may still go on. */
export type Open = Exclude<Lease, { state: 'ending' | 'ended' }>;
/** States in which teardown owns the lease or is done with it. */
export type Over = LeaseIn<'ending' | 'ended'>;

export const isOver = (lease: Lease): lease is Over =>
  lease.state === 'ending' || lease.state === 'ended';
export const isStarting = (lease: Lease): lease is Starting =>
  !isOver(lease) && lease.state !== 'active';

/** The attempt under way or last made; undefined before the first. */
export const currentAttempt = (lease: Lease): Attempt | undefined => lease.attempts.at(-1);

/**
 * What its charge is computed from. A lease whose instance still runs is computed with its bytes so
 * far only when its pulse is given.
 */
export const billOf = (lease: Lease, pulse: Pulse | null = null): Bill => ({
  attempts: lease.attempts,
  diskGb: lease.terms.requirement.diskGb,
  jobId: lease.terms.jobId,
  endingAt: isOver(lease) ? lease.endingAt : null,
  live: pulse === null ? null : liveUsage(pulse),
});
