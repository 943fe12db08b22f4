// Records of sweeps on the real engine: the newest record stays, and counts of silences add up.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSweepStore } from '../../../../../shared/adapters/dynamodb/sweep/sweep-store.ts';
import { policy } from '../../../../../shared/core/base/policy/policy.ts';
import { epochMs } from '../../../../../shared/core/base/time.ts';
import { rememberedOf, type SweepRecord } from '../../../../../shared/core/sweep/record.ts';
import type { SweepStore } from '../../../../../shared/ports/sweep-store.ts';
import { allReadable, at } from '../../../../support/builders/base.ts';
import { openTestDatabase, type TestDatabase } from '../../../../support/worlds/database.ts';

let database: TestDatabase;
let sweeps: SweepStore;
beforeAll(async () => {
  database = await openTestDatabase();
  sweeps = createSweepStore(database.tables.inventory);
});
afterAll(() => database.close());

const aRecord = (change: Partial<SweepRecord> = {}): SweepRecord => ({
  provider: 'vastai',
  startedAt: at('12:00'),
  failure: null,
  listedAt: at('12:00'),
  listed: 3,
  open: 2,
  counts: { foreign: 1 },
  sightings: { 'instance:4711': at('11:59') },
  lastShown: {},
  chargesReadAt: null,
  pages: ['look'],
  ...change,
});

describe('the record of a sweep', () => {
  it('is null before the first sweep, then the newest one', async () => {
    expect(await sweeps.last('vastai')).toBeNull();
    await sweeps.record(aRecord());
    expect(await sweeps.last('vastai')).toEqual(aRecord());
    const newer = aRecord({ startedAt: at('12:01'), failure: 'listing: down', listedAt: null });
    await sweeps.record(newer);
    await sweeps.record(aRecord());
    expect(await sweeps.last('vastai')).toEqual(newer);
  });

  it('fits the maximum number of suspects, and keeps the oldest of them', async () => {
    const suspects = Array.from(
      { length: policy.sweep.maxSuspects + 1 },
      (_, index) => [`execution:${'a'.repeat(20)}-${index}`, epochMs(9_999_999 - index)] as const,
    );
    const sightings = rememberedOf(suspects);
    expect(Object.keys(sightings)).toHaveLength(policy.sweep.maxSuspects);
    expect(sightings[suspects[0]?.[0] ?? '']).toBeUndefined();
    const record = aRecord({ startedAt: at('12:02'), sightings });
    await sweeps.record(record);
    expect(await sweeps.last('vastai')).toEqual(record);
  });
});

describe('silences', () => {
  it('add up over the minutes of the span', async () => {
    for (const time of ['12:01', '12:01:59', '12:02', '12:05']) await sweeps.countSilence(at(time));
    expect(await sweeps.silences(at('12:00'), at('12:05'), allReadable)).toBe(4);
    expect(await sweeps.silences(at('12:01:30'), at('12:04:59'), allReadable)).toBe(3);
    expect(await sweeps.silences(at('12:03'), at('12:04'), allReadable)).toBe(0);
  });
});
