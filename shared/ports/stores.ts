// Where leases, pulses, accounts, entries and the menu are kept. Each write is one item under one
// condition. All may throw StoreDown; every method is safe to repeat unless it says otherwise.

import type { ConsumerId, LeaseId, ProviderName } from '../core/ids.ts';
import type { Lease, LeaseEvent, LeaseIn } from '../core/lease.ts';
import type { Account, AccountLimits, Hold, HoldRefusal, LedgerEntry } from '../core/ledger.ts';
import type { MicroUsd } from '../core/money.ts';
import type { Offer } from '../core/offer.ts';
import type { Liveness, NodeFacts, Pulse, Wait } from '../core/pulse.ts';
import type { DurationMs, EpochMs } from '../core/time.ts';

/** Where a lease stands in its consumer's list. */
export type LeasePlace = { readonly id: LeaseId; readonly requestedAt: EpochMs };

export type LeaseStore = {
  /** A consistent read by key; null when there is none. */
  get(id: LeaseId): Promise<Lease | null>;
  /** Writes a new lease unless one of this id exists. */
  create(lease: LeaseIn<'requested'>): Promise<'created' | 'exists'>;
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
  readonly endsAt: EpochMs;
};

export type Parking = {
  readonly leaseId: LeaseId;
  readonly attempt: number;
  readonly wait: Wait;
  readonly token: string;
  readonly endsAt: EpochMs;
};

/** Who beats: a machine by its attempt, an application by its consumer, or our own probe. */
export type Beat = {
  readonly leaseId: LeaseId;
  readonly at: EpochMs;
  readonly by:
    | { readonly kind: 'node'; readonly attempt: number; readonly facts: NodeFacts | null }
    | { readonly kind: 'app'; readonly consumer: ConsumerId }
    | { readonly kind: 'probe'; readonly attempt: number };
};

export type PulseStore = {
  get(leaseId: LeaseId): Promise<Pulse | null>;
  /** Starts the pulse of an attempt; the same attempt again changes nothing. */
  start(start: PulseStart): Promise<void>;
  /** Stores a token under a newer wait number; `over` when the lease or attempt is. */
  park(parking: Parking): Promise<'parked' | 'over'>;
  /** Checks and records a beat in one update and returns the pulse, or refuses it. */
  beat(beat: Beat): Promise<Pulse | 'refused'>;
  /** No beat counts any more. */
  close(leaseId: LeaseId): Promise<void>;
};

export type PlaceOutcome =
  | { readonly kind: 'placed' }
  | { readonly kind: 'refused'; readonly refusal: HoldRefusal };

export type AccountStore = {
  get(consumer: ConsumerId): Promise<Account | null>;
  /**
   * Sets money aside for a lease, all limits in one conditional write; opens the account with
   * `defaults` at first. Repeating it for the same lease changes nothing.
   */
  place(request: {
    readonly consumer: ConsumerId;
    readonly leaseId: LeaseId;
    readonly hold: Hold;
    readonly defaults: AccountLimits;
  }): Promise<PlaceOutcome>;
  /** Raises a lease's hold from `from` to `to`; refused as a whole when there is no room. */
  raise(request: {
    readonly consumer: ConsumerId;
    readonly leaseId: LeaseId;
    readonly from: MicroUsd;
    readonly to: MicroUsd;
  }): Promise<PlaceOutcome>;
  /** Turns a hold into a charge and returns the rest; a settled lease is left as it is. */
  settle(request: {
    readonly consumer: ConsumerId;
    readonly leaseId: LeaseId;
    readonly charged: MicroUsd;
  }): Promise<void>;
};

export type LedgerStore = {
  /** Adds an entry; one that is there already is left as it is. */
  append(entry: LedgerEntry): Promise<void>;
  /** All entries of a consumer, in order of month, lease and sequence. */
  entries(consumer: ConsumerId): Promise<readonly LedgerEntry[]>;
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
  /** The current snapshot, parsed once per version; null before the first refresh. */
  current(provider: ProviderName): Promise<Snapshot | null>;
};

/** Blobs of megabytes: offer snapshots. A key is written once and never changed. */
export type BlobStore = {
  put(key: string, body: Uint8Array): Promise<void>;
  /** Null when there is no such key. */
  get(key: string): Promise<Uint8Array | null>;
};
