// The inputs of the functions that the state machine and the schedules invoke.

import * as z from 'zod/mini';
import { QUEUED_STEPS } from '../../core/base/functions.ts';
import { brandId, LeaseId, RunId } from '../../core/base/ids.ts';
import { ProviderName } from '../../core/base/providers.ts';
import { EpochMs, epochMs } from '../../core/base/time.ts';

/** The lease, and the generation of its execution. */
export const StepInput = z.object({
  leaseId: LeaseId,
  generation: z.int().check(z.gte(1)),
});

/** An instant of the context object of Step Functions. */
const instant = z.pipe(
  z.string(),
  z.pipe(
    z.transform((text: string) => Date.parse(text)),
    EpochMs,
  ),
);

/**
 * A step whose state waits until `token` is completed, with its place among the waits of its
 * execution. An execution that was started before a deploy may not say when it entered its state.
 */
export const WaitInput = z.extend(StepInput, {
  token: z.string().check(z.minLength(1)),
  enteredAt: z._default(instant, epochMs(0)),
  failures: z._default(z.int(), 0),
});

/** Judge, with the turns of Serve and Judge in its execution before this one. */
export const JudgeInput = z.extend(StepInput, { turns: z.int().check(z.gte(0)) });

/** A step of teardown, with the error that led to it. */
export const EndInput = z.extend(StepInput, {
  error: z.optional(z.object({ Error: z.string(), Cause: z._default(z.string(), '') })),
});

/** A step that a worker carries out: its state waits until `token` is answered. */
export const ParkInput = z.extend(EndInput, {
  work: z.enum(QUEUED_STEPS),
  token: z.string().check(z.minLength(1)),
  enteredAt: instant,
  retries: z.int().check(z.gte(0)),
  startedAt: z.optional(instant),
});

export const DeadlineInput = z.object({ leaseId: LeaseId });
/** A timer without input. */
export const EveryMinute = z.object({});
export const RefreshInput = z.object({ provider: ProviderName });
/** These timers are also started for a run. */
const run = z.optional(RunId);
export const BooksInput = z.object({ run });
export const ReconcileInput = z.object({ provider: ProviderName, run });
export const SweepInput = z.object({
  provider: ProviderName,
  run,
  unlessIdle: z._default(z.boolean(), false),
});

/** The event of Step Functions for an execution that failed (AWS documentation, 2026). */
export const ExecutionEnded = z.pipe(
  z.object({
    detail: z.object({
      name: z.string().check(z.regex(/^[a-z0-9]{20}-[1-9]\d{0,8}$/)),
      status: z.enum(['FAILED', 'TIMED_OUT', 'ABORTED']),
    }),
  }),
  z.transform(({ detail: { name, status } }) => {
    const [leaseId = '', generation = ''] = name.split('-');
    return { leaseId: brandId(LeaseId, leaseId), generation: Number(generation), status };
  }),
);
