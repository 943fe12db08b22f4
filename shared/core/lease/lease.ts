// The lease: a union on `state`, in which each state has exactly the fields that exist then. The
// transitions are in lease-moves.ts; no other file changes the state.

import * as z from 'zod/mini';
import { ConsumerId, InstanceId, LeaseId } from '../base/ids.ts';
import { MicroUsd, MicroUsdPerHour, SignedMicroUsd, signedMicroUsd, sum } from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import { DurationMs, EpochMs } from '../base/time.ts';
import { AbsenceProof } from '../instance/absence.ts';
import { Attempt } from '../instance/attempt.ts';
import { SshEndpoint } from '../instance/instance.ts';
import { Offer, Requirement } from '../instance/offer.ts';
import { Liveness, NodeFacts, type Pulse } from '../instance/pulse.ts';
import { Idle, IdleWarning } from '../instance/quiet.ts';
import { liveUsage } from '../instance/usage.ts';
import { Hold, HoldPart } from '../ledger/account.ts';
import type { Bill } from '../ledger/charge.ts';
import { LedgerEntry } from '../ledger/entry.ts';
import { Work } from './work.ts';

export const EndReason = z.enum([
  'released',
  'expired',
  'silent',
  'bad-image',
  'idle',
  'spend-cap',
  'interrupted',
  'lost',
  'no-offer',
  'over-ceiling',
  'over-budget',
  'cancelled',
  'operator',
  /** The workflow failed; the previous event has the failure. */
  'failed',
]);
export type EndReason = z.infer<typeof EndReason>;

/** The requested and accepted terms. Only an extension changes them. */
export const Terms = z.object({
  requirement: Requirement,
  ceiling: MicroUsdPerHour,
  duration: DurationMs,
  silenceLimit: DurationMs,
  liveness: Liveness,
  /** Null: idleness is not watched. */
  idle: z._default(z.nullable(Idle), null),
  image: z.string(),
  startScript: z.string(),
  sshPublicKey: z.string(),
  /** The consumer's name for its job, for cost reports; empty when none was given. */
  jobId: z._default(z.string(), ''),
  /** The most the lease may cost; null when only the hold limits it. */
  spendCapMicroUsd: z._default(z.nullable(MicroUsd), null),
  /** Gigabytes of transfer that the hold covers, and the maximum price of one. */
  transferGb: z._default(z.int(), policy.transfer.defaultGb),
  transferCeilingMicroUsdPerGb: z._default(MicroUsd, policy.transfer.defaultCeiling),
  /** An instance that reports no transfer is not used. */
  requireTransferReports: z._default(z.boolean(), false),
  /** Only an instance that can end itself, and its billing, is used. */
  selfEnding: z._default(z.boolean(), false),
});
export type Terms = z.infer<typeof Terms>;

/** An event in the log of a lease. `seq` has no gaps; `reason` is for people. */
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
  /** Hash of the request body: the same key with a different body is refused. */
  requestHash: z.string(),
  terms: Terms,
  hold: Hold,
  /** Every commit increments it; a commit must name the version it read. */
  version: z.int(),
  /** Incremented when the workflow is restarted; steps of an older generation do nothing. */
  generation: z.int().check(z.gte(1)),
  requestedAt: EpochMs,
  /** When the next step must have made progress. */
  dueBy: EpochMs,
  /** The lease must start to end by this time. Before `active` it is the launch bound. */
  deadline: EpochMs,
  attempts: z.array(Attempt),
  /** What its workflow waits for, or last waited for, in a queue; null before the first time. */
  work: z._default(z.nullable(Work), null),
  lastEvent: z.int(),
  lastEntry: z.int(),
  /**
   * Events and entries committed with the lease and not applied yet. Applying them is safe to
   * repeat.
   */
  outbox: z.object({ events: z.array(LeaseEvent), entries: z.array(LedgerEntry) }),
};

