// Where leases, pulses, entries and the menu are kept. Each write is one item under one
// condition. All may throw StoreDown; every method is safe to repeat unless it says otherwise.

import type { ConsumerId, LeaseId, ProviderName } from '../core/base/ids.ts';
import type { MicroUsd } from '../core/base/money.ts';
import type { DurationMs, EpochMs } from '../core/base/time.ts';
import type { Day, Span } from '../core/billing/days.ts';
import type { Room, Take } from '../core/billing/prepaid.ts';
import type { Reconciliation } from '../core/billing/reconcile.ts';
import type { DayReport } from '../core/billing/report.ts';
import type { Offer } from '../core/instance/offer.ts';
import type { ByteCount, Liveness, NodeFacts, Pulse, Wait } from '../core/instance/pulse.ts';
import type { Telemetry } from '../core/instance/telemetry.ts';
import type { Idle, IdleWarning, Quiet } from '../core/lease/idle.ts';
import type { Lease, LeaseEvent, LeaseIn } from '../core/lease/lease.ts';
import type { EntryPlace, LedgerEntry } from '../core/ledger/entry.ts';
import type { Freeze, FreezeScope } from '../core/operations/freeze.ts';
import type { SweepRecord } from '../core/sweep/record.ts';

/** Where a lease stands in its consumer's list. */
export type LeasePlace = { readonly id: LeaseId; readonly requestedAt: EpochMs };

export type LeaseStore = {
  /** A consistent read by key; null when there is none. */
  get(id: LeaseId): Promise<Lease | null>;
  /** Consistent reads by key, all of them; a lease that isn't there is left out. */
  getMany(ids: Iterable<LeaseId>): Promise<ReadonlyMap<LeaseId, Lease>>;
  /**
   * Every lease that still needs somebody's work: not ended, or its outbox not applied. Found by an
   * index that may miss the last second's, each then read consistently.
   */
  open(): Promise<readonly Lease[]>;
  /** Writes a new lease unless one of this id exists; an ended one was never to begin. */
  create(lease: LeaseIn<'requested' | 'ended'>): Promise<'created' | 'exists'>;
  /** Replaces version `lease.version - 1`; `conflict` when the lease has moved on. */
  commit(lease: Lease): Promise<'committed' | 'conflict'>;
  /** Empties the outbox of exactly this version; a lease that has moved on is left alone. */
  clearOutbox(lease: Lease): Promise<void>;
  /** Adds events to the log; an event that is there already is left as it is. */
  appendEvents(id: LeaseId, events: readonly LeaseEvent[]): Promise<void>;
  /** Events after `seq` in order, one page. */
  events(id: LeaseId, afterSeq: number): Promise<readonly LeaseEvent[]>;
  /** A consumer's leases after `after`, newest first, one page; may miss the last second's. */
  listByConsumer(
    consumer: ConsumerId,
    page: { readonly after: LeasePlace | null; readonly limit: number },
  ): Promise<readonly LeasePlace[]>;
};

/** What a launch tells the pulse. A newer attempt takes the place of the older one's. */
export type PulseStart = {
  readonly leaseId: LeaseId;
  readonly consumer: ConsumerId;
  readonly attempt: number;
  readonly liveness: Liveness;
  readonly silenceLimit: DurationMs;
  readonly idle: Idle | null;
  readonly endsAt: EpochMs;
};

export type Parking = {
  readonly leaseId: LeaseId;
  /** Of the execution that waits: a replaced one parks nothing over its successor's token. */
  readonly generation: number;
  readonly attempt: number;
  readonly wait: Wait;
  readonly token: string;
  readonly endsAt: EpochMs;
  readonly idleWarned: IdleWarning | null;
};

/** What a machine says with one beat. A number must be greater than that of any beat before. */
export type NodeBeat = {
  readonly kind: 'node';
  readonly attempt: number;
  readonly number: number;
  readonly facts: NodeFacts | null;
  readonly telemetry: Telemetry | null;
};

/** Who beats: a machine by its attempt, an application by its consumer, or our own probe. */
export type Beat = {
  readonly leaseId: LeaseId;
  readonly at: EpochMs;
  readonly by:
    | NodeBeat
    | { readonly kind: 'app'; readonly consumer: ConsumerId; readonly busy: boolean }
    | { readonly kind: 'probe'; readonly attempt: number };
};

/** A beat of this attempt's machine that was quiet; its number is `quiet.through`. */
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

