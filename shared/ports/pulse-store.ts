// Stores the pulse of each lease: its parked token and heartbeats. Each write is one conditional
// write of one item. All may throw StoreDown; every method is safe to repeat unless it says
// otherwise.

import type { ConsumerId, LeaseId } from '../core/base/ids.ts';
import type { EpochMs } from '../core/base/time.ts';
import type { ByteCount, NodeFacts, Parking, Pulse, PulseStart } from '../core/instance/pulse.ts';
import type { Quiet } from '../core/instance/quiet.ts';
import type { Telemetry } from '../core/instance/telemetry.ts';
import type { ReportUnreadable } from './unreadable.ts';

/** The heartbeat of an instance. Its number must be greater than that of any earlier heartbeat. */
export type NodeHeartbeat = {
  readonly kind: 'node';
  readonly attempt: number;
  readonly number: number;
  readonly facts: NodeFacts | null;
  readonly telemetry: Telemetry | null;
};

/**
 * A heartbeat: of an instance, by its attempt; of an application, by its consumer; or of the probe.
 */
export type Heartbeat = {
  readonly leaseId: LeaseId;
  readonly at: EpochMs;
  readonly by:
    | NodeHeartbeat
    | { readonly kind: 'app'; readonly consumer: ConsumerId; readonly busy: boolean }
    | { readonly kind: 'probe'; readonly attempt: number };
};

/** A quiet heartbeat of this attempt's instance; its number is `quiet.through`. */
export type QuietHeartbeat = {
  readonly leaseId: LeaseId;
  readonly attempt: number;
  readonly quiet: Quiet;
};

/** The correction of the byte counters; `from` is the previous value in the pulse. */
export type CarriedBytes = {
  readonly leaseId: LeaseId;
  readonly attempt: number;
  readonly from: ByteCount | null;
  readonly to: ByteCount;
};

export type PulseStore = {
  get(leaseId: LeaseId): Promise<Pulse | null>;
  /** Consistent reads by key, all of them; missing pulses and unreadable ones are left out. */
  getMany(
    leaseIds: Iterable<LeaseId>,
    report?: ReportUnreadable,
  ): Promise<ReadonlyMap<LeaseId, Pulse>>;
  /** Starts the pulse of an attempt; a repeat for the same attempt changes nothing. */
  start(start: PulseStart): Promise<void>;
  /**
   * Stores a token under a newer wait number; `over` when the lease is over, a newer generation or
   * attempt exists, or a later wait of the same generation has parked.
   */
  park(parking: Parking): Promise<'parked' | 'over'>;
  /** Checks and records a heartbeat in one update; returns the pulse, or `refused`. */
  heartbeat(heartbeat: Heartbeat): Promise<Pulse | 'refused'>;
  /** Extends the quiet to this heartbeat; after a newer heartbeat it changes nothing. */
  keepQuiet(heartbeat: QuietHeartbeat): Promise<void>;
  /** Corrects the byte counters; after a concurrent change it changes nothing. */
  carryBytes(carry: CarriedBytes): Promise<void>;
  /** Records a silence and when to check it again; `over` when the lease is over. */
  noteSilence(leaseId: LeaseId, lookAgainAt: EpochMs): Promise<'noted' | 'over'>;
  /** Closes the pulse: heartbeats no longer count. */
  close(leaseId: LeaseId): Promise<void>;
};
