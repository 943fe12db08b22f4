// What the state machine and the schedules hand to their functions.

import * as z from 'zod/mini';
import { LeaseId, ProviderName } from '../core/ids.ts';

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

export const DeadlineInput = z.object({ leaseId: LeaseId });
export const RefreshInput = z.object({ provider: ProviderName });
