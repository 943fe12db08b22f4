// Every function of a deployment, one row each: its source, how long it may run, its memory and
// what it needs. What a function may do follows from this table and from nothing else.

import { policy } from '../shared/core/base/policy/policy.ts';
import { type DurationMs, minutes, seconds } from '../shared/core/base/time.ts';

/** What `permissions.ts` grants. */
export type Need =
  // One lease with its account, entries and events, read and changed by steps.
  | 'records'
  // What single routes read and write.
  | 'admission'
  | 'read-lease'
  | 'list-leases'
  | 'read-events'
  | 'heartbeat'
  // What reports are made of: an account or all of them, entries, closed days, running leases.
  | 'read-books'
  | 'read-lease-cost'
  | 'read-ledger'
  | 'close-days'
  // All leases that are not done with, and all accounts: what the sweep compares.
  | 'open-leases'
  | 'all-accounts'
  // One account and its log, read by its consumer; its limits, changed by operators.
  | 'read-account'
  | 'read-account-events'
  | 'change-account'
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
  // The workflow: to begin one, to wake one that waits, to tell it that somebody is alive.
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
  /** Below `functions/`, without `.ts`. */
  readonly entry: string;
  readonly timeout: DurationMs;
  readonly memoryMb: number;
  readonly needs: readonly Need[];
  /** Whether its calls that failed to the end of their retries are kept, and told of. */
  readonly keepsFailed?: true;
};

/** An HTTP API gives up after 30 s (AWS, November 2026). */
const API = { timeout: seconds(29), memoryMb: 512 };
/** Three tries of one provider call and the database fit in; the state machine waits 15 s more. */
const STEP = { timeout: seconds(60), memoryMb: 512 };
/** Parses the whole menu: memory is also the share of a processor. */
const MENU = { memoryMb: 1_024 };

/** Once a day over all accounts: as long as a function may run (AWS, November 2026). */
const BOOKS = { timeout: minutes(15), memoryMb: 1_024 };

/** What a sweep needs, whether its schedule asks for it or an operator. */
const SWEEP_NEEDS: readonly Need[] = [
  'records',
  'open-leases',
  'all-accounts',
  'write-sweeps',
  'start-workflow',
  'list-workflows',
  'wake-workflow',
  'tag-key',
  'provider-keys',
];

/** What comparing charges needs, whether its schedule asks for it or an operator. */
const RECONCILE_NEEDS: readonly Need[] = [
  'records',
  'open-leases',
  'all-accounts',
  'write-sweeps',
  'tag-key',
  'provider-keys',
];

/** The routes, under the names of `shared/api/contract/contract.ts`. */
export const API_FUNCTIONS = {
  listOffers: { ...API, ...MENU, entry: 'api/list-offers', needs: ['read-menu', 'cursor-key'] },
  readOffer: { ...API, ...MENU, entry: 'api/read-offer', needs: ['read-menu'] },
  readHealth: {
    ...API,
    ...MENU,
    entry: 'api/read-health',
    needs: ['read-menu', 'read-sweeps'],
  },
  listLeases: { ...API, entry: 'api/list-leases', needs: ['list-leases', 'cursor-key'] },
  requestLease: {
    ...API,
    entry: 'api/request-lease',
    needs: ['admission', 'read-freezes', 'start-workflow'],
  },
  readLease: { ...API, entry: 'api/read-lease', needs: ['read-lease'] },
  readEvents: { ...API, entry: 'api/read-events', needs: ['read-events', 'cursor-key'] },
  recordHeartbeat: {
    ...API,
    entry: 'api/record-heartbeat',
    needs: ['heartbeat', 'heartbeat-workflow'],
  },
  releaseLease: { ...API, entry: 'api/release-lease', needs: ['records', 'wake-workflow'] },
  deleteLease: { ...API, entry: 'api/delete-lease', needs: ['records', 'wake-workflow'] },
  extendLease: {
    ...API,
    entry: 'api/extend-lease',
    needs: ['records', 'wake-workflow', 'arm-schedule'],
  },
  approveExtension: { ...API, entry: 'api/approve-extension', needs: ['records'] },
  placeFreeze: {
    ...API,
    entry: 'api/place-freeze',
    needs: ['records', 'open-leases', 'place-freezes', 'wake-workflow'],
  },
  readFreezes: { ...API, entry: 'api/read-freezes', needs: ['read-freezes'] },
  thaw: { ...API, entry: 'api/thaw', needs: ['place-freezes'] },
  readDoctor: {
    ...API,
    entry: 'api/read-doctor',
    needs: ['open-leases', 'read-lease', 'read-freezes', 'read-sweeps'],
  },
  correctCharge: { ...API, entry: 'api/correct-charge', needs: ['records'] },
  reconcileCharges: {
    ...API,
    ...MENU,
    entry: 'api/reconcile-charges',
    needs: RECONCILE_NEEDS,
  },
  readReconciliations: { ...API, entry: 'api/read-reconciliations', needs: ['read-sweeps'] },
  readAccount: { ...API, entry: 'api/read-account', needs: ['read-account'] },
  readAccountEvents: {
    ...API,
    entry: 'api/read-account-events',
    needs: ['read-account-events', 'cursor-key'],
  },
  changeAccount: { ...API, entry: 'api/change-account', needs: ['change-account'] },
  sweepProvider: {
    ...API,
    ...MENU,
    entry: 'api/sweep-provider',
    needs: SWEEP_NEEDS,
  },
  readCosts: { ...API, ...MENU, entry: 'api/read-costs', needs: ['read-books', 'cursor-key'] },
  readLeaseCost: { ...API, entry: 'api/read-lease-cost', needs: ['read-lease-cost'] },
  readLedger: { ...API, entry: 'api/read-ledger', needs: ['read-ledger', 'cursor-key'] },
  verifyLedger: {
    ...API,
    ...MENU,
    entry: 'api/verify-ledger',
    needs: ['read-books', 'cursor-key'],
  },
  recordNodeHeartbeat: {
    ...API,
    entry: 'api/record-node-heartbeat',
    needs: ['heartbeat', 'heartbeat-workflow', 'tag-key'],
  },
} as const satisfies Record<string, FunctionRow>;

