// What a request may call idle. It never has a default: a lease that says nothing of idleness is
// never looked at for it, and a signal that isn't named is never looked at.

import * as z from 'zod/mini';
import { policy } from '../../core/base/policy/policy.ts';
import { minutes } from '../../core/base/time.ts';
import type { Idle } from '../../core/instance/quiet.ts';

const MINUTE_MS = minutes(1);

const whole = (least: number, most: number) => z.int().check(z.gte(least), z.lte(most));

/** All signals that are named must be quiet for the whole window. */
export const IdleRequest = z
  .strictObject({
    gpuPercentBelow: z.optional(whole(1, 100)),
    networkKbpsBelow: z.optional(whole(1, 100_000_000)),
    app: z.optional(z.literal(true)),
    windowMinutes: whole(policy.idle.minWindow / MINUTE_MS, policy.idle.maxWindow / MINUTE_MS),
    action: z.enum(['warn', 'end']),
  })
  .check(
    z.refine(
      ({ gpuPercentBelow, networkKbpsBelow, app }) =>
        [gpuPercentBelow, networkKbpsBelow, app].some((signal) => signal !== undefined),
      'must name at least one of gpuPercentBelow, networkKbpsBelow and app',
    ),
  );
export type IdleRequest = z.infer<typeof IdleRequest>;

/** The terms of a lease that asks for this; null when it asks for nothing. */
export function idleOf(request: IdleRequest | undefined): Idle | null {
  if (request === undefined) return null;
  const { gpuPercentBelow, networkKbpsBelow, app = false, windowMinutes, action } = request;
  return {
    gpuPercentBelow: gpuPercentBelow ?? null,
    networkKbpsBelow: networkKbpsBelow ?? null,
    app,
    window: minutes(windowMinutes),
    action,
  };
}
