// One attempt to create an instance. The lease keeps each attempt, with its own state, and an
// attempt is over only when its instance is proved absent.

import * as z from 'zod/mini';
import { InstanceId } from '../base/ids.ts';
import { MicroUsd } from '../base/money.ts';
import { EpochMs, epochMs, latest } from '../base/time.ts';
import { AbsenceProof, absentUntil, nothingWasCreated } from './absence.ts';
import { Birth } from './birth.ts';
import { InstanceReport } from './instance.ts';
import { Offer } from './offer.ts';
import { Tag } from './ownership.ts';
import { ProviderAccount } from './provider-account.ts';
import { RateSegment } from './rates.ts';
import { Usage } from './usage.ts';

/** Why an attempt ended; `lease-ended` when its instance was used until the end of the lease. */
export const AttemptReason = z.enum([
  'offer-gone',
  'no-funds',
  'rate-limited',
  'refused',
  'too-late',
  'not-found',
  'boot-timeout',
  'no-transfer-reports',
  'price-rose',
  'bad-host',
  'wrong-gpu',
  'vanished',
  'wrong-instance',
  'lease-ended',
]);
export type AttemptReason = z.infer<typeof AttemptReason>;

const recorded = {
  number: z.int().check(z.gte(1), z.lte(99)),
  offer: Offer,
  tag: Tag,
  recordedAt: EpochMs,
  /** Until when an instance of this attempt may appear at the provider. */
  mayLandUntil: EpochMs,
  /** The provider's account that create is called under; null when it is not recorded. */
  account: z._default(z.nullable(ProviderAccount), null),
  /** Since when a listed instance may be the one of this attempt, which nothing confirms. */
  doubtfulSince: z._default(z.nullable(EpochMs), null),
};

/** A charge until `at`, less its greatest rounding. */
const ShownCharge = z.object({ amount: MicroUsd, at: EpochMs });

/** The recorded instance. */
const created = {
  ...recorded,
  instanceId: InstanceId,
  createdAt: EpochMs,
  /**
   * The facts of its birth, kept when the provider first showed it with the exact tag. Null until
   * then: the id is not verified, and may be another instance's.
   */
  birth: z._default(z.nullable(Birth), null),
  /** When it was first seen running: the GPU is charged from this time. Null until then. */
  runningAt: z.nullable(EpochMs),
  /** Whether the provider attached the SSH key; null before the request. */
  keyAttached: z.nullable(z.boolean()),
  /** Its rates after the one agreed at launch, and the first reading of the next one. */
  rates: z._default(z.array(RateSegment), []),
  rateRead: z._default(z.nullable(RateSegment), null),
  /**
   * What the provider has charged for it at least, as last read while it ran. Null where that is
   * not shown.
   */
  shown: z._default(z.nullable(ShownCharge), null),
  /** The provider's last report about the instance while it boots; null before the first. */
  report: z._default(z.nullable(InstanceReport), null),
  /** When the instance was last seen; written when it is destroyed or missing. */
  lastSeenAt: z._default(z.nullable(EpochMs), null),
};

const destroyed = {
  /** When the provider accepted the destroy call. It stops the charge and proves nothing. */
  destroyAcceptedAt: z.nullable(EpochMs),
  /** Set when the provider did not know the instance at destroy: when it was last seen. */
  chargedUntil: z._default(z.nullable(EpochMs), null),
  /** What it used besides time, as reported; null before its destroy was answered. */
  usage: z._default(z.nullable(Usage), null),
};

