// The last known facts about an instance: when it was last seen, and what it used. While it exists,
// only its pulse and the records of sweeps describe it.

import { type DurationMs, durationMs } from '../base/time.ts';
import { isHolding } from '../instance/attempt.ts';
import { type Pulse, runningSince } from '../instance/pulse.ts';
import { type LastKnown, type LastKnownOf, liveUsage } from '../instance/usage.ts';
import { attemptOf, type Lease } from '../lease/lease.ts';
import { lastShown, type SweepRecord } from './record.ts';

/** The records about an attempt's instance. */
export type Traces = {
  readonly attempt: number;
  readonly pulse: Pulse | null;
  /** The record of the last sweep of its provider. */
  readonly record: SweepRecord | null;
  readonly listLag: DurationMs;
};

/** The last known facts from these records. The pulse of another attempt does not count. */
export function lastKnown(lease: Lease, traces: Traces): LastKnown {
  const { attempt, record, listLag } = traces;
  const pulse = traces.pulse?.attempt === attempt ? traces.pulse : null;
  const activeAt = 'activeAt' in lease ? lease.activeAt : null;
  const shownAt = activeAt === null ? null : lastShown(record, { id: lease.id, activeAt }, listLag);
  // The record of a sweep does not show whether the instances of ending leases were listed.
  const counts = shownAt !== null && !('endingAt' in lease && shownAt > lease.endingAt);
  const instance = attemptOf(lease, attempt);
  const createdAt = instance !== undefined && isHolding(instance) ? instance.createdAt : null;
  const seen = [pulse?.nodeHeartbeatAt ?? null, counts ? shownAt : null];
  return {
    usage: pulse === null ? null : liveUsage(pulse).usage,
    runningSince: pulse === null || createdAt === null ? null : runningSince(pulse, createdAt),
    seenAt: seen.filter((instant) => instant !== null),
  };
}

/** The last known facts of each attempt that the records are about. */
export const lastKnownOf = (lease: Lease, traces: readonly Traces[]): LastKnownOf =>
  new Map(traces.map((each) => [each.attempt, lastKnown(lease, each)]));

/** What the pulse alone says of the instance that it belongs to. */
export const lastKnownByPulse = (lease: Lease, pulse: Pulse | null): LastKnownOf =>
  pulse === null
    ? new Map()
    : lastKnownOf(lease, [{ attempt: pulse.attempt, pulse, record: null, listLag: durationMs(0) }]);
