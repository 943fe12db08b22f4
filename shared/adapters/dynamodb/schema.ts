// The tables, their keys and indexes, as data: deployed and local tables are both created from it.
// It imports no AWS code, so that infrastructure code can read it.

import type { RunKind } from '../../core/base/functions.ts';
import type { ConsumerId, LeaseId, RunId } from '../../core/base/ids.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import { type EpochMs, isoTime } from '../../core/base/time.ts';
import type { Day } from '../../core/billing/days.ts';
import { keyOfNote } from '../../core/ledger/account.ts';
import type { EntryPlace } from '../../core/ledger/entry.ts';

/** A key attribute: S for text, N for a number. */
export type KeyAttribute = { readonly name: string; readonly type: 'S' | 'N' };

/** A sparse index: an item without both attributes isn't in it. Only keys are projected. */
export type IndexSchema = {
  readonly name: string;
  readonly partition: KeyAttribute;
  readonly sort: KeyAttribute;
};

/** Every table has the same two key attributes. */
export const PARTITION: KeyAttribute = { name: 'pk', type: 'S' };
export const SORT: KeyAttribute = { name: 'sk', type: 'S' };

/** The sweep's work list: leases that have not ended, or whose outbox is not applied. */
export const OPEN_INDEX: IndexSchema = {
  name: 'open',
  partition: { name: 'openShard', type: 'S' },
  sort: { name: 'openDeadline', type: 'N' },
};

/** A consumer's leases, newest last. Eventually consistent. */
export const BY_CONSUMER_INDEX: IndexSchema = {
  name: 'by-consumer',
  partition: { name: 'consumer', type: 'S' },
  sort: { name: 'requestedAt', type: 'N' },
};

/** Which indexes each table has. Names of deployed tables are configuration. */
export const TABLES = {
  leases: { indexes: [OPEN_INDEX, BY_CONSUMER_INDEX] },
  ledger: { indexes: [] },
  inventory: { indexes: [] },
  live: { indexes: [] },
} as const satisfies Record<string, { readonly indexes: readonly IndexSchema[] }>;

/** DynamoDB deletes an item of `live` some time after this second since 1970. */
export const EXPIRES_AT = 'expiresAt';

export type TableName = keyof typeof TABLES;

/** One shard takes 1,000 changes a second (AWS documentation, November 2026). */
export const OPEN_SHARD = '0';

export type Key = { readonly pk: string; readonly sk: string };

/** Text of equal length sorts like the numbers; 99,999,999 is the maximum. */
const sorted = (seq: number): string => String(seq).padStart(8, '0');

export const leaseKey = (id: LeaseId): Key => ({ pk: `LEASE#${id}`, sk: 'META' });
export const pulseKey = (id: LeaseId): Key => ({ pk: `LEASE#${id}`, sk: 'PULSE' });
export const eventKey = (id: LeaseId, seq: number): Key => ({
  pk: `LEASE#${id}`,
  sk: `EVENT#${sorted(seq)}`,
});
/** Greater than the key of any event. */
export const LAST_EVENT = 'EVENT#~';

export const accountKey = (consumer: ConsumerId): Key => ({
  pk: `CONSUMER#${consumer}`,
  sk: 'ACCOUNT',
});
/**
 * In order of time, so that a day is one range. An entry is still written exactly once: `at` is
 * fixed when the entry is committed in its lease's outbox.
 */
export const entryKey = (consumer: ConsumerId, { at, leaseId, seq }: EntryPlace): Key => ({
  pk: `CONSUMER#${consumer}`,
  sk: `${entriesAt(at)}#${leaseId}#${sorted(seq)}`,
});

/** The place of a true-up or correction in its account's order. A place is never freed. */
export const correctionKey = (consumer: ConsumerId, place: number): Key => ({
  pk: `CONSUMER#${consumer}`,
  sk: `CORRECTION#${sorted(place)}`,
});
/** Less than the key of any entry of that instant, greater than the keys of earlier entries. */
export const entriesAt = (at: EpochMs): string => `ENTRY#${isoTime(at)}`;
/** All entries of a consumer are between these two sort keys. */
export const ENTRIES = { first: 'ENTRY#', last: 'ENTRY#~' } as const;

/** The events of an account are between these sort keys, in order of time. */
export const NOTES = { first: 'NOTE#', last: 'NOTE#~' } as const;
export const noteKey = (consumer: ConsumerId, note: Parameters<typeof keyOfNote>[0]): Key => ({
  pk: `CONSUMER#${consumer}`,
  sk: `NOTE#${keyOfNote(note)}`,
});
export const dayKey = (consumer: ConsumerId, day: Day): Key => ({
  pk: `CONSUMER#${consumer}`,
  sk: `DAY#${day}`,
});
/** All closed days of a consumer are between these two sort keys. */
export const DAYS = { first: 'DAY#', last: 'DAY#~' } as const;

export const snapshotKey = (provider: ProviderName): Key => ({
  pk: `PROVIDER#${provider}`,
  sk: 'SNAPSHOT',
});

/** One small item for every consumer that has an account. */
export const ACCOUNTS = { pk: 'ACCOUNTS', first: 'CONSUMER#', last: 'CONSUMER#~' } as const;
export const accountPlaceKey = (consumer: ConsumerId): Key => ({
  pk: ACCOUNTS.pk,
  sk: `CONSUMER#${consumer}`,
});

export const sweepKey = (provider: ProviderName): Key => ({
  pk: `PROVIDER#${provider}`,
  sk: 'SWEEP',
});
/** The accounts of the provider that this deployment uses. */
export const providerAccountsKey = (provider: ProviderName): Key => ({
  pk: `PROVIDER#${provider}`,
  sk: 'ACCOUNT',
});
/** The gate of one of the provider's limits. */
export const gateKey = (provider: ProviderName, limit: string): Key => ({
  pk: `GATE#${provider}`,
  sk: limit,
});
/** The tickets of a message group of the work queues. */
export const ticketsKey = (group: string): Key => ({ pk: `QUEUE#${group}`, sk: 'TICKETS' });
/** The room that the provider's prepaid funds leave. */
export const roomKey = (provider: ProviderName): Key => ({
  pk: `PROVIDER#${provider}`,
  sk: 'ROOM',
});
export const reconciliationKey = (provider: ProviderName): Key => ({
  pk: `PROVIDER#${provider}`,
  sk: 'RECONCILED',
});
/** The number of leases that became silent in one minute since 1970. */
export const silenceKey = (minute: number): Key => ({ pk: 'SILENCES', sk: sorted(minute) });

/** Since when our own heartbeats arrive without a gap, in the table `inventory`. */
export const INGEST: Key = { pk: 'INGEST', sk: 'INGEST' };

/** Every scope that was ever frozen, in the table `leases`. Each launch reads them. */
export const FREEZES = { pk: 'FREEZE', first: 'SCOPE#', last: 'SCOPE#~' } as const;
export const freezeKey = (scope: string): Key => ({ pk: FREEZES.pk, sk: `SCOPE#${scope}` });

/** Runs in the table `live`, by kind: a run's id begins with its kind. */
export const RUNS = { pk: (kind: RunKind) => `RUN#${kind}`, first: 'RUN#', last: 'RUN#~' } as const;
export const runKey = (id: RunId): Key => ({
  pk: `RUN#${id.slice(0, id.indexOf('-'))}`,
  sk: `RUN#${id}`,
});
