// The menu: a snapshot of megabytes is compressed in the blob store, and one small item points to
// the current one. While it is unchanged, reading it again costs one read of that item. The item
// also lists the offers that were found to be gone since the snapshot.

import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import * as z from 'zod/mini';
import { OfferId } from '../../../core/base/ids.ts';
import { invariant } from '../../../core/base/invariant.ts';
import { policy } from '../../../core/base/policy/policy.ts';
import { ProviderName } from '../../../core/base/providers.ts';
import { ruleOf } from '../../../core/base/rule.ts';
import { EpochMs } from '../../../core/base/time.ts';
import { Offer } from '../../../core/instance/offer.ts';
import type { Snapshot } from '../../../core/menu/snapshot.ts';
import type { BlobStore } from '../../../ports/blob-store.ts';
import type { GoneOffers } from '../../../ports/gone-offers.ts';
import type { MenuStore } from '../../../ports/menu-store.ts';
import { snapshotKey } from '../schema.ts';
import { parseItem, type Table } from '../table.ts';

const compress = promisify(gzip);
const expand = promisify(gunzip);

const pointed = { provider: ProviderName, version: z.string(), takenAt: EpochMs };
const Pointer = z.object({ ...pointed, gone: z._default(z.set(OfferId), new Set()) });
const Stored = z.object({ ...pointed, offers: z.array(Offer) });

type Pointer = z.infer<typeof Pointer>;

const blobKey = ({ provider, version }: Pick<Pointer, 'provider' | 'version'>): string =>
  `snapshots/${provider}/${version}`;

/** Null when the blob has expired, as snapshots do that are too old to choose from. */
async function load(blobs: BlobStore, pointer: Pointer): Promise<Snapshot | null> {
  const key = blobKey(pointer);
  const blob = await blobs.get(key);
  if (blob === null) return null;
  const parsed = Stored.safeParse(JSON.parse((await expand(blob)).toString()), { error: ruleOf });
  const issue = parsed.error?.issues[0];
  invariant(parsed.success, `${key}: ${issue?.path.join('.')}: ${issue?.message}`);
  return parsed.data;
}

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
    const pointer = parseItem(table, Pointer, item);
    const loaded = newest.get(provider);
    const isCurrent = loaded?.whole.version === pointer.version;
    if (isCurrent && loaded.gone === pointer.gone.size) return loaded.left;
    const whole = isCurrent ? loaded.whole : await load(blobs, pointer);
    if (whole === null) return null;
    const next = leftOf(whole, pointer.gone);
    newest.set(provider, next);
    return next.left;
  };
  return {
    publish: async (snapshot) => {
      const { provider, version, takenAt } = snapshot;
      const pointer = { provider, version, takenAt };
      // Write the blob first, so that the pointer is always valid. A blob without a pointer
      // expires.
      await blobs.put(blobKey(pointer), await compress(JSON.stringify(snapshot)));
      await table.put(snapshotKey(provider), pointer, {
        condition: 'attribute_not_exists(#pk) OR #takenAt < :takenAt',
        values: { ':takenAt': takenAt },
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
