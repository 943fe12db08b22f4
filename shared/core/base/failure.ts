// Operational failures: one class, a closed set of literal names. Step Functions retries and
// catches on these names, so a name is part of the contract with `state-machines/lease.asl.json`.

import type { DurationMs } from './time.ts';

/**
 * What to do after a failure: `retry` the same call; `look` at the provider first, because the call
 * may have taken effect; take the `next-offer`; `reload` the record; `never` repeat; `route` is no
 * error, it only routes the state machine.
 */
type Action = 'retry' | 'look' | 'next-offer' | 'reload' | 'never' | 'route';

type Handling = {
  readonly action: Action;
  /** The HTTP status of the reply. */
  readonly status: number;
  /** Whether it pages an operator. */
  readonly page: boolean;
  /** Whether a workflow step may throw it, so that the state machine must handle it. */
  readonly inWorkflow: boolean;
};

const handle = (action: Action, status: number, flags = ''): Handling => ({
  action,
  status,
  page: flags.includes('page'),
  inWorkflow: flags.includes('workflow'),
});

export const FAILURES = {
  // External systems.
  RateLimited: handle('retry', 503, 'workflow'),
  ProviderDown: handle('retry', 503, 'workflow'),
  BadReply: handle('retry', 502, 'workflow page'),
  Unauthorised: handle('never', 502, 'page'),
  StoreDown: handle('retry', 503, 'workflow'),
  // The first refresh of the menu is not complete yet.
  NoMenu: handle('retry', 503),
  // AWS refuses our own role or credentials. A step retries it: the policy may be changed by then.
  AccessDenied: handle('never', 500, 'workflow page'),
  Conflict: handle('reload', 503, 'workflow'),
  // Its runs in a queue ended without a result, again and again.
  Crashed: handle('retry', 500, 'workflow page'),
  // Outcomes of a launch.
  NotCalled: handle('retry', 503, 'workflow'),
  OfferGone: handle('next-offer', 503, 'workflow'),
  OutcomeUnknown: handle('look', 503, 'workflow'),
  StillUnknown: handle('look', 503, 'workflow'),
  NoOffer: handle('never', 409, 'workflow'),
  OverBudget: handle('never', 402, 'workflow'),
  NotReady: handle('retry', 503, 'workflow'),
  AttemptFailed: handle('next-offer', 503, 'workflow'),
  // Routes of the workflow.
  UseProbe: handle('route', 500, 'workflow'),
  LeaseOver: handle('route', 409, 'workflow'),
  Superseded: handle('route', 409, 'workflow'),
  AbsencePending: handle('route', 503, 'workflow'),
  StillPresent: handle('look', 503, 'workflow'),
  TeardownOverdue: handle('route', 503, 'workflow page'),
  // Errors of the caller.
  BadRequest: handle('never', 400),
  Forbidden: handle('never', 403),
  NotFound: handle('never', 404),
  KeyReused: handle('never', 409),
  Replayed: handle('never', 409),
  NotActive: handle('never', 409),
  NotEnding: handle('never', 409),
  OverLimit: handle('never', 409),
  StaleVersion: handle('never', 409),
  Frozen: handle('never', 503),
  BadConfig: handle('never', 500, 'page'),
} as const satisfies Record<string, Handling>;

export type FailureName = keyof typeof FAILURES;

/**
 * Outcomes of a step other than its normal path, and the names that the state machine routes on.
 */
export const OUTCOME_NAMES = {
  'lease-over': 'LeaseOver',
  superseded: 'Superseded',
  'no-offer': 'NoOffer',
  'over-budget': 'OverBudget',
  'rate-limited': 'RateLimited',
  'not-called': 'NotCalled',
  'offer-gone': 'OfferGone',
  'outcome-unknown': 'OutcomeUnknown',
  'still-unknown': 'StillUnknown',
  'use-probe': 'UseProbe',
  'not-ready': 'NotReady',
  'attempt-failed': 'AttemptFailed',
  'absence-pending': 'AbsencePending',
  'still-present': 'StillPresent',
  'teardown-overdue': 'TeardownOverdue',
} as const satisfies Record<string, FailureName>;

export type DetourKind = keyof typeof OUTCOME_NAMES;

/** An error as text, its name first. Accepts any thrown value. */
export const errorInWords = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** Details for a problem document: the invalid field, or the exceeded limit. */
export type FailureDetail = {
  readonly field?: string;
  readonly limit?: string;
  /** Further facts for the document, by name; never secrets. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** When the same request may succeed. */
  readonly retryAfter?: DurationMs;
  readonly cause?: unknown;
};

/** The error class for failures that are not bugs. `name` determines what happens next. */
export class Failure extends Error {
  override readonly name: FailureName;
  readonly field: string | undefined;
  readonly limit: string | undefined;
  readonly facts: FailureDetail['facts'];
  readonly retryAfter: DurationMs | undefined;

  constructor(name: FailureName, message: string, detail: FailureDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = name;
    this.field = detail.field;
    this.limit = detail.limit;
    this.facts = detail.facts;
    this.retryAfter = detail.retryAfter;
  }
}

/** Whether a thrown value is the failure of this name. */
export const isFailure = (error: unknown, name: FailureName): error is Failure =>
  error instanceof Failure && error.name === name;
