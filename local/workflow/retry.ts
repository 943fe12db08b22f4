// Which retrier or catcher handles a failure, and how long a retry waits. Pure: randomness is
// injected. Nothing ever handles States.Runtime, which always fails the execution.

import type { Retrier } from './asl.ts';

export type TaskFailure = { readonly error: string; readonly cause: string };

export const TIMEOUT = 'States.Timeout';
export const HEARTBEAT_TIMEOUT = 'States.HeartbeatTimeout';
export const RUNTIME = 'States.Runtime';

/** The longest time of Step Functions, in seconds; also the timeout of a task without one. */
export const LONGEST_SECONDS = 99_999_999;

/** Errors that no retrier or catcher handles, not even States.ALL (developer guide, 2026). */
const UNHANDLED: readonly string[] = [RUNTIME, 'States.DataLimitExceeded'];

function covers(name: string, error: string): boolean {
  switch (name) {
    case 'States.ALL':
      return true;
    case 'States.TaskFailed':
      // The developer guide (2026) excludes States.Timeout only, so a missed heartbeat may match.
      return error !== TIMEOUT;
    case TIMEOUT:
      return error === TIMEOUT || error === HEARTBEAT_TIMEOUT;
    default:
      return name === error;
  }
}

/** Whether a retrier or catcher with these names handles an error. */
export function takes(errorEquals: readonly string[], error: string): boolean {
  return !UNHANDLED.includes(error) && errorEquals.some((name) => covers(name, error));
}

/**
 * The name under which a failure is passed to a catcher or ends the execution. Step Functions
 * distinguishes a missed heartbeat only in `Retry` and `Catch` (developer guide, 2023).
 */
export const reportedName = (error: string): string =>
  error === HEARTBEAT_TIMEOUT ? TIMEOUT : error;

/**
 * The retry of a failure by the first retrier that handles it; none when that retrier has no
 * attempts left. `used` counts earlier retries by retrier; `random` returns at least 0 and less
 * than 1.
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
