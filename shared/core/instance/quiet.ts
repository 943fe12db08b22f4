// Which heartbeats of an instance are quiet: only signals that the request named count, all of them
// must be quiet, and an unknown signal counts as busy. A lease without `idle` in its terms has no
// quiet heartbeats.

import * as z from 'zod/mini';
import { policy } from '../base/policy/policy.ts';
import { between, DurationMs, EpochMs, times } from '../base/time.ts';
import type { Telemetry } from './telemetry.ts';

/** What counts as idle, and what happens then. Null disables a signal. */
export const Idle = z.object({
  gpuPercentBelow: z.nullable(z.int()),
  networkKbpsBelow: z.nullable(z.int()),
  app: z.boolean(),
  window: DurationMs,
  action: z.enum(['warn', 'end']),
});
export type Idle = z.infer<typeof Idle>;

/** Consecutive quiet heartbeats: the time of the first, and the number of the last. */
export const Quiet = z.object({ since: EpochMs, through: z.int() });
export type Quiet = z.infer<typeof Quiet>;

/** A warning for the quiet that started at `since`. */
export const IdleWarning = z.object({ since: EpochMs, at: EpochMs });
export type IdleWarning = z.infer<typeof IdleWarning>;

/** The fields of a pulse that idleness depends on. */
export type Signals = {
  readonly idle: Idle | null;
  readonly quiet: Quiet | null;
  readonly telemetry: Telemetry | null;
  readonly nodeHeartbeatAt: EpochMs | null;
  readonly nodeHeartbeatNumber: number | null;
  readonly appHeartbeatAt: EpochMs | null;
  /** When the application last reported busy, or sent a heartbeat without `busy`. */
  readonly appBusyAt: EpochMs | null;
  readonly silenceLimit: DurationMs;
};

const below = (value: number | null, limit: number): boolean =>
  value !== null && value >= 0 && value < limit;

function appIsQuiet({ appHeartbeatAt, appBusyAt, silenceLimit }: Signals, now: EpochMs): boolean {
  if (appHeartbeatAt === null || between(appHeartbeatAt, now) >= silenceLimit) return false;
  if (appBusyAt === null) return true;
  // A busy report between two heartbeats of the instance also counts.
  return appBusyAt < appHeartbeatAt && between(appBusyAt, now) >= times(policy.heartbeat.every, 2);
}

function allQuiet(idle: Idle, signals: Signals, now: EpochMs): boolean {
  const { gpuPercentBelow: gpu, networkKbpsBelow: network, app } = idle;
  const gpus = signals.telemetry?.gpus ?? [];
  if (gpu !== null && !(gpus.length > 0 && gpus.every(([percent]) => below(percent, gpu)))) {
    return false;
  }
  if (network !== null && !below(signals.telemetry?.networkKbps ?? null, network)) return false;
  return !app || appIsQuiet(signals, now);
}

/**
 * The quiet after the instance's latest heartbeat; null when that heartbeat is not quiet. A missing
 * heartbeat starts the quiet again.
 */
export function quietAfter(signals: Signals, now: EpochMs): Quiet | null {
  const { idle, quiet, nodeHeartbeatNumber: through } = signals;
  if (idle === null || through === null || !allQuiet(idle, signals, now)) return null;
  return { since: quiet?.through === through - 1 ? quiet.since : now, through };
}