export type LedgerStore = {
  /** Adds an entry; one that is there already is left as it is. */
  append(entry: LedgerEntry): Promise<void>;
  /** All entries of a consumer from then on, in the same order. */
  since(consumer: ConsumerId, from: EpochMs): Promise<readonly LedgerEntry[]>;
  /** All entries of a consumer, in order of time, lease and sequence. */
  entries(consumer: ConsumerId): Promise<readonly LedgerEntry[]>;
  /**
   * Those of a span after `after`, in the same order, at most `limit` (1,000 at most: a page of
   * DynamoDB holds 1 MB, and no entry 1 KB). Fewer than `limit` are the last ones.
   */
  page(
    request: Span & {
      readonly consumer: ConsumerId;
      readonly after: EntryPlace | null;
      readonly limit: number;
    },
  ): Promise<readonly LedgerEntry[]>;
};

/** Days whose books are closed: nothing is entered for them any more. */
export type DayStore = {
  /** Keeps a day's report; one that is there already is left as it is. */
  close(report: DayReport): Promise<void>;
  /** Closed days from `first` until before `end`, in order. */
  between(
    consumer: ConsumerId,
    days: { readonly first: Day; readonly end: Day },
  ): Promise<readonly DayReport[]>;
  /** The last day that was closed; null before the first. */
  last(consumer: ConsumerId): Promise<Day | null>;
};

/** What a provider offered at one moment. */
export type Snapshot = {
  readonly provider: ProviderName;
  readonly version: string;
  readonly takenAt: EpochMs;
  readonly offers: readonly Offer[];
};

export type MenuStore = {
  /** Writes the snapshot, then points at it; an older snapshot never replaces a newer one. */
  publish(snapshot: Snapshot): Promise<void>;
  /**
   * The current snapshot without offers that were found to be gone since, parsed once per version;
   * null before the first refresh.
   */
  current(provider: ProviderName): Promise<Snapshot | null>;
};

/** Offers that a create found to be gone: a hint, which proves nothing and may be lost. */
export type GoneOffers = {
  /**
   * Keeps the offer out of `current` until the next snapshot. `at` is when it was found to be gone:
   * a newer snapshot knows better and is left alone. Safe to repeat. Throws StoreDown.
   */
  passOver(offer: Pick<Offer, 'id' | 'provider'>, at: EpochMs): Promise<void>;
};

/** What sweeps saw, and how many leases fell silent when. */
export type SweepStore = {
  /** The newest sweep's record; null before the first. */
  last(provider: ProviderName): Promise<SweepRecord | null>;
  /** Keeps the record of a sweep; an older one never replaces a newer one. */
  record(record: SweepRecord): Promise<void>;
  /** Counts one lease that is silent at that instant. NOT safe to repeat: it counts again. */
  countSilence(at: EpochMs): Promise<void>;
  /** How many were counted from one instant to another, by whole minutes that are touched. */
  silences(from: EpochMs, until: EpochMs): Promise<number>;
};

/** What comparing our charges with a provider's came to last. */
export type ReconciliationStore = {
  last(provider: ProviderName): Promise<Reconciliation | null>;
  /** Keeps it; an older one never replaces a newer one. */
  record(record: Reconciliation): Promise<void>;
};

/** What each provider's prepaid funds can still carry. */
export type RoomStore = {
  /** A consistent read; null before the first reading. */
  get(provider: ProviderName): Promise<Room | null>;
  /** Replaces version `room.version - 1`; `conflict` when the room has moved on. */
  commit(room: Room): Promise<'committed' | 'conflict'>;
  /**
   * Takes room in place of what was taken for the same lease before (`had`, null: nothing);
   * `refused` when there is less, or when the lease's take is another one since.
   */
  take(provider: ProviderName, take: Take, had: MicroUsd | null): Promise<'taken' | 'refused'>;
};

/** What operators have frozen. */
export type FreezeStore = {
  /** A consistent read of every record, those of thawed scopes included. */
  all(): Promise<readonly Freeze[]>;
  get(scope: FreezeScope): Promise<Freeze | null>;
  /** Replaces version `freeze.version - 1`; `conflict` when the record has moved on. */
  commit(freeze: Freeze): Promise<'committed' | 'conflict'>;
  /** In one consistent call: the lease, and what is frozen for everybody or for its consumer. */
  admission(
    id: LeaseId,
    consumer: ConsumerId,
  ): Promise<{ readonly lease: Lease | null; readonly freezes: readonly Freeze[] }>;
};

/** Blobs of megabytes: offer snapshots. A key is written once and never changed. */
export type BlobStore = {
  put(key: string, body: Uint8Array): Promise<void>;
  /** Null when there is no such key. */
  get(key: string): Promise<Uint8Array | null>;
};
