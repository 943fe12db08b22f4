// What is known of an instance when it is over: when it was last seen, and what it used. While it
// existed, nothing was written of it but its pulse and the records of sweeps.

import type { DurationMs } from '../base/time.ts';
import type { Pulse } from '../instance/pulse.ts';
import { type LastKnown, liveUsage } from '../instance/usage.ts';
import type { Lease } from '../lease/lease.ts';
import { lastShown, type SweepRecord } from './record.ts';

/** What was read about an attempt's instance. */
export type Traces = {
  readonly attempt: number;
  readonly pulse: Pulse | null;
  /** Of the last sweep of its provider. */
  readonly record: SweepRecord | null;
  readonly listLag: DurationMs;
};

/** What the traces say of the instance. A pulse that belongs to another attempt says nothing. */
export function lastKnown(lease: Lease, traces: Traces): LastKnown {
  const { attempt, record, listLag } = traces;
  const pulse = traces.pulse?.attempt === attempt ? traces.pulse : null;
  const activeAt = 'activeAt' in lease ? lease.activeAt : null;
  const shownAt = activeAt === null ? null : lastShown(record, { id: lease.id, activeAt }, listLag);
  // Sweeps don't say of ending leases whether their instances were listed.
  const counts = shownAt !== null && !('endingAt' in lease && shownAt > lease.endingAt);
  const seen = [pulse?.nodeHeartbeatAt ?? null, counts ? shownAt : null];
  return {
    usage: pulse === null ? null : liveUsage(pulse).usage,
    seenAt: seen.filter((instant) => instant !== null),
  };
}