/** The steps, under the names of `state-machines/lease.asl.json`. */
export const STEP_FUNCTIONS = {
  ChooseOffer: {
    ...STEP,
    ...MENU,
    entry: 'steps/choose-offer',
    needs: ['records', 'read-menu', 'read-freezes', 'take-room'],
  },
  ArmDeadline: { ...STEP, entry: 'steps/arm-deadline', needs: ['records', 'arm-schedule'] },
  LaunchInstance: {
    ...STEP,
    entry: 'steps/launch-instance',
    timeout: policy.launch.functionTimeout,
    needs: ['records', 'read-freezes', 'pass-over-offers', 'tag-key', 'provider-keys'],
  },
  FindLaunched: {
    ...STEP,
    entry: 'steps/find-launched',
    needs: ['records', 'tag-key', 'provider-keys'],
  },
  AwaitReady: {
    ...STEP,
    entry: 'steps/await-ready',
    needs: ['records', 'wake-workflow', 'provider-keys'],
  },
  ProbeReady: { ...STEP, entry: 'steps/probe-ready', needs: ['records', 'provider-keys'] },
  ConfirmReady: {
    ...STEP,
    entry: 'steps/confirm-ready',
    needs: ['records', 'provider-keys', 'arm-schedule'],
  },
  RetireAttempt: {
    ...STEP,
    entry: 'steps/retire-attempt',
    needs: ['records', 'read-sweeps', 'tag-key', 'provider-keys'],
  },
  ServeLease: { ...STEP, entry: 'steps/serve-lease', needs: ['records', 'wake-workflow'] },
  JudgeLease: { ...STEP, entry: 'steps/judge-lease', needs: ['records', 'write-sweeps'] },
  EndLease: { ...STEP, entry: 'steps/end-lease', needs: ['records'] },
  DestroyInstance: {
    ...STEP,
    entry: 'steps/destroy-instance',
    needs: ['records', 'read-sweeps', 'provider-keys'],
  },
  ProveAbsence: {
    ...STEP,
    entry: 'steps/prove-absence',
    needs: ['records', 'read-sweeps', 'tag-key', 'provider-keys'],
  },
  SettleLease: { ...STEP, entry: 'steps/settle-lease', needs: ['records', 'disarm-schedule'] },
} as const satisfies Record<string, FunctionRow>;

/** The targets of schedules. */
const TIMER_FUNCTIONS = {
  enforceDeadline: {
    ...STEP,
    entry: 'timers/enforce-deadline',
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
  refreshOffers: {
    ...MENU,
    entry: 'timers/refresh-offers',
    /** Ends before the next one begins: two at once would exceed the provider's rate. */
    timeout: minutes(4.5),
    needs: ['publish-menu', 'provider-keys'],
  },
  sweepEachProvider: {
    ...STEP,
    ...MENU,
    entry: 'timers/sweep-provider',
    /** A listing of thousands of instances takes minutes at a provider's rate. */
    timeout: minutes(5),
    needs: SWEEP_NEEDS,
  },
  reconcileEachProvider: {
    ...MENU,
    entry: 'timers/reconcile-charges',
    /** Two months of charges come in hundreds of pages at a provider's rate. */
    timeout: minutes(14),
    needs: RECONCILE_NEEDS,
  },
  closeDays: {
    ...BOOKS,
    entry: 'timers/close-days',
    needs: ['open-leases', 'all-accounts', 'close-days'],
  },
  verifyAllLedgers: { ...BOOKS, entry: 'timers/verify-ledger', needs: ['read-books'] },
  advanceFreezes: {
    ...STEP,
    entry: 'timers/advance-freezes',
    needs: ['records', 'open-leases', 'place-freezes', 'wake-workflow', 'tag-key', 'provider-keys'],
  },
} as const satisfies Record<string, FunctionRow>;

/** The targets of rules on events. */
const EVENT_FUNCTIONS = {
  executionEnded: {
    ...STEP,
    entry: 'events/execution-ended',
    needs: ['records', 'start-workflow', 'wake-workflow'],
  },
} as const satisfies Record<string, FunctionRow>;

export const ALL_FUNCTIONS: Readonly<Record<string, FunctionRow>> = {
  ...API_FUNCTIONS,
  ...STEP_FUNCTIONS,
  ...TIMER_FUNCTIONS,
  ...EVENT_FUNCTIONS,
};

/** `RequestLease` and `requestLease` become `request-lease`. */
export const kebab = (name: string): string =>
  name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
