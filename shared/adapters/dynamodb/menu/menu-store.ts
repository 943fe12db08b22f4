// The menu: a snapshot of megabytes is compressed in the blob store, and one small item points to
// the current one. While it is unchanged, reading it again costs one read of that item. The item
// also names the snapshot before, which is read instead of a damaged one, and the marks of offers,
// which stay until a newer snapshot knows better.

import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import * as z from 'zod/mini';
import { Failure } from '../../../core/base/failure.ts';
import { OfferId } from '../../../core/base/ids.ts';
import { policy } from '../../../core/base/policy/policy.ts';
import { ProviderName } from '../../../core/base/providers.ts';
import { after, type DurationMs, EpochMs } from '../../../core/base/time.ts';
import { Offer } from '../../../core/instance/offer.ts';
import type { Snapshot } from '../../../core/menu/snapshot.ts';
import type { BlobStore } from '../../../ports/blob-store.ts';
import type { MenuStore } from '../../../ports/menu-store.ts';
import type { OfferMarks } from '../../../ports/offer-marks.ts';
import { snapshotKey } from '../schema.ts';
import { type Item, type Table, tryItem } from '../table.ts';

const compress = promisify(gzip);
const expand = promisify(gunzip);

const pointed = { provider: ProviderName, version: z.string(), takenAt: EpochMs };
const Pointer = z.object({
  ...pointed,
  /** The version of the snapshot before. */
  previous: z._default(z.nullable(z.string()), null),
  /** When each offer was marked. */
  marks: z._default(z.record(OfferId, EpochMs), {}),
  /** Increased by each mark. */
  marked: z._default(z.int(), 0),
});
const Stored = z.object({ ...pointed, offers: z.array(z.unknown()) });

type Pointer = z.infer<typeof Pointer>;

const blobKey = ({ provider, version }: Pick<Pointer, 'provider' | 'version'>): string =>
  `snapshots/${provider}/${version}`;

const damaged = (what: string, cause?: unknown): Failure =>
  new Failure('StoreDown', `${what} is damaged: the next refresh replaces it`, { cause });

async function parseBlob(key: string, blob: Uint8Array): Promise<unknown> {
  try {
    return JSON.parse((await expand(blob)).toString());
  } catch (cause) {
    throw damaged(key, cause);
  }
}

/**
 * Null when the blob has expired, as snapshots do that are too old to choose from. An offer that
 * can't be read is left out. Throws StoreDown when the blob is damaged.
 */
async function load(
  blobs: BlobStore,
  pointer: Pick<Pointer, 'provider' | 'version'>,
): Promise<Snapshot | null> {
  const key = blobKey(pointer);
  const blob = await blobs.get(key);
  if (blob === null) return null;
  const { data } = Stored.safeParse(await parseBlob(key, blob));
  if (data === undefined) throw damaged(key);
  const offers = data.offers.flatMap((json) => Offer.safeParse(json).data ?? []);
  if (offers.length === 0 && data.offers.length > 0) throw damaged(key);
  return { ...data, offers };
}

/** The snapshot before the current one, which may be missing or damaged too. */
async function loadPrevious(blobs: BlobStore, { provider, previous }: Pointer) {
  if (previous === null) return null;
  const [loaded] = await Promise.allSettled([load(blobs, { provider, version: previous })]);
  return loaded.status === 'fulfilled' ? loaded.value : null;
}

/** Throws StoreDown when the item is damaged. */
function pointerOf(table: Table, item: Item): Pointer {
  const parsed = tryItem(table, Pointer, item);
  if ('value' in parsed) return parsed.value;
  throw damaged(parsed.why);
}

/** The condition that the item has no time, so that any snapshot replaces it. */
const DAMAGED = 'NOT attribute_type(#takenAt, :number)';

/** A parsed snapshot, and what is left of it. */
type Loaded = { readonly whole: Snapshot; readonly marked: number; readonly left: Snapshot };

/** How long after a mark a search of the provider may still show the offer. */
export type SearchLag = (provider: ProviderName) => DurationMs;

/** The marks that a snapshot does not replace. */
function marksOn({ provider, takenAt }: Pick<Snapshot, 'provider' | 'takenAt'>, by: Marks) {
  const marks = Object.entries(by.pointer?.marks ?? {});
  return Object.fromEntries(marks.filter(([, at]) => takenAt <= after(at, by.lagOf(provider))));
}
type Marks = { readonly pointer: Pointer | null; readonly lagOf: SearchLag };

