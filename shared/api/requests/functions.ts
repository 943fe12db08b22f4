// What the state machine and the schedules hand to their functions.

import * as z from 'zod/mini';
import { brandId, LeaseId } from '../../core/base/ids.ts';
import { ProviderName } from '../../core/base/providers.ts';
import { EpochMs } from '../../core/base/time.ts';

/** Which lease, driven by which generation of its execution. */
export const StepInput = z.object({
  leaseId: LeaseId,
  generation: z.int().check(z.gte(1)),
});

/** A step whose state waits for an answer to `token`. */
export const WaitInput = z.extend(StepInput, { token: z.string().check(z.minLength(1)) });

/** A step of teardown, with what led there. */
export const EndInput = z.extend(StepInput, {
  error: z.optional(z.object({ Error: z.string(), Cause: z._default(z.string(), '') })),
});

/** A round of teardown, with when its execution started. */
export const ProveInput = z.extend(StepInput, {
  startedAt: z.pipe(
    z.string(),
    z.pipe(
      z.transform((text: string) => Date.parse(text)),
      EpochMs,
    ),
  ),
});

export const DeadlineInput = z.object({ leaseId: LeaseId });
/** A timer that needs to be told nothing. */
export const EveryMinute = z.object({});
export const EveryDay = z.object({});
export const RefreshInput = z.object({ provider: ProviderName });
export const SweepInput = z.object({
  provider: ProviderName,
  unlessIdle: z._default(z.boolean(), false),
});

/** What Step Functions tells of an execution that ended badly (AWS documentation, 2026). */
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
