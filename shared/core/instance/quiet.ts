// Which heartbeats of an instance are quiet: only signals that the request named count, all of them
// must be quiet, and an unknown signal counts as busy. A lease without `idle` in its terms has
// none.

import * as z from 'zod/mini';
import { policy } from '../base/policy/policy.ts';
import { between, DurationMs, EpochMs, times } from '../base/time.ts';
import type { Telemetry } from './telemetry.ts';

/** What the request calls idle, and what it wants done about it. Null is no signal. */
export const Idle = z.object({
  gpuPercentBelow: z.nullable(z.int()),
  networkKbpsBelow: z.nullable(z.int()),
  app: z.boolean(),
  window: DurationMs,
  action: z.enum(['warn', 'end']),
});
export type Idle = z.infer<typeof Idle>;

/** Quiet heartbeats in a row: when the first came, and the number of the last. */
export const Quiet = z.object({ since: EpochMs, through: z.int() });
export type Quiet = z.infer<typeof Quiet>;

/** The warning that was given: for the quiet that started at `since`. */
export const IdleWarning = z.object({ since: EpochMs, at: EpochMs });
export type IdleWarning = z.infer<typeof IdleWarning>;

/** The part of a pulse that idleness is judged by. */
export type Signals = {
  readonly idle: Idle | null;
  readonly quiet: Quiet | null;
  readonly telemetry: Telemetry | null;
  readonly nodeHeartbeatAt: EpochMs | null;
  readonly nodeHeartbeatNumber: number | null;
  readonly appHeartbeatAt: EpochMs | null;
  /** When the application last said that it is busy, or heartbeat without a word about it. */
  readonly appBusyAt: EpochMs | null;
  readonly silenceLimit: DurationMs;
};

const below = (value: number | null, limit: number): boolean =>
  value !== null && value >= 0 && value < limit;

function appIsQuiet({ appHeartbeatAt, appBusyAt, silenceLimit }: Signals, now: EpochMs): boolean {
  if (appHeartbeatAt === null || between(appHeartbeatAt, now) >= silenceLimit) return false;
  if (appBusyAt === null) return true;
  // Busy for a moment between two heartbeats of the instance is busy, too.
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
 * What the instance's heartbeat just recorded makes of the quiet; null when it isn't part of any. A
 * heartbeat that never came is missing from the row and begins it again.
 */
export function quietAfter(signals: Signals, now: EpochMs): Quiet | null {
  const { idle, quiet, nodeHeartbeatNumber: through } = signals;
  if (idle === null || through === null || !allQuiet(idle, signals, now)) return null;
  return { since: quiet?.through === through - 1 ? quiet.since : now, through };
}
