// Every function of a deployment, one row each: its memory and what it needs. What a function may
// do follows from this table and from nothing else; how long it may run is in policy.

import type { FunctionName } from '../shared/core/base/functions.ts';

/** What `permissions.ts` grants. */
export type Need =
  // One lease with its account, entries and events, read and changed by steps.
  | 'records'
  // What single routes read and write.
  | 'list-leases'
  | 'read-events'
  | 'heartbeat'
  | 'record-ingest'
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
  // Runs: requested by operators, and carried out by timers.
  | 'request-runs'
  | 'carry-out-runs'
  // The menu.
  | 'read-menu'
  | 'pass-over-offers'
  // The provider's accounts, known by their first use.
  | 'admit-accounts'
  // The gates of providers' limits: every call to a provider takes a pass.
  | 'take-passes'
  // Room of prepaid funds, taken before an offer is chosen.
  | 'take-room'
  | 'publish-menu'
  // The workflow: to begin one, to wake one that waits, to extend its wait by a heartbeat.
  | 'start-workflow'
  | 'list-workflows'
  | 'wake-workflow'
  | 'heartbeat-workflow'
  // The queues of provider work: to send messages, and to take those of one queue.
  | 'send-work'
  | 'take-provider-work'
  | 'take-list-work'
  // The tickets of the queues, which tell where a lease stands.
  | 'draw-tickets'
  | 'read-tickets'
  // The schedule that ends a lease.
  | 'arm-schedule'
  | 'disarm-schedule'
  // Keys.
  | 'tag-key'
  | 'cursor-key'
  | 'provider-keys';

export type FunctionRow = {
  readonly memoryMb: number;
  readonly needs: readonly Need[];
  /** How often Lambda repeats a failed asynchronous call; not at all where the next comes soon. */
  readonly retries?: 2;
  /** Whether an alarm rings until an operator has removed the call that failed in the end. */
  readonly keepsFailed?: true;
};

const SMALL = { memoryMb: 512 };
/** Parses the whole menu, or thousands of leases: memory is also the share of a processor. */
const LARGE = { memoryMb: 1_024 };

export const FUNCTIONS: Readonly<Record<FunctionName, FunctionRow>> = {
  'api-menu': { ...LARGE, needs: ['read-menu', 'read-sweeps', 'cursor-key'] },
  'api-leases': {
    ...SMALL,
    needs: [
      'records',
      'list-leases',
      'read-tickets',
      'read-events',
      'read-freezes',
      'start-workflow',
      'wake-workflow',
      'arm-schedule',
      'disarm-schedule',
      'cursor-key',
    ],
  },
  'api-heartbeats': {
    ...SMALL,
    needs: ['heartbeat', 'record-ingest', 'heartbeat-workflow', 'tag-key'],
  },
  'api-billing': {
    ...LARGE,
    needs: ['records', 'read-books', 'read-sweeps', 'cursor-key'],
  },
  'api-operations': {
    ...LARGE,
    needs: [
      'records',
      'open-leases',
      'place-freezes',
      'read-freezes',
      'read-sweeps',
      'wake-workflow',
      'arm-schedule',
      'disarm-schedule',
      'request-runs',
    ],
  },

  'step-choose': {
    ...LARGE,
    needs: ['records', 'read-menu', 'read-freezes', 'take-room'],
  },
  'step-decide': {
    ...SMALL,
    needs: [
      'records',
      'write-sweeps',
      'start-workflow',
      'wake-workflow',
      'send-work',
      'draw-tickets',
      'arm-schedule',
      'disarm-schedule',
    ],
  },
  'work-provider': {
    ...LARGE,
    needs: [
      'records',
      'take-provider-work',
      'draw-tickets',
      'wake-workflow',
      'read-freezes',
      'read-sweeps',
      'open-leases',
      'admit-accounts',
      'pass-over-offers',
      'read-menu',
      'take-room',
      'tag-key',
      'take-passes',
      'provider-keys',
    ],
  },
  'work-list': {
    ...SMALL,
    needs: [
      'records',
      'take-list-work',
      'wake-workflow',
      'read-sweeps',
      'tag-key',
      'take-passes',
      'provider-keys',
    ],
  },

  'timer-deadline': {
    ...SMALL,
    retries: 2,
    keepsFailed: true,
    needs: [
      'records',
      'read-sweeps',
      'start-workflow',
      'wake-workflow',
      'tag-key',
      'take-passes',
      'provider-keys',
      'arm-schedule',
      'disarm-schedule',
    ],
  },
  'timer-refresh': {
    ...LARGE,
    needs: ['publish-menu', 'take-passes', 'provider-keys'],
  },
  'timer-sweep': {
    ...LARGE,
    needs: [
      'records',
      'open-leases',
      'all-accounts',
      'write-sweeps',
      'carry-out-runs',
      'start-workflow',
      'list-workflows',
      'wake-workflow',
      'send-work',
      'tag-key',
      'take-passes',
      'provider-keys',
    ],
  },
  'timer-reconcile': {
    ...LARGE,
    retries: 2,
    needs: [
      'records',
      'open-leases',
      'all-accounts',
      'write-sweeps',
      'carry-out-runs',
      'tag-key',
      'take-passes',
      'provider-keys',
    ],
  },
  'timer-books': {
    ...LARGE,
    retries: 2,
    needs: ['open-leases', 'all-accounts', 'read-books', 'close-days', 'carry-out-runs'],
  },
  'timer-freezes': {
    ...SMALL,
    needs: [
      'records',
      'open-leases',
      'read-sweeps',
      'place-freezes',
      'wake-workflow',
      'arm-schedule',
      'disarm-schedule',
      'tag-key',
      'take-passes',
      'provider-keys',
    ],
  },

  'event-execution-ended': {
    ...SMALL,
    retries: 2,
    needs: ['records', 'start-workflow', 'wake-workflow'],
  },
};

export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as readonly FunctionName[];
