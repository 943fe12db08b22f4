// The menu: a snapshot of megabytes is compressed in the blob store, and one small item points to
// the current one. While it is unchanged, reading it again costs one read of that item. The item
// also names the snapshot before, which is read instead of a damaged one, and the offers that were
// found to be gone since the snapshot.

import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import * as z from 'zod/mini';
import { Failure } from '../../../core/base/failure.ts';
import { OfferId } from '../../../core/base/ids.ts';
import { policy } from '../../../core/base/policy/policy.ts';
import { ProviderName } from '../../../core/base/providers.ts';
import { EpochMs } from '../../../core/base/time.ts';
import { Offer } from '../../../core/instance/offer.ts';
import type { Snapshot } from '../../../core/menu/snapshot.ts';
import type { BlobStore } from '../../../ports/blob-store.ts';
import type { GoneOffers } from '../../../ports/gone-offers.ts';
import type { MenuStore } from '../../../ports/menu-store.ts';
import { snapshotKey } from '../schema.ts';
import { type Item, type Table, tryItem } from '../table.ts';

const compress = promisify(gzip);
const expand = promisify(gunzip);

const pointed = { provider: ProviderName, version: z.string(), takenAt: EpochMs };
const Pointer = z.object({
  ...pointed,
  /** The version of the snapshot before. */
  previous: z._default(z.nullable(z.string()), null),
  gone: z._default(z.set(OfferId), new Set()),
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
type Loaded = { readonly whole: Snapshot; readonly gone: number; readonly left: Snapshot };

/**
 * The snapshot without gone offers. The set of gone offers only grows, so its size identifies it.
 */
function leftOf(whole: Snapshot, gone: Pointer['gone']): Loaded {
  const offers = whole.offers.filter(({ id }) => !gone.has(id));
  return { whole, gone: gone.size, left: gone.size === 0 ? whole : { ...whole, offers } };
}

/** Adds gone offers to the pointer's item, which `createMenuStore` reads. */
export function goneOffers(table: Table): GoneOffers {
  return {
    recordGone: async ({ id, provider }, at) => {
      const few = 'attribute_not_exists(#gone) OR size(#gone) < :most';
      await table.update(snapshotKey(provider), {
        update: 'ADD #gone :gone',
        condition: `#takenAt <= :at AND (${few})`,
        values: { ':gone': new Set([id]), ':at': at, ':most': policy.menu.maxGone },
      });
    },
  };
}

/** Pointers in the table `inventory`, snapshots in the blob store. */
export function createMenuStore(table: Table, blobs: BlobStore): MenuStore {
  const newest = new Map<ProviderName, Loaded>();
  /** Concurrent callers share one read. */
  const pending = new Map<ProviderName, Promise<Snapshot | null>>();
  const read = async (provider: ProviderName): Promise<Snapshot | null> => {
    const item = await table.get(snapshotKey(provider));
    if (item === null) return null;
    const pointer = pointerOf(table, item);
    const loaded = newest.get(provider);
    const isCurrent = loaded?.whole.version === pointer.version;
    if (isCurrent && loaded.gone === pointer.gone.size) return loaded.left;
    const [whole] = await Promise.allSettled([isCurrent ? loaded.whole : load(blobs, pointer)]);
    if (whole.status === 'rejected') {
      const earlier = loaded?.whole ?? (await loadPrevious(blobs, pointer));
      if (earlier === null) throw whole.reason;
      return leftOf(earlier, pointer.gone).left;
    }
    if (whole.value === null) return null;
    const next = leftOf(whole.value, pointer.gone);
    newest.set(provider, next);
    return next.left;
  };
  /** The version that the snapshot replaces; null when there is none, or its item is damaged. */
  const versionBefore = async ({ provider, version }: Snapshot): Promise<string | null> => {
    const item = await table.get(snapshotKey(provider));
    const parsed = item === null ? null : tryItem(table, Pointer, item);
    if (parsed === null || !('value' in parsed) || parsed.value.version === version) return null;
    return parsed.value.version;
  };
  return {
    publish: async (snapshot) => {
      const { provider, version, takenAt } = snapshot;
      const pointer = { provider, version, takenAt, previous: await versionBefore(snapshot) };
      // Write the blob first, so that the pointer is always valid. A blob without a pointer
      // expires.
      await blobs.put(blobKey(pointer), await compress(JSON.stringify(snapshot)));
      await table.put(snapshotKey(provider), pointer, {
        condition: `attribute_not_exists(#pk) OR #takenAt < :takenAt OR ${DAMAGED}`,
        values: { ':takenAt': takenAt, ':number': 'N' },
      });
    },
    current: (provider) => {
      const started = pending.get(provider);
      if (started !== undefined) return started;
      const reading = read(provider).finally(() => pending.delete(provider));
      pending.set(provider, reading);
      return reading;
    },
  };
}