/**
 * Write-only values for the instance: in no event and no reply, dropped when the lease is active.
 */
const secret = { env: z.record(z.string(), z.string()) };
/** The offer for the next attempt. Null until one is chosen. */
const choosing = { chosen: z.nullable(Offer) };

const Requested = z.object({ state: z.literal('requested'), ...always, ...secret, ...choosing });
const Launching = z.object({ state: z.literal('launching'), ...always, ...secret, ...choosing });
const Booting = z.object({ state: z.literal('booting'), ...always, ...secret, ...choosing });
const Active = z.object({
  state: z.literal('active'),
  ...always,
  instanceId: InstanceId,
  activeAt: EpochMs,
  ssh: z.array(SshEndpoint),
  facts: z.nullable(NodeFacts),
  /** The latest end that an operator approved, beyond the maximum duration. */
  approvedUntil: z._default(z.nullable(EpochMs), null),
  /** The newest extensions by key: a repeat of a key extends nothing. */
  extensions: z._default(z.array(z.object({ key: z.string(), added: DurationMs })), []),
  /** The last warning given, as its time before the current deadline. Null before the first. */
  warnedBefore: z._default(z.nullable(DurationMs), null),
  /** The last idle warning. */
  idleWarned: z._default(z.nullable(IdleWarning), null),
  /** When a complete listing first did not show the instance; null while it is shown. */
  missingSince: z._default(z.nullable(EpochMs), null),
});
const Ending = z.object({
  state: z.literal('ending'),
  ...always,
  reason: EndReason,
  endingAt: EpochMs,
  activeAt: z.nullable(EpochMs),
  /** When the first complete listing without an instance of the lease started. */
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
  /** The charge at settlement, without later corrections. */
  chargedMicroUsd: MicroUsd,
  correctedMicroUsd: z._default(SignedMicroUsd, signedMicroUsd(0)),
  /** What is still reserved, by month, for transfer that its instances did not report. */
  reserves: z._default(z.array(HoldPart), []),
  /** The part of the corrections that are true-ups, by provider. */
  truedUp: z._default(z.record(z.string(), SignedMicroUsd), {}),
  /** The newest corrections by key: a repeat of a key corrects nothing. */
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

/** States before `active`. */
export type Starting = LeaseIn<'requested' | 'launching' | 'booting'>;
/** States before `ending`. */
export type Open = Exclude<Lease, { state: 'ending' | 'ended' }>;
/** States from `ending` on. */
export type Over = LeaseIn<'ending' | 'ended'>;

export const isOver = (lease: Lease): lease is Over =>
  lease.state === 'ending' || lease.state === 'ended';
export const isStarting = (lease: Lease): lease is Starting =>
  !isOver(lease) && lease.state !== 'active';

/** What an ended lease still reserves in all months. */
export const reservedOf = ({ reserves }: LeaseIn<'ended'>): MicroUsd =>
  sum(...reserves.map(({ amountMicroUsd }) => amountMicroUsd));

/** The latest attempt; undefined before the first. */
export const currentAttempt = (lease: Lease): Attempt | undefined => lease.attempts.at(-1);

export const attemptOf = (lease: Lease, number: number): Attempt | undefined =>
  lease.attempts.find((attempt) => attempt.number === number);

/** The offer that the next attempt takes; null without one, or when the lease has an instance. */
export const chosenOffer = (lease: Lease): Offer | null =>
  isStarting(lease) ? lease.chosen : null;

/**
 * The input for computing the charge. The transfer of a running instance counts only when its pulse
 * is given.
 */
export const billOf = (lease: Lease, pulse: Pulse | null = null): Bill => ({
  attempts: lease.attempts,
  diskGb: lease.terms.requirement.diskGb,
  transferGb: lease.terms.transferGb,
  jobId: lease.terms.jobId,
  endingAt: isOver(lease) ? lease.endingAt : null,
  live: pulse === null ? null : liveUsage(pulse),
});
