// The menu on the real engine: a snapshot is parsed once, and an older one never replaces a newer
// one.

import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createMenuStore,
  offerMarks,
} from '../../../../../shared/adapters/dynamodb/menu/menu-store.ts';
import { snapshotKey } from '../../../../../shared/adapters/dynamodb/schema.ts';
import { brandId, OfferId } from '../../../../../shared/core/base/ids.ts';
import { policy } from '../../../../../shared/core/base/policy/policy.ts';
import { epochMs, seconds } from '../../../../../shared/core/base/time.ts';
import type { Snapshot } from '../../../../../shared/core/menu/snapshot.ts';
import type { BlobStore } from '../../../../../shared/ports/blob-store.ts';
import { at } from '../../../../support/builders/base.ts';
import { anOffer } from '../../../../support/builders/instance.ts';
import { openTestDatabase, type TestDatabase } from '../../../../support/worlds/database.ts';

const lagOf = () => seconds(30);

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

/** Each test is a minute later than the previous one, since all tests share one provider. */
let noon = at('12:00');
beforeEach(() => {
  noon = epochMs(noon + 60_000);
});

const snapshot = (secondsLater: number, change: Partial<Snapshot> = {}): Snapshot => {
  const takenAt = epochMs(noon + secondsLater * 1_000);
  return { provider: 'vastai', version: String(takenAt), takenAt, offers: [anOffer()], ...change };
};

describe('the menu', () => {
  it('is empty before the first refresh', async () => {
    const unused = await openTestDatabase();
    const current = await unused.menu.current('vastai');
    await unused.close();
    expect(current).toBeNull();
  });

  it('is the last published snapshot', async () => {
    const first = snapshot(0);
    const second = snapshot(1, { offers: [anOffer(), anOffer({ gpuName: 'H100' })] });
    await database.menu.publish(first);
    expect(await database.menu.current('vastai')).toEqual(first);
    await database.menu.publish(second);
    expect(await database.menu.current('vastai')).toEqual(second);
  });

  it('is one read and no parsing while it is unchanged', async () => {
    await database.menu.publish(snapshot(0));
    const before = await database.menu.current('vastai');
    database.calls.length = 0;
    expect(await database.menu.current('vastai')).toBe(before);
    expect(database.calls).toEqual(['GetItem']);
  });

  it('is one read for concurrent callers, and another one for a later caller', async () => {
    await database.menu.publish(snapshot(0));
    database.calls.length = 0;
    await Promise.all([database.menu.current('vastai'), database.menu.current('vastai')]);
    expect(database.calls).toEqual(['GetItem']);
    const later = snapshot(1);
    await database.menu.publish(later);
    expect(await database.menu.current('vastai')).toEqual(later);
  });

  it('is the same for another process', async () => {
    const other = createMenuStore(database.tables.inventory, database.blobs, lagOf);
    const published = snapshot(0);
    await database.menu.publish(published);
    expect(await other.current('vastai')).toEqual(published);
  });

  it('has no marked offers, without parsing it again', async () => {
    const [x, y] = [anOffer(), anOffer({ id: brandId(OfferId, 'vastai_1002') })];
    await database.menu.publish(snapshot(0, { offers: [x, y] }));
    const marks = offerMarks(database.tables.inventory);
    await marks.mark(x, epochMs(noon + 5_000));
    await marks.mark(x, epochMs(noon + 6_000));
    const left = await database.menu.current('vastai');
    expect(left?.offers).toEqual([y]);
    expect(await database.menu.current('vastai')).toBe(left);
  });

  it('leaves a marked offer out until a search that started after its lag', async () => {
    const menu = createMenuStore(database.tables.inventory, database.blobs, lagOf);
    const shown = async () => (await menu.current('vastai'))?.offers.length;
    await menu.publish(snapshot(0));
    await offerMarks(database.tables.inventory).mark(anOffer(), epochMs(noon + 5_000));
    expect(await shown()).toBe(0);
    // It was taken while this search ran, or the search lagged behind.
    await menu.publish(snapshot(20));
    expect(await shown()).toBe(0);
    await menu.publish(snapshot(40));
    expect(await shown()).toBe(1);
  });

  it('keeps a bounded number of marks', async () => {
    const offers = Array.from({ length: policy.menu.maxMarks + 1 }, (_, nth) =>
      anOffer({ id: brandId(OfferId, `vastai_${nth + 1}`) }),
    );
    await database.menu.publish(snapshot(0, { offers }));
    const marks = offerMarks(database.tables.inventory);
    for (const offer of offers) await marks.mark(offer, epochMs(noon + 5_000));
    expect((await database.menu.current('vastai'))?.offers).toEqual(offers.slice(-1));
  });

  it('is published over marks that can’t be read', async () => {
    await database.menu.publish(snapshot(0));
    await offerMarks(database.tables.inventory).mark(anOffer(), epochMs(noon + 1_000));
    await database.tables.inventory.update(snapshotKey('vastai'), {
      update: 'SET #marks = :text',
      condition: 'attribute_exists(#pk)',
      values: { ':text': 'not a map' },
    });
    const next = snapshot(40);
    await database.menu.publish(next);
    expect(await database.menu.current('vastai')).toEqual(next);
  });

  it('refuses a snapshot when offers are marked during every retry', async () => {
    const { inventory } = database.tables;
    const first = snapshot(0);
    await database.menu.publish(first);
    const marked: typeof inventory = {
      ...inventory,
      put: async (...input) => {
        await offerMarks(inventory).mark(anOffer(), epochMs(noon + 1_000));
        return inventory.put(...input);
      },
    };
    const menu = createMenuStore(marked, database.blobs, lagOf);
    await expect(menu.publish(snapshot(40))).rejects.toThrow('changed during every retry');
    expect(await database.menu.current('vastai')).toEqual({ ...first, offers: [] });
  });

  it('keeps the newer snapshot when an older one is published late', async () => {
    const newer = snapshot(5);
    await database.menu.publish(newer);
    await database.menu.publish(snapshot(4));
    expect(await database.menu.current('vastai')).toEqual(newer);
    await database.menu.publish(newer);
    expect(await database.menu.current('vastai')).toEqual(newer);
  });

  it('is empty when its blob has expired', async () => {
    const cleared: BlobStore = { put: async () => {}, get: async () => null };
    const menu = createMenuStore(database.tables.inventory, cleared, lagOf);
    await menu.publish(snapshot(0));
    expect(await menu.current('vastai')).toBeNull();
  });

  it('leaves out only an offer that cannot be read', async () => {
    const [odd, sound] = [{ ...anOffer(), gpuCount: 'many' }, anOffer()];
    const menu = createMenuStore(
      database.tables.inventory,
      {
        put: async () => {},
        get: async () => gzipSync(JSON.stringify({ ...snapshot(0), offers: [odd, sound] })),
      },
      lagOf,
    );
    await menu.publish(snapshot(0));
    expect((await menu.current('vastai'))?.offers).toEqual([sound]);
  });
});

