// The functions of the workflow's steps: each carries out several, and the state machine says which
// one. The ordinary outcome of a step is returned; any other is thrown under the name that the
// state machine routes on.

import middy from '@middy/core';
import * as z from 'zod/mini';
import { parse } from '../../shared/api/parse.ts';
import { StepInput } from '../../shared/api/requests/functions.ts';
import { compose, currentRuntime, type Factory } from '../../shared/app/runtime.ts';
import { Failure, type FailureName, OUTCOME_NAMES } from '../../shared/core/base/failure.ts';
import { STEP_NAMES, type StepFunction, type StepOf } from '../../shared/core/base/functions.ts';
import { pageOf } from '../../shared/core/base/page.ts';
import { policy } from '../../shared/core/base/policy/policy.ts';
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

/**
 * Pages an operator about a step that keeps failing. The attempt after the failures does so: a
 * process that crashed can't.
 */
function pageAbout(step: string, event: unknown, failures: number): void {
  const { leaseId: id } = parse(StepInput, event);
  const message = pageOf('failing-step', `step ${step} of lease ${id} failed ${failures} times`);
  currentRuntime().log({ kind: 'page', error: 'Page', message, id });
}

/** The function `Name`: all of its steps and no others, each within its own time budget. */
export function steps<Name extends StepFunction>(table: Readonly<Record<StepOf<Name>, Step>>) {
  const names = STEP_NAMES.filter((step): step is StepOf<Name> => Object.hasOwn(table, step));
  const Dispatched = z.object({
    step: z.enum(names),
    work: z.optional(z.string()),
    failures: z._default(z.int(), 0),
  });
  return middy<unknown, unknown>()
    .use(watch(() => 'step'))
    .handler(async (event) => {
      const { step, work = step, failures } = parse(Dispatched, event);
      if (failures >= policy.step.pageAfter) pageAbout(work, event, failures);
      const { endAfter } = currentRuntime();
      return endAfter(policy.stepBudget[step], () => table[step](event));
    });
}
