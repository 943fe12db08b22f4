// Parks a step of a worker: the lease gets the work with its token, and messages say whose turn
// it is. The turn rises with each step; only a repeat of a step without an outcome keeps it, so
// that no retry loses its place in the queue.

import type { QueuedStep } from '../base/functions.ts';
import { policy } from '../base/policy/policy.ts';
import type { ProviderName } from '../base/providers.ts';
import { between, type EpochMs } from '../base/time.ts';
import { isClosed } from '../instance/attempt.ts';
import type { ProviderCard } from '../instance/card.ts';
import { type RoundInput, skipRound } from './absence-round.ts';
import { type Decision, keep } from './decision.ts';
import { type EndInput, endFromStep } from './end.ts';
import { chosenOffer, currentAttempt, isOver, type Lease } from './lease.ts';
import { addEvent } from './lease-moves.ts';
import { detour, done, type StepOutcome, stopReason, supersededBy } from './step.ts';
import { unacceptedTargets } from './teardown.ts';
import type { Tickets, Work, WorkOutcome } from './work.ts';
import {
  laneOf,
  messageGroupOf,
  stepDeduplicationId,
  WORK_CLASSES,
  type WorkToSend,
} from './work-message.ts';

export type ParkInput = EndInput &
  RoundInput &
  Pick<Work, 'token' | 'enteredAt' | 'retries'> & {
    readonly work: QueuedStep;
    /** The ticket that was drawn for a new turn; absent when none is needed. */
    readonly tickets?: Tickets | undefined;
  };

export type ParkResult =
  /** The messages of the turn must be sent; `isNew` unless it is a turn without an outcome. */
  | { readonly kind: 'parked'; readonly isNew: boolean }
  /** There is nothing to do at a provider: the step ends at once. */
  | { readonly kind: 'skip'; readonly outcome: StepOutcome }
  /** The work is done: its outcome is the answer again. */
  | { readonly kind: 'answer'; readonly outcome: WorkOutcome }
  /** A newer wait has parked. */
  | { readonly kind: 'late' };

/** Where one message of the work is sent. */
type Place = { readonly provider: ProviderName; readonly attempt?: number };

/** Where the work must be done; none when nothing is left to do. */
function placesOf(lease: Lease, step: QueuedStep): readonly Place[] {
  switch (step) {
    case 'launch': {
      const offer = chosenOffer(lease) ?? currentAttempt(lease)?.offer;
      return offer === undefined ? [] : [{ provider: offer.provider }];
    }
    case 'get':
    case 'find':
    case 'retire': {
      const last = currentAttempt(lease);
      return last === undefined ? [] : [{ provider: last.offer.provider }];
    }
    case 'destroy':
      return unacceptedTargets(lease).map(({ provider, attempt }) => ({ provider, attempt }));
    case 'prove': {
      const open = lease.attempts.find((attempt) => !isClosed(attempt));
      return open === undefined ? [] : [{ provider: open.offer.provider }];
    }
  }
}

/** The outcome of work without a place. */
const idleOutcome = (step: QueuedStep): StepOutcome =>
  step === 'launch' || step === 'find' ? detour('offer-gone', 'no offer is chosen') : done(null);

/** A message to send, and whose limits it waits for. */
type PlacedWork = WorkToSend & { readonly provider: ProviderName };

/** The messages of the present turn. */
export function sendsOf(
  lease: Lease,
  cardOf: (provider: ProviderName) => ProviderCard,
): readonly PlacedWork[] {
  const { work } = lease;
  if (work === null) return [];
  return placesOf(lease, work.step).map(({ provider, attempt }) => {
    const { generation, turn, step } = work;
    const place = attempt === undefined ? {} : { attempt };
    const message = { lease: lease.id, generation, step, turn, ...place };
    const lane = laneOf(lease.id, cardOf(provider).lanes);
    return {
      message,
      provider,
      group: messageGroupOf(provider, WORK_CLASSES[step], lane),
      deduplicationId: stepDeduplicationId(message, work.sends),
    };
  });
}

