// Which retrier or catcher takes a failure, and how long a retry waits. Pure: randomness comes in
// as a value. It must never let anything take States.Runtime, which always ends an execution.

import type { Retrier } from './asl.ts';

export type TaskFailure = { readonly error: string; readonly cause: string };

export const TIMEOUT = 'States.Timeout';
export const HEARTBEAT_TIMEOUT = 'States.HeartbeatTimeout';
export const RUNTIME = 'States.Runtime';

/** The longest Step Functions counts, in seconds; also the timeout of a task without one. */
export const LONGEST_SECONDS = 99_999_999;

/** What States.ALL doesn't take (Step Functions guide on error handling, 2026). */
const UNTAKEN: readonly string[] = [RUNTIME, 'States.DataLimitExceeded'];

function covers(name: string, error: string): boolean {
  switch (name) {
    case 'States.ALL':
      return true;
    case 'States.TaskFailed':
      return error !== TIMEOUT && error !== HEARTBEAT_TIMEOUT;
    case TIMEOUT:
      return error === TIMEOUT || error === HEARTBEAT_TIMEOUT;
    default:
      return name === error;
  }
}

/** Whether a retrier or catcher with these names takes an error. */
export function takes(errorEquals: readonly string[], error: string): boolean {
  return !UNTAKEN.includes(error) && errorEquals.some((name) => covers(name, error));
}

/**
 * What a caught or reported failure is called. Step Functions tells a missed heartbeat apart in
 * `Retry` and `Catch` only (its guide, 2023); elsewhere it is a timeout like any other.
 */
export const reportedName = (error: string): string =>
  error === HEARTBEAT_TIMEOUT ? TIMEOUT : error;

/**
 * The retry a failure gets: by the first retrier that takes it, or none once that one is used up.
 * `used` counts earlier retries by retrier; `random` is at least 0 and below 1.
 */
export function retryFor(
  failure: TaskFailure,
  retriers: readonly Retrier[],
  { used, random }: { used: readonly number[]; random: () => number },
): { retrier: number; delayMs: number } | undefined {
  const index = retriers.findIndex(({ ErrorEquals }) => takes(ErrorEquals, failure.error));
  const retrier = retriers[index];
  const count = used[index] ?? 0;
  if (retrier === undefined || count >= (retrier.MaxAttempts ?? 3)) return undefined;
  const seconds = Math.min(
    (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** count,
    retrier.MaxDelaySeconds ?? LONGEST_SECONDS,
    LONGEST_SECONDS,
  );
  const share = retrier.JitterStrategy === 'FULL' ? random() : 1;
  return { retrier: index, delayMs: Math.round(seconds * share * 1000) };
}
