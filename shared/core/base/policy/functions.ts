// Decisions about how long functions may run, each with its unit and reason; see policy.ts.

import {
  type FunctionName,
  STEP_NAMES,
  STEPS,
  type StepFunction,
  type StepName,
} from '../functions.ts';
import { type DurationMs, longest, minutes, seconds } from '../time.ts';

/** Enough for three tries of one provider call, and for the database. */
const SHORT = seconds(60);
/** An HTTP API times out after 30 s (AWS, November 2026). */
const API = seconds(29);

/** A listing of ten thousand instances takes minutes at a provider's rate. */
const LISTING = minutes(14);

const stepBudget = {
  choose: SHORT,
  arm: SHORT,
  park: SHORT,
  /** A create call may take minutes. Its time is part of the hold of an attempt. */
  launch: minutes(3),
  find: LISTING,
  get: SHORT,
  await: SHORT,
  probe: SHORT,
  confirm: SHORT,
  retire: LISTING,
  serve: SHORT,
  judge: SHORT,
  end: SHORT,
  destroy: SHORT,
  prove: LISTING,
  settle: SHORT,
} as const satisfies Record<StepName, DurationMs>;

/** The longest of the function's steps. */
const ofSteps = (name: StepFunction): DurationMs =>
  longest(...STEP_NAMES.filter((step) => STEPS[step] === name).map((step) => stepBudget[step]));

export const functionsPolicy = {
  /** How long each step may run inside its function, which ends its process after this time. */
  stepBudget,
  /** The Lambda timeout of each function. */
  functionTimeout: {
    'api-menu': API,
    'api-leases': API,
    'api-heartbeats': API,
    'api-billing': API,
    'api-operations': API,
    'step-choose': ofSteps('step-choose'),
    'step-decide': ofSteps('step-decide'),
    'work-provider': ofSteps('work-provider'),
    /** As long as a function may run (AWS, November 2026). */
    'work-list': minutes(15),
    'timer-deadline': SHORT,
    /** A listing of thousands of instances takes minutes at a provider's rate. */
    'timer-sweep': minutes(5),
    /** Runs, which may exceed the provider's rate, overlap only when one starts 30 s late. */
    'timer-refresh': minutes(4.5),
    /** Two months of charges have hundreds of pages at a provider's rate. */
    'timer-reconcile': minutes(14),
    /** Once a day over all accounts: as long as a function may run (AWS, November 2026). */
    'timer-books': minutes(15),
    'timer-freezes': SHORT,
    'event-execution-ended': SHORT,
  } as const satisfies Record<FunctionName, DurationMs>,
  /** How much longer a state waits than its function may run. */
  stateMargin: seconds(15),
} as const;
