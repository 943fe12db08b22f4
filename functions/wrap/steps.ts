// The functions of the workflow's steps: each carries out several, and the state machine says which
// one. The ordinary outcome of a step is returned; any other is thrown under the name that the
// state machine routes on.

import middy from '@middy/core';
import * as z from 'zod/mini';
import { parse } from '../../shared/api/parse.ts';
import { StepInput } from '../../shared/api/requests/functions.ts';
import { compose, currentRuntime, type Factory, type Runtime } from '../../shared/app/runtime.ts';
import { Failure, type FailureName, OUTCOME_NAMES } from '../../shared/core/base/failure.ts';
import {
  QUEUED_STEPS,
  STEP_NAMES,
  type StepFunction,
  type StepName,
  type StepOf,
} from '../../shared/core/base/functions.ts';
import { pageOf } from '../../shared/core/base/page.ts';
import { policy } from '../../shared/core/base/policy/policy.ts';
import { between, type EpochMs } from '../../shared/core/base/time.ts';
import type { StepOutcome } from '../../shared/core/lease/step.ts';
import { watch } from './watch.ts';

type Step = (event: unknown) => Promise<unknown>;
type Run<Input, Output> = (input: Input) => Promise<StepOutcome<Output>>;

/** One step: its input and the use case that it is. */
export function step<Input, Output>(
  schema: z.ZodMiniType<Input>,
  factory: Factory<Run<Input, Output>>,
): Step {
  return async (event) => {
    const outcome = await compose(factory)(parse(schema, event));
    if (outcome.kind === 'done') return outcome.output;
    const { kind, reason } = outcome;
    throw new Failure(OUTCOME_NAMES[kind] satisfies FailureName, reason);
  };
}

/** When this process last paged about each step; at most one entry for each step. */
const createPaged = (_runtime: Runtime) => new Map<StepName, EpochMs>();

/** A step that keeps failing, whatever its failures are: its calls have logged those. */
type Failing = { readonly step: StepName; readonly event: unknown; readonly failures: number };

/** Pages an operator about the step, unless this process did so for any lease a moment ago. */
function pageAbout({ step, event, failures }: Failing): void {
  const paged = compose(createPaged);
  const { clock, log } = currentRuntime();
  const before = paged.get(step);
  if (before !== undefined && between(before, clock.now()) < policy.step.pageEvery) return;
  paged.set(step, clock.now());
  const { leaseId: id } = parse(StepInput, event);
  const message = pageOf('failing-step', `step ${step} of lease ${id} failed ${failures} times`);
  log({ kind: 'page', error: 'Page', message, id });
}

/** Choose calls no provider: it throws ProviderDown while there is no usable menu. */
const waitsForMenu = (error: unknown): boolean =>
  error instanceof Failure && error.name === 'ProviderDown';

/**
 * Runs a step that keeps failing. The page comes before the run: a process that crashes can't page
 * afterwards. Only for Choose the run must first show that its lease does not just wait for a menu.
 */
async function runFailing<Result>(failing: Failing, run: () => Promise<Result>): Promise<Result> {
  if (failing.step !== 'choose') {
    pageAbout(failing);
    return run();
  }
  const [ran] = await Promise.allSettled([run()]);
  if (ran.status === 'fulfilled') return ran.value;
  if (!waitsForMenu(ran.reason)) pageAbout(failing);
  throw ran.reason;
}

/** The function `Name`: all of its steps and no others, each within its own time budget. */
export function steps<Name extends StepFunction>(table: Readonly<Record<StepOf<Name>, Step>>) {
  const names = STEP_NAMES.filter((step): step is StepOf<Name> => Object.hasOwn(table, step));
  const Dispatched = z.object({
    step: z.enum(names),
    work: z.optional(z.enum(QUEUED_STEPS)),
    failures: z._default(z.int(), 0),
  });
  return middy<unknown, unknown>()
    .use(watch(() => 'step'))
    .handler(async (event) => {
      const { step, work = step, failures } = parse(Dispatched, event);
      const { endAfter } = currentRuntime();
      const run = () => endAfter(policy.stepBudget[step], () => table[step](event));
      return failures < policy.step.pageAfter
        ? run()
        : runFailing({ step: work, event, failures }, run);
    });
}
