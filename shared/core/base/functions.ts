// The Lambda functions of a deployment, by name, and which of them carries out each step of the
// workflow. Infrastructure, the local service and the state machine file all use these names.

/** The functions behind the HTTP API. */
export type ApiFunction =
  | 'api-menu'
  | 'api-leases'
  | 'api-heartbeats'
  | 'api-billing'
  | 'api-operations';

/** The functions that the state machine calls. */
type WorkflowFunction = 'step-choose' | 'step-decide';

/** The functions that do the work of a queue: the only ones of a lease that hold provider keys. */
export const WORKERS = ['work-provider', 'work-list'] as const;
export type Worker = (typeof WORKERS)[number];

/** The functions that carry out steps of the workflow. */
export type StepFunction = WorkflowFunction | Worker;

/** The functions that schedules call. */
export type TimerFunction =
  | 'timer-deadline'
  | 'timer-sweep'
  | 'timer-refresh'
  | 'timer-reconcile'
  | 'timer-books'
  | 'timer-freezes';

/** The name of a function in Lambda, so that functions can start each other. */
export const functionNameOf = (deployment: string, name: FunctionName): string =>
  `gpu-shopper-${deployment}-${name}`;

export type FunctionName = ApiFunction | StepFunction | TimerFunction | 'event-execution-ended';

/**
 * The steps of the workflow, each with its function. The state machine calls `park` for a step of a
 * worker: the worker's queue has the message, and its answer ends the wait.
 */
export const STEPS = {
  choose: 'step-choose',
  arm: 'step-decide',
  park: 'step-decide',
  launch: 'work-provider',
  find: 'work-list',
  get: 'work-provider',
  await: 'step-decide',
  probe: 'step-decide',
  confirm: 'step-decide',
  retire: 'work-list',
  serve: 'step-decide',
  judge: 'step-decide',
  end: 'step-decide',
  destroy: 'work-provider',
  prove: 'work-list',
  settle: 'step-decide',
} as const satisfies Record<string, StepFunction>;

export type StepName = keyof typeof STEPS;

export const STEP_NAMES = Object.keys(STEPS) as readonly StepName[];

/** The steps that one function carries out. */
export type StepOf<Name extends StepFunction> = {
  [Step in StepName]: (typeof STEPS)[Step] extends Name ? Step : never;
}[StepName];

/** The steps that a worker carries out, in the turn of their message. */
export type QueuedStep = StepOf<Worker>;

export const isWorker = (name: FunctionName): name is Worker =>
  WORKERS.some((each) => each === name);

export const isQueued = (step: StepName): step is QueuedStep => isWorker(STEPS[step]);

export const QUEUED_STEPS = STEP_NAMES.filter(isQueued);

/** The functions that carry out what operators request, by the kind of work; see runs. */
export const RUN_FUNCTIONS = {
  sweep: 'timer-sweep',
  reconcile: 'timer-reconcile',
  verify: 'timer-books',
} as const satisfies Record<string, TimerFunction>;

export type RunKind = keyof typeof RUN_FUNCTIONS;