describe('a damaged snapshot', () => {
  const whole = gzipSync(JSON.stringify({ hello: 1 }));

  /** A store in another process, whose newest blob is damaged. */
  async function damage(body: Uint8Array) {
    const blobs = new Map<string, Uint8Array>();
    const store: BlobStore = {
      put: async (key, blob) => void blobs.set(key, blob),
      get: async (key) => blobs.get(key) ?? null,
    };
    const first = snapshot(0);
    await createMenuStore(database.tables.inventory, store, lagOf).publish(first);
    await createMenuStore(database.tables.inventory, store, lagOf).publish(snapshot(1));
    blobs.set([...blobs.keys()].at(-1) ?? '', body);
    return { blobs, first, menu: createMenuStore(database.tables.inventory, store, lagOf) };
  }

  it.each([
    ['no archive', Buffer.from('torn')],
    ['cut', gzipSync(JSON.stringify(snapshot(0))).subarray(0, 40)],
    ['no JSON', gzipSync('{')],
    ['another document', whole],
    [
      'a snapshot without a readable offer',
      gzipSync(JSON.stringify({ ...snapshot(0), offers: [1] })),
    ],
  ])('that is %s is replaced by the one before', async (_name, body) => {
    const { menu, first } = await damage(body);
    expect(await menu.current('vastai')).toEqual(first);
  });

  it('is StoreDown with the name of its blob when there is none before', async () => {
    const { menu, blobs } = await damage(whole);
    const [first = ''] = blobs.keys();
    blobs.set(first, whole);
    await expect(menu.current('vastai')).rejects.toMatchObject({
      name: 'StoreDown',
      message: expect.stringMatching(/^snapshots\/vastai\/\d+ is damaged/),
    });
  });

  it('and a damaged pointer are replaced by the next refresh', async () => {
    const { menu } = await damage(whole);
    await database.tables.inventory.update(snapshotKey('vastai'), {
      update: 'SET #takenAt = :text',
      condition: 'attribute_exists(#pk)',
      values: { ':text': 'noon' },
    });
    await expect(menu.current('vastai')).rejects.toMatchObject({ name: 'StoreDown' });
    const next = snapshot(2);
    await menu.publish(next);
    expect(await menu.current('vastai')).toEqual(next);
  });
});
