// Where the pulse of each lease is kept: its parked token and heartbeats. Each write is one item
// under one condition. All may throw StoreDown; every method is safe to repeat unless it says
// otherwise.

import type { ConsumerId, LeaseId } from '../core/base/ids.ts';
import type { EpochMs } from '../core/base/time.ts';
import type { ByteCount, NodeFacts, Parking, Pulse, PulseStart } from '../core/instance/pulse.ts';
import type { Quiet } from '../core/instance/quiet.ts';
import type { Telemetry } from '../core/instance/telemetry.ts';

/**
 * What an instance says with one heartbeat. A number must be greater than that of any heartbeat
 * before.
 */
export type NodeHeartbeat = {
  readonly kind: 'node';
  readonly attempt: number;
  readonly number: number;
  readonly facts: NodeFacts | null;
  readonly telemetry: Telemetry | null;
};

/** Who heartbeats: an instance by its attempt, an application by its consumer, or our own probe. */
export type Heartbeat = {
  readonly leaseId: LeaseId;
  readonly at: EpochMs;
  readonly by:
    | NodeHeartbeat
    | { readonly kind: 'app'; readonly consumer: ConsumerId; readonly busy: boolean }
    | { readonly kind: 'probe'; readonly attempt: number };
};

/** A heartbeat of this attempt's instance that was quiet; its number is `quiet.through`. */
export type QuietHeartbeat = {
  readonly leaseId: LeaseId;
  readonly attempt: number;
  readonly quiet: Quiet;
};

/** What counters had counted before they started again; `from` as the pulse had it before. */
export type CarriedBytes = {
  readonly leaseId: LeaseId;
  readonly attempt: number;
  readonly from: ByteCount | null;
  readonly to: ByteCount;
};

export type PulseStore = {
  get(leaseId: LeaseId): Promise<Pulse | null>;
  /** Consistent reads by key, all of them; a pulse that isn't there is left out. */
  getMany(leaseIds: Iterable<LeaseId>): Promise<ReadonlyMap<LeaseId, Pulse>>;
  /** Starts the pulse of an attempt; the same attempt again changes nothing. */
  start(start: PulseStart): Promise<void>;
  /** Stores a token under a newer wait number; `over` when lease, attempt or generation is. */
  park(parking: Parking): Promise<'parked' | 'over'>;
  /** Checks and records a heartbeat in one update and returns the pulse, or refuses it. */
  heartbeat(heartbeat: Heartbeat): Promise<Pulse | 'refused'>;
  /** Carries the quiet on to the heartbeat just heard; a newer heartbeat leaves it alone. */
  keepQuiet(heartbeat: QuietHeartbeat): Promise<void>;
  /** Carries bytes over when counters started again; whoever was faster is left alone. */
  carryBytes(carry: CarriedBytes): Promise<void>;
  /** Notes a silence and when to look at it again; `over` when the lease is. */
  noteSilence(leaseId: LeaseId, lookAgainAt: EpochMs): Promise<'noted' | 'over'>;
  /** No heartbeat counts any more. */
  close(leaseId: LeaseId): Promise<void>;
};
