// Decisions about how long functions may run, each with its unit and reason; see policy.ts.

import type { StepName } from '../functions.ts';
import { type DurationMs, minutes, seconds } from '../time.ts';

/** Three tries of one provider call and the database fit in. */
const STEP = seconds(60);

export const functionsPolicy = {
  /**
   * How long each step may run inside its function, which ends the process when the time is over.
   * A function's own timeout is the longest of its steps.
   */
  stepBudget: {
    choose: STEP,
    arm: STEP,
    /** A create call may take minutes: the time of one is part of what an attempt is held for. */
    launch: minutes(3),
    find: STEP,
    await: STEP,
    probe: STEP,
    confirm: STEP,
    retire: STEP,
    serve: STEP,
    judge: STEP,
    end: STEP,
    destroy: STEP,
    prove: STEP,
    settle: STEP,
  } as const satisfies Record<StepName, DurationMs>,
  /** A state waits for its function so much longer than the function may run. */
  stateMargin: seconds(15),
} as const;
