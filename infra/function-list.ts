// Every function of a deployment, one row each: how long it may run, its memory and what it needs.
// What a function may do follows from this table and from nothing else.

import {
  type FunctionName,
  STEP_NAMES,
  STEPS,
  type StepFunction,
} from '../shared/core/base/functions.ts';
import { policy } from '../shared/core/base/policy/policy.ts';
import { type DurationMs, longest, minutes, seconds } from '../shared/core/base/time.ts';

/** What `permissions.ts` grants. */
export type Need =
  // One lease with its account, entries and events, read and changed by steps.
  | 'records'
  // What single routes read and write.
  | 'list-leases'
  | 'read-events'
  | 'heartbeat'
  // What reports are made of: an account or all of them, entries, closed days, running leases.
  | 'read-books'
  | 'close-days'
  // All leases that are not done with, and all accounts: what the sweep compares.
  | 'open-leases'
  | 'all-accounts'
  // Freezes, read before every attempt, and placed by operators.
  | 'read-freezes'
  | 'place-freezes'
  // What sweeps saw, and how many leases fell silent.
  | 'read-sweeps'
  | 'write-sweeps'
  // The menu.
  | 'read-menu'
  | 'pass-over-offers'
  // Room of prepaid funds, taken before an offer is chosen.
  | 'take-room'
  | 'publish-menu'
  // The workflow: to begin one, to wake one that waits, to extend its wait by a heartbeat.
  | 'start-workflow'
  | 'list-workflows'
  | 'wake-workflow'
  | 'heartbeat-workflow'
  // The schedule that ends a lease.
  | 'arm-schedule'
  | 'disarm-schedule'
  // Keys.
  | 'tag-key'
  | 'cursor-key'
  | 'provider-keys';

export type FunctionRow = {
  readonly timeout: DurationMs;
  readonly memoryMb: number;
  readonly needs: readonly Need[];
  /** Whether calls that failed to the end of their retries are kept in a queue with an alarm. */
  readonly keepsFailed?: true;
};

/** An HTTP API gives up after 30 s (AWS, November 2026). */
const API = { timeout: seconds(29), memoryMb: 512 };
/** Three tries of one provider call and the database fit in. */
const SHORT = { timeout: seconds(60), memoryMb: 512 };
/** Parses the whole menu, or thousands of leases: memory is also the share of a processor. */
const LARGE = { memoryMb: 1_024 };

/** The longest of the function's steps: the dispatcher ends each step at its own budget. */
const stepRow = (name: StepFunction) => ({
  memoryMb: 512,
  timeout: longest(
    ...STEP_NAMES.filter((step) => STEPS[step] === name).map((step) => policy.stepBudget[step]),
  ),
});

/** What a sweep needs, on its schedule and on an operator's request. */
const SWEEP_NEEDS = [
  'records',
  'open-leases',
  'all-accounts',
  'write-sweeps',
  'start-workflow',
  'list-workflows',
  'wake-workflow',
  'tag-key',
  'provider-keys',
] as const;

/** What comparing charges needs, on its schedule and on an operator's request. */
const RECONCILE_NEEDS = [
  'records',
  'open-leases',
  'all-accounts',
  'write-sweeps',
  'tag-key',
  'provider-keys',
] as const;

export const FUNCTIONS: Readonly<Record<FunctionName, FunctionRow>> = {
  'api-menu': { ...API, ...LARGE, needs: ['read-menu', 'read-sweeps', 'cursor-key'] },
  'api-leases': {
    ...API,
    needs: [
      'records',
      'list-leases',
      'read-events',
      'read-freezes',
      'start-workflow',
      'wake-workflow',
      'arm-schedule',
      'cursor-key',
    ],
  },
  'api-heartbeats': { ...API, needs: ['heartbeat', 'heartbeat-workflow', 'tag-key'] },
  'api-billing': {
    ...API,
    ...LARGE,
    needs: ['records', 'read-books', 'read-sweeps', 'cursor-key'],
  },
  'api-operations': {
    ...API,
    ...LARGE,
    needs: [...SWEEP_NEEDS, 'read-books', 'place-freezes', 'read-freezes', 'cursor-key'],
  },

  'step-choose': {
    ...stepRow('step-choose'),
    ...LARGE,
    needs: ['records', 'read-menu', 'read-freezes', 'take-room'],
  },
  'step-decide': {
    ...stepRow('step-decide'),
    needs: [
      'records',
      'write-sweeps',
      'wake-workflow',
      'arm-schedule',
      'disarm-schedule',
      'provider-keys',
    ],
  },
  'work-provider': {
    ...stepRow('work-provider'),
    needs: [
      'records',
      'read-freezes',
      'read-sweeps',
      'pass-over-offers',
      'tag-key',
      'provider-keys',
    ],
  },
  'work-list': {
    ...stepRow('work-list'),
    needs: ['records', 'read-sweeps', 'tag-key', 'provider-keys'],
  },

  'timer-deadline': {
    ...SHORT,
    /** The scheduler only hands a call over: once it is taken, its failure is Lambda's to keep. */
    keepsFailed: true,
    needs: [
      'records',
      'read-sweeps',
      'start-workflow',
      'wake-workflow',
      'tag-key',
      'provider-keys',
      'arm-schedule',
      'disarm-schedule',
    ],
  },
  'timer-refresh': {
    ...LARGE,
    /** Ends before the next one begins: two at once would exceed the provider's rate. */
    timeout: minutes(4.5),
    needs: ['publish-menu', 'provider-keys'],
  },
  'timer-sweep': {
    ...LARGE,
    /** A listing of thousands of instances takes minutes at a provider's rate. */
    timeout: minutes(5),
    needs: SWEEP_NEEDS,
  },
  'timer-reconcile': {
    ...LARGE,
    /** Two months of charges come in hundreds of pages at a provider's rate. */
    timeout: minutes(14),
    needs: RECONCILE_NEEDS,
  },
  'timer-books': {
    ...LARGE,
    /** Once a day over all accounts: as long as a function may run (AWS, November 2026). */
    timeout: minutes(15),
    needs: ['open-leases', 'all-accounts', 'read-books', 'close-days'],
  },
  'timer-freezes': {
    ...SHORT,
    needs: ['records', 'open-leases', 'place-freezes', 'wake-workflow', 'tag-key', 'provider-keys'],
  },

  'event-execution-ended': { ...SHORT, needs: ['records', 'start-workflow', 'wake-workflow'] },
};

export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as readonly FunctionName[];
