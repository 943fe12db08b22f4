// One try at getting a machine. An attempt has a life of its own: whatever happens to it, its
// lease remembers it until its machine is proved absent.

import * as z from 'zod/mini';
import { AbsenceProof } from './absence.ts';
import { InstanceId } from './ids.ts';
import { MicroUsdPerHour } from './money.ts';
import { Offer } from './offer.ts';
import { Tag } from './ownership.ts';
import { EpochMs } from './time.ts';

/** Why an attempt was given up, or `lease-ended` when it served to the end. */
export const AttemptReason = z.enum([
  'offer-gone',
  'no-funds',
  'too-late',
  'not-found',
  'boot-timeout',
  'price-rose',
  'bad-host',
  'vanished',
  'lease-ended',
]);
export type AttemptReason = z.infer<typeof AttemptReason>;

const recorded = {
  number: z.int().check(z.gte(1), z.lte(99)),
  offer: Offer,
  tag: Tag,
  recordedAt: EpochMs,
  /** An instance of this attempt may appear at the provider until then. */
  mayLandUntil: EpochMs,
};

/** The machine as we know it. Rates are frozen at launch and only ever read again to compare. */
const created = {
  ...recorded,
  instanceId: InstanceId,
  createdAt: EpochMs,
  /** When it was first known to run: the GPU is billed from here. Null until then. */
  runningAt: z.nullable(EpochMs),
  /** What the instance itself says it costs, once read. */
  observedRate: z.nullable(MicroUsdPerHour),
};

const destroyed = {
  /** The provider's acceptance. It stops the charge, and proves nothing. */
  destroyAcceptedAt: z.nullable(EpochMs),
};

export const Attempt = z.discriminatedUnion('state', [
  z.object({ state: z.literal('recorded'), ...recorded }),
  z.object({ state: z.literal('unknown'), ...recorded }),
  z.object({ state: z.literal('refused'), ...recorded, reason: AttemptReason }),
  z.object({ state: z.literal('created'), ...created }),
  z.object({
    state: z.literal('retiring'),
    ...created,
    ...destroyed,
    reason: AttemptReason,
    absentSince: z.nullable(EpochMs),
  }),
  z.object({
    state: z.literal('gone'),
    ...created,
    ...destroyed,
    reason: AttemptReason,
    proof: AbsenceProof,
  }),
  /** It was never created: complete listings begun after `mayLandUntil` don't show its tag. */
  z.object({ state: z.literal('never-created'), ...recorded, proof: AbsenceProof }),
]);
export type Attempt = z.infer<typeof Attempt>;
export type AttemptState = Attempt['state'];
export type AttemptIn<State extends AttemptState> = Extract<Attempt, { state: State }>;

/** Attempts whose create call has not been answered: a machine may exist without our knowing. */
export type Unanswered = AttemptIn<'recorded' | 'unknown'>;
/** Attempts that hold a machine until it is proved absent. */
export type Holding = AttemptIn<'created' | 'retiring'>;
/** Attempts that are over. */
export type Closed = AttemptIn<'refused' | 'gone' | 'never-created'>;

export const isUnanswered = (attempt: Attempt): attempt is Unanswered =>
  attempt.state === 'recorded' || attempt.state === 'unknown';
export const isHolding = (attempt: Attempt): attempt is Holding =>
  attempt.state === 'created' || attempt.state === 'retiring';
export const isClosed = (attempt: Attempt): attempt is Closed =>
  !isUnanswered(attempt) && !isHolding(attempt);
