// A turn of work as its messages are delivered: whether to run it, and what becomes of it. Messages
// are delivered at least once, so each decision reads the lease.

import { errorInWords, Failure, type FailureName, OUTCOME_NAMES } from '../base/failure.ts';
import { policy } from '../base/policy/policy.ts';
import { type DurationMs, durationMs, type EpochMs } from '../base/time.ts';
import { type Decision, keep } from './decision.ts';
import type { Lease } from './lease.ts';
import type { StepOutcome } from './step.ts';
import type { Work, WorkOutcome } from './work.ts';
import type { StepMessage } from './work-message.ts';

export type Run =
  /** The step must be carried out. */
  | { readonly kind: 'run' }
  /** It is over: the recorded outcome answers the token that waits now. */
  | { readonly kind: 'over'; readonly answer: Answer | null };

/** The answer to the workflow: an outcome, and the token that waits for it. */
export type Answer = Pick<Work, 'token'> & { readonly outcome: WorkOutcome };

/** The wait before the message is delivered again. */
export const waitBefore = ({ after }: Again): DurationMs =>
  durationMs(Math.min(after ?? policy.queue.again, policy.queue.maxAgain));

/** Whether the message is of the lease's present turn. */
const isPresent = ({ work }: Lease, { generation, turn, step }: StepMessage): boolean =>
  work?.turn === turn && work.generation === generation && work.step === step;

const answerOf = ({ work }: Lease): Answer | null =>
  work === null || work.outcome === null ? null : { token: work.token, outcome: work.outcome };

const CRASHED: WorkOutcome = {
  kind: 'failed',
  error: 'Crashed' satisfies FailureName,
  cause: `${policy.queue.maxTries} runs of the step ended without a result`,
};

/**
 * Begins a run. `receives` counts the deliveries of the message: from the second one on, the runs
 * are counted on the lease, and a step that keeps crashing is not run again.
 */
export function beginRun(
  lease: Lease,
  { message, receives }: { readonly message: StepMessage; readonly receives: number },
): Decision<Run> {
  const { work } = lease;
  if (work === null || !isPresent(lease, message)) return keep({ kind: 'over', answer: null });
  if (work.outcome !== null) return keep({ kind: 'over', answer: answerOf(lease) });
  if (receives === 1) return keep({ kind: 'run' });
  if (work.tries + 1 < policy.queue.maxTries) {
    const counted = { ...lease, work: { ...work, tries: work.tries + 1 } };
    return { commit: counted, result: { kind: 'run' } };
  }
  const crashed = { ...lease, work: { ...work, outcome: CRASHED } };
  return { commit: crashed, result: { kind: 'over', answer: answerOf(crashed) } };
}

/** The lease after a run that must come again: it did not crash. */
export function forgetTries(lease: Lease, message: StepMessage): Lease | null {
  const { work } = lease;
  if (work === null || !isPresent(lease, message) || work.tries === 0) return null;
  return { ...lease, work: { ...work, tries: 0 } };
}

/** Records the outcome and returns the answer; null when it is of an older turn. */
export function endRun(
  lease: Lease,
  { message, outcome }: { readonly message: StepMessage; readonly outcome: WorkOutcome },
): Decision<Answer | null> {
  const { work } = lease;
  if (work === null || !isPresent(lease, message)) return keep(null);
  if (work.outcome !== null) return keep(answerOf(lease));
  const ended = { ...lease, work: { ...work, outcome } };
  return { commit: ended, result: answerOf(ended) };
}

/** The lease whose workflow could not be answered; null when nothing changes. */
export function noteUnanswered(lease: Lease, { token }: Answer, now: EpochMs): Lease | null {
  const { work } = lease;
  if (work === null || work.token !== token || work.unansweredSince !== null) return null;
  return { ...lease, work: { ...work, unansweredSince: now } };
}

/** The answer that the sweep must send, because a worker could not; null without one. */
export const unansweredOf = (lease: Lease): Answer | null =>
  lease.work === null || lease.work.unansweredSince === null ? null : answerOf(lease);

/** The lease whose workflow was answered; null when nothing changes. */
export function noteAnswered(lease: Lease, { token }: Answer): Lease | null {
  const { work } = lease;
  if (work === null || work.token !== token || work.unansweredSince === null) return null;
  return { ...lease, work: { ...work, unansweredSince: null } };
}

/** Failures after which the same message comes again: the limit, or our own records. */
const AGAIN: ReadonlySet<string> = new Set<FailureName>(['RateLimited', 'NotCalled', 'StoreDown']);

/** The message must be delivered again, after this time if it is known. */
export type Again = { readonly kind: 'again'; readonly after: DurationMs | null };

type Output = Extract<WorkOutcome, { kind: 'done' }>['output'];

/**
 * What the result of a step is to the workflow. A step that its provider refuses again and again
 * goes to the end of the queue: the refusal may be about this lease alone.
 */
export function outcomeOf(result: StepOutcome<unknown>, receives: number): WorkOutcome | Again {
  // The output of every step is JSON: it is the input of the next state.
  if (result.kind === 'done') return { kind: 'done', output: (result.output ?? {}) as Output };
  const error = OUTCOME_NAMES[result.kind];
  if (AGAIN.has(error) && receives < policy.queue.maxRefusals)
    return { kind: 'again', after: null };
  return { kind: 'failed', error, cause: result.reason };
}

/** The same for a step that failed. A bug counts as a crash, and is thrown again. */
export function outcomeOfFailure(error: unknown): WorkOutcome | Again {
  if (!(error instanceof Failure)) throw error;
  if (AGAIN.has(error.name)) return { kind: 'again', after: error.retryAfter ?? null };
  return { kind: 'failed', error: error.name, cause: errorInWords(error) };
}