/** Whether the work is the same as the lease's, without an outcome yet. */
const isRepeated = (work: Work, { work: step, generation }: ParkInput): boolean =>
  work.step === step && work.generation === generation && work.outcome === null;

/** Whether a newer wait has parked: a late repeat of this one must not take its place. */
function isLate({ work }: Lease, { generation, enteredAt, retries }: ParkInput): boolean {
  if (work === null || work.generation !== generation) return false;
  return enteredAt < work.enteredAt || (enteredAt === work.enteredAt && retries < work.retries);
}

function workOf({ work }: Lease, input: ParkInput, now: EpochMs): Work {
  const { work: step, token, enteredAt, retries, generation, tickets } = input;
  const ticket = tickets?.drawn ?? null;
  const parked = { token, enteredAt, retries, sentAt: now };
  if (work !== null && isRepeated(work, input)) return { ...work, ...parked };
  const turn = (work?.turn ?? 0) + 1;
  const fresh = { sends: 1, tries: 0, outcome: null, unansweredSince: null };
  return { turn, generation, step, ticket, ...parked, ...fresh };
}

/** Says in the log of a lease that it waits behind others. */
function noteQueued(lease: Lease, { tickets }: ParkInput, now: EpochMs): Lease {
  if (tickets === undefined) return lease;
  const ahead = tickets.drawn - tickets.head - 1;
  if (ahead < 1) return lease;
  const reason = `waits for its turn to create an instance; ${ahead} are before it in the queue`;
  return addEvent(lease, { type: 'lease-queued', reason }, now);
}

/** What a repeat of the present wait finds. */
function repeated({ work }: Lease, { token }: ParkInput): ParkResult | null {
  if (work === null || work.token !== token || work.outcome === null) return null;
  return { kind: 'answer', outcome: work.outcome };
}

const isTeardown = (step: QueuedStep): boolean => step === 'destroy' || step === 'prove';

/** The outcome that makes the work unnecessary; null when it must be done. */
function skipWork(lease: Lease, input: ParkInput, now: EpochMs): StepOutcome | null {
  switch (input.work) {
    case 'destroy':
      return supersededBy(lease, input);
    case 'prove':
      return skipRound(lease, input, now);
    default:
      return stopReason(lease, input, now);
  }
}

/**
 * Puts the work of a step on the lease. A lease that teardown finds open is ending from then on,
 * whatever End lease could commit.
 */
export function decidePark(lease: Lease, input: ParkInput, now: EpochMs): Decision<ParkResult> {
  if (isLate(lease, input)) return keep({ kind: 'late' });
  const answer = repeated(lease, input);
  if (answer !== null) return keep(answer);
  const current = isTeardown(input.work) ? (endFromStep(lease, input, now) ?? lease) : lease;
  const skip = skipWork(current, input, now);
  const changed = current === lease ? null : current;
  if (skip !== null) return { commit: changed, result: { kind: 'skip', outcome: skip } };
  if (placesOf(current, input.work).length === 0) {
    return { commit: changed, result: { kind: 'skip', outcome: idleOutcome(input.work) } };
  }
  const work = workOf(current, input, now);
  const isNew = work.turn !== current.work?.turn;
  const parked = { ...current, work };
  const commit = isNew ? noteQueued(parked, input, now) : parked;
  return { commit, result: { kind: 'parked', isNew } };
}

/** Whether a message may be lost: its turn should have come by now. */
export const isWorkLate = ({ work }: Lease, now: EpochMs): boolean =>
  work !== null && work.outcome === null && between(work.sentAt, now) >= policy.queue.resendAfter;

/** The lease with its messages sent once more; null when they are not late. */
export const resendWork = (lease: Lease, now: EpochMs): Lease | null =>
  lease.work !== null && isWorkLate(lease, now)
    ? { ...lease, work: { ...lease.work, sends: lease.work.sends + 1, sentAt: now } }
    : null;

/** Whether the step waits in a queue although the lease is over: nothing is left of its work. */
export const isWaitingInVain = (lease: Lease): boolean =>
  isOver(lease) &&
  lease.work !== null &&
  lease.work.outcome === null &&
  !isTeardown(lease.work.step);
