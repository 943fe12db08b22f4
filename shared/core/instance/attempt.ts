// One try at getting an instance. An attempt has a life of its own: whatever happens to it, its
// lease remembers it until its instance is proved absent.

import * as z from 'zod/mini';
import { InstanceId } from '../base/ids.ts';
import { MicroUsdPerHour } from '../base/money.ts';
import { EpochMs, epochMs, latest } from '../base/time.ts';
import { AbsenceProof, nothingWasCreated } from './absence.ts';
import { Offer } from './offer.ts';
import { Tag } from './ownership.ts';
import { Usage } from './usage.ts';

/** Why an attempt was given up, or `lease-ended` when it served to the end. */
export const AttemptReason = z.enum([
  'offer-gone',
  'no-funds',
  'rate-limited',
  'refused',
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

/** The instance as we know it. Rates are frozen at launch and only ever read again to compare. */
const created = {
  ...recorded,
  instanceId: InstanceId,
  createdAt: EpochMs,
  /** When it was first known to run: the GPU is billed from here. Null until then. */
  runningAt: z.nullable(EpochMs),
  /** Whether the provider attached the SSH key when asked; null until asked. */
  keyAttached: z.nullable(z.boolean()),
  /** What the instance itself says it costs, once read. */
  observedRate: z.nullable(MicroUsdPerHour),
  /** Written when it is about to go or missed: when it was last known to be there. */
  lastSeenAt: z._default(z.nullable(EpochMs), null),
};

const destroyed = {
  /** The provider's acceptance. It stops the charge, and proves nothing. */
  destroyAcceptedAt: z.nullable(EpochMs),
  /** Set when destroy found it gone before: it is charged until it was last known to be there. */
  chargedUntil: z._default(z.nullable(EpochMs), null),
  /** What it used beside time, as far as it told; null before its destroy was answered. */
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
  }),
  z.object({
    state: z.literal('gone'),
    ...created,
    ...destroyed,
    reason: AttemptReason,
    proof: AbsenceProof,
  }),
  /** It was never created: complete listings started after `mayLandUntil` don't show its tag. */
  z.object({ state: z.literal('never-created'), ...recorded, proof: AbsenceProof }),
]);
export type Attempt = z.infer<typeof Attempt>;
type AttemptState = Attempt['state'];
export type AttemptIn<State extends AttemptState> = Extract<Attempt, { state: State }>;

/** Attempts whose create call has not been answered: an instance may exist without our knowing. */
export type Unanswered = AttemptIn<'recorded' | 'unknown'>;
/** Attempts that hold an instance until it is proved absent. */
export type Holding = AttemptIn<'created' | 'retiring'>;
/** Attempts that are over. */
export type Closed = AttemptIn<'refused' | 'gone' | 'never-created'>;

export const isUnanswered = (attempt: Attempt): attempt is Unanswered =>
  attempt.state === 'recorded' || attempt.state === 'unknown';
export const isHolding = (attempt: Attempt): attempt is Holding =>
  attempt.state === 'created' || attempt.state === 'retiring';
export const isClosed = (attempt: Attempt): attempt is Closed =>
  !isUnanswered(attempt) && !isHolding(attempt);

/** What an attempt that is over leaves as proof; null while an instance of it may exist. */
function proofOfAttempt(attempt: Attempt): AbsenceProof | null {
  if (!isClosed(attempt)) return null;
  return attempt.state === 'refused' ? nothingWasCreated() : attempt.proof;
}

/** The proof that no attempt left an instance behind, the newest of theirs; null until there is. */
export function proofOf(attempts: readonly Attempt[]): AbsenceProof | null {
  let newest = nothingWasCreated();
  for (const attempt of attempts) {
    const proof = proofOfAttempt(attempt);
    if (proof === null) return null;
    if ((proof.until ?? 0) >= (newest.until ?? 0)) newest = proof;
  }
  return newest;
}

/**
 * Listings started before this prove nothing about the attempts: a destroy was accepted later, or
 * an unanswered create could still land. Null while a destroy is still to be accepted.
 */
export function absenceFloor(attempts: readonly Attempt[]): EpochMs | null {
  const floors: EpochMs[] = [];
  for (const attempt of attempts) {
    if (isUnanswered(attempt)) floors.push(attempt.mayLandUntil);
    if (attempt.state === 'created') return null;
    if (attempt.state !== 'retiring') continue;
    if (attempt.destroyAcceptedAt === null) return null;
    floors.push(attempt.destroyAcceptedAt);
  }
  const [first, ...others] = floors;
  return first === undefined ? epochMs(0) : latest(first, ...others);
}

const NOT_MADE: readonly (AttemptReason | null)[] = ['rate-limited', 'too-late'];

/** The attempts that really went for an instance: the others' create call was never carried out. */
export function triesOf(attempts: readonly Attempt[]): readonly Attempt[] {
  return attempts.filter((attempt) => !NOT_MADE.includes(refusalReason(attempt)));
}

/** Why the provider created nothing; null when it did or may have. */
export function refusalReason(attempt: Attempt): AttemptReason | null {
  return attempt.state === 'refused' ? attempt.reason : null;
}