/** The snapshot without marked offers. */
function leftOf(whole: Snapshot, by: Marks): Loaded {
  const marks = marksOn(whole, by);
  const offers = whole.offers.filter(({ id }) => marks[id] === undefined);
  return { whole, marked: by.pointer?.marked ?? 0, left: { ...whole, offers } };
}

/** Adds marks to the pointer's item, which `createMenuStore` reads. */
export function offerMarks(table: Table): OfferMarks {
  return {
    mark: async ({ id, provider }, at) => {
      await table.update(snapshotKey(provider), {
        update: 'SET #marks.#offer = :at ADD #marked :one',
        condition: 'attribute_exists(#marks) AND size(#marks) < :most',
        names: { '#offer': id },
        values: { ':at': at, ':one': 1, ':most': policy.menu.maxMarks },
      });
    },
  };
}

/** What a snapshot replaces: null when there is nothing that can be read. */
async function pointerBefore(table: Table, { provider }: Snapshot) {
  const item = await table.get(snapshotKey(provider));
  const parsed = item === null ? null : tryItem(table, Pointer, item);
  const before = parsed !== null && 'value' in parsed ? parsed.value : null;
  // The stored count even when the rest can’t be read, so that such an item is replaced too.
  return { before, stored: item?.['marked'] ?? 0 };
}

/** The publish of a menu store. */
function publishing(table: Table, blobs: BlobStore, lagOf: SearchLag): MenuStore['publish'] {
  /** Whether the pointer was written, or need not be; not when a mark came in between. */
  const point = async (snapshot: Snapshot): Promise<boolean> => {
    const { provider, version, takenAt } = snapshot;
    const { before, stored } = await pointerBefore(table, snapshot);
    const marked = before?.marked ?? 0;
    const marks = marksOn(snapshot, { pointer: before, lagOf });
    const previous = before === null || before.version === version ? null : before.version;
    const pointer = { provider, version, takenAt, previous, marks, marked };
    const same = '(attribute_not_exists(#marked) OR #marked = :marked)';
    const written = await table.put(snapshotKey(provider), pointer, {
      condition: `attribute_not_exists(#pk) OR (#takenAt < :takenAt AND ${same}) OR ${DAMAGED}`,
      values: { ':takenAt': takenAt, ':marked': stored, ':number': 'N' },
    });
    return written === 'written' || (before !== null && before.takenAt >= takenAt);
  };
  return async (snapshot) => {
    // Write the blob first, so that the pointer is always valid. A blob without a pointer
    // expires.
    await blobs.put(blobKey(snapshot), await compress(JSON.stringify(snapshot)));
    for (let attempt = 1; attempt <= policy.commit.attempts; attempt += 1) {
      if (await point(snapshot)) return;
    }
    const { provider, version } = snapshot;
    const message = `version conflict: the menu of ${provider} changed during every retry`;
    throw new Failure('Conflict', `${message}; snapshot ${version} is not published`);
  };
}

/** Pointers in the table `inventory`, snapshots in the blob store. */
export function createMenuStore(table: Table, blobs: BlobStore, lagOf: SearchLag): MenuStore {
  const newest = new Map<ProviderName, Loaded>();
  /** Concurrent callers share one read. */
  const pending = new Map<ProviderName, Promise<Snapshot | null>>();
  const read = async (provider: ProviderName): Promise<Snapshot | null> => {
    const item = await table.get(snapshotKey(provider));
    if (item === null) return null;
    const pointer = pointerOf(table, item);
    const loaded = newest.get(provider);
    const isCurrent = loaded?.whole.version === pointer.version;
    if (isCurrent && loaded.marked === pointer.marked) return loaded.left;
    const [whole] = await Promise.allSettled([isCurrent ? loaded.whole : load(blobs, pointer)]);
    if (whole.status === 'rejected') {
      const earlier = loaded?.whole ?? (await loadPrevious(blobs, pointer));
      if (earlier === null) throw whole.reason;
      return leftOf(earlier, { pointer, lagOf }).left;
    }
    if (whole.value === null) return null;
    const next = leftOf(whole.value, { pointer, lagOf });
    newest.set(provider, next);
    return next.left;
  };
  return {
    publish: publishing(table, blobs, lagOf),
    current: (provider) => {
      const started = pending.get(provider);
      if (started !== undefined) return started;
      const reading = read(provider).finally(() => pending.delete(provider));
      pending.set(provider, reading);
      return reading;
    },
  };
}
