// Where the pulse of each lease is kept: its parked token and heartbeats. Each write is one item
// under one condition. All may throw StoreDown; every method is safe to repeat unless it says
// otherwise.

import type { ConsumerId, LeaseId } from '../core/base/ids.ts';
import type { EpochMs } from '../core/base/time.ts';
import type { ByteCount, NodeFacts, Parking, Pulse, PulseStart } from '../core/instance/pulse.ts';
import type { Quiet } from '../core/instance/quiet.ts';
import type { Telemetry } from '../core/instance/telemetry.ts';

/** What an instance says with one beat. A number must be greater than that of any beat before. */
export type NodeBeat = {
  readonly kind: 'node';
  readonly attempt: number;
  readonly number: number;
  readonly facts: NodeFacts | null;
  readonly telemetry: Telemetry | null;
};

/** Who beats: an instance by its attempt, an application by its consumer, or our own probe. */
export type Beat = {
  readonly leaseId: LeaseId;
  readonly at: EpochMs;
  readonly by:
    | NodeBeat
    | { readonly kind: 'app'; readonly consumer: ConsumerId; readonly busy: boolean }
    | { readonly kind: 'probe'; readonly attempt: number };
};

/** A beat of this attempt's instance that was quiet; its number is `quiet.through`. */
export type QuietBeat = {
  readonly leaseId: LeaseId;
  readonly attempt: number;
  readonly quiet: Quiet;
};

/** What counters had counted before they began anew; `from` as the pulse had it before. */
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
  /** Checks and records a beat in one update and returns the pulse, or refuses it. */
  beat(beat: Beat): Promise<Pulse | 'refused'>;
  /** Carries the quiet on to the beat just heard; a newer beat leaves it alone. */
  keepQuiet(beat: QuietBeat): Promise<void>;
  /** Carries bytes over when counters began anew; whoever was faster is left alone. */
  carryBytes(carry: CarriedBytes): Promise<void>;
  /** Notes a silence and when to look at it again; `over` when the lease is. */
  noteSilence(leaseId: LeaseId, lookAgainAt: EpochMs): Promise<'noted' | 'over'>;
  /** No beat counts any more. */
  close(leaseId: LeaseId): Promise<void>;
};