export const Attempt = z.discriminatedUnion('state', [
  z.object({ state: z.literal('recorded'), ...recorded }),
  z.object({ state: z.literal('unknown'), ...recorded, absentSince: z.nullable(EpochMs) }),
  z.object({ state: z.literal('refused'), ...recorded, reason: AttemptReason }),
  z.object({ state: z.literal('created'), ...created }),
  z.object({
    state: z.literal('retiring'),
    ...created,
    ...destroyed,
    reason: AttemptReason,
    absentSince: z.nullable(EpochMs),
    /** Since when the provider has shown no evidence that the instance is ours. */
    noEvidenceSince: z._default(z.nullable(EpochMs), null),
  }),
  z.object({
    state: z.literal('gone'),
    ...created,
    ...destroyed,
    reason: AttemptReason,
    proof: AbsenceProof,
  }),
  /**
   * No instance was created: complete listings that started after `mayLandUntil` do not show its
   * tag.
   */
  z.object({ state: z.literal('never-created'), ...recorded, proof: AbsenceProof }),
]);
export type Attempt = z.infer<typeof Attempt>;
type AttemptState = Attempt['state'];
export type AttemptIn<State extends AttemptState> = Extract<Attempt, { state: State }>;

/** Attempts without a recorded create response: an unrecorded instance may exist. */
export type Unanswered = AttemptIn<'recorded' | 'unknown'>;
/** Attempts that hold an instance until it is proved absent. */
export type Holding = AttemptIn<'created' | 'retiring'>;
/** Attempts that are over. */
export type Closed = AttemptIn<'refused' | 'gone' | 'never-created'>;

export const isUnanswered = (attempt: Attempt): attempt is Unanswered =>
  attempt.state === 'recorded' || attempt.state === 'unknown';
export const isHolding = (attempt: Attempt): attempt is Holding =>
  attempt.state === 'created' || attempt.state === 'retiring';
/** Whether the id is that of our instance: the provider showed it with the exact tag. */
export const isVerified = (attempt: Attempt): boolean =>
  'birth' in attempt && attempt.birth !== null;
export const isClosed = (attempt: Attempt): attempt is Closed =>
  !isUnanswered(attempt) && !isHolding(attempt);

/** The absence proof of an attempt; null while an instance of it may exist. */
function proofOfAttempt(attempt: Attempt): AbsenceProof | null {
  if (!isClosed(attempt)) return null;
  return attempt.state === 'refused' ? nothingWasCreated() : attempt.proof;
}

/** The weaker of two proofs: an operator's word before listings, newer listings before older. */
function weaker(one: AbsenceProof, other: AbsenceProof): AbsenceProof {
  if (one.by === 'attested') return one;
  if (other.by === 'attested') return other;
  return (absentUntil(other) ?? 0) >= (absentUntil(one) ?? 0) ? other : one;
}

/**
 * The proof that no attempt has an instance left: attested when one of them only is, else the
 * newest of their proofs. Null while one is missing.
 */
export function proofOf(attempts: readonly Attempt[]): AbsenceProof | null {
  let all = nothingWasCreated();
  for (const attempt of attempts) {
    const proof = proofOfAttempt(attempt);
    if (proof === null) return null;
    all = weaker(all, proof);
  }
  return all;
}

/**
 * Listings started before this prove nothing about the attempts: a destroy was accepted later, or
 * an unanswered create could still take effect. Null until every destroy of a verified instance is
 * accepted: an id that was never verified may be wrong, so its create counts as unanswered.
 */
export function absenceFloor(attempts: readonly Attempt[]): EpochMs | null {
  const floors: EpochMs[] = [];
  for (const attempt of attempts) {
    if (isClosed(attempt)) continue;
    if (!isVerified(attempt)) floors.push(attempt.mayLandUntil);
    const accepted = attempt.state === 'retiring' ? attempt.destroyAcceptedAt : null;
    if (isVerified(attempt) && accepted === null) return null;
    if (accepted !== null) floors.push(accepted);
  }
  const [first, ...others] = floors;
  return first === undefined ? epochMs(0) : latest(first, ...others);
}

const NOT_MADE: readonly (AttemptReason | null)[] = ['rate-limited', 'too-late'];

/** The attempts whose create call was carried out. */
export function triesOf(attempts: readonly Attempt[]): readonly Attempt[] {
  return attempts.filter((attempt) => !NOT_MADE.includes(refusalReason(attempt)));
}

/** Why the provider created no instance; null when it did or may have. */
export function refusalReason(attempt: Attempt): AttemptReason | null {
  return attempt.state === 'refused' ? attempt.reason : null;
}
