// Alarms on functions, by who calls them. They follow from the table of functions: each alarm
// covers as many functions as one alarm can compute with.

import {
  highestErrorShare,
  longestShareOfTimeout,
  MAX_METRICS,
  sumOver,
  type Timed,
} from './metrics.ts';
import type { Raise } from './rule.ts';

/** Who calls a function: the API, the state machine, or a service that doesn't wait for it. */
export const FUNCTION_KINDS = ['api', 'workflow', 'background'] as const;
export type FunctionKind = (typeof FUNCTION_KINDS)[number];

/** Periods of 5 minutes. */
const HALF_AN_HOUR = 6;
/** A call that is throttled once is repeated by its caller. */
const MIN_THROTTLED = 10;
const NEAR_TIMEOUT_PERCENT = 90;

type OnGroup = (group: readonly Timed[], part: string | undefined) => void;

/** Divides functions into groups for one alarm each, which takes `metrics` of every function. */
function forGroups(functions: readonly Timed[], metrics: number, onGroup: OnGroup): void {
  const size = MAX_METRICS / metrics;
  for (let from = 0; from < functions.length; from += size) {
    onGroup(functions.slice(from, from + size), from === 0 ? undefined : `${from / size + 1}`);
  }
}

/** Which errors of a function are trouble, by its kind. */
const ON_ERRORS: Record<FunctionKind, (raise: Raise, functions: readonly Timed[]) => void> = {
  // Expected failures are replies: an error is a bug or a timeout.
  api: (raise, functions) =>
    forGroups(functions, 1, (group, of) =>
      raise({ section: 'route-errors', of, metric: sumOver(group, 'Errors'), threshold: 1 }),
    ),
  // A step that fails is retried, so only one that never succeeds is trouble.
  workflow: (raise, functions) =>
    forGroups(functions, 2, (group, of) => {
      const metric = highestErrorShare(group);
      raise({ section: 'failing-steps', of, metric, threshold: 100, periods: HALF_AN_HOUR });
    }),
  // The caller of these doesn't wait. One is lost when its last try failed or it became too old.
  background: (raise, functions) =>
    forGroups(functions, 1, (group, of) => {
      const metric = sumOver(group, 'AsyncEventsDropped');
      raise({ section: 'dropped-events', of, metric, threshold: 1 });
    }),
};

/** The alarms on all functions of one kind. */
export function raiseOnFunctions(
  raise: Raise,
  kind: FunctionKind,
  functions: readonly Timed[],
): void {
  ON_ERRORS[kind](raise, functions);
  forGroups(functions, 1, (group, part) => {
    const of = part === undefined ? kind : `${kind}-${part}`;
    const throttles = sumOver(group, 'Throttles');
    raise({ section: 'throttled', of, metric: throttles, threshold: MIN_THROTTLED });
    const longest = longestShareOfTimeout(group);
    raise({ section: 'near-timeout', of, metric: longest, threshold: NEAR_TIMEOUT_PERCENT });
  });
}
