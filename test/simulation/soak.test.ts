// Random leases with everything going wrong around them, and the same run again from the same seed.
// What must hold is looked at after every step; see run.ts.

import { describe, expect, it } from 'vitest';
import { soak } from '../../simulation/soak/run.ts';
import { isLong, limitOf, SEED, seeds } from '../support/long.ts';

const LIMIT = limitOf('soak');

describe.each(seeds(5))('a soak by seed %i', { timeout: LIMIT }, (seed) => {
  it('leaves nothing alive, nothing held and the books in balance', async () => {
    const size = isLong ? { leases: 100, hours: 2 } : { leases: 10, hours: 1 };
    const { wrong, byReason, kills, died } = await soak({ seed, ...size });
    expect(wrong).toEqual([]);
    expect(byReason).not.toEqual({});
    if (!isLong) return;
    // It went through what it is for.
    expect(Object.keys(byReason).length).toBeGreaterThan(4);
    expect(Math.min(kills, died)).toBeGreaterThan(0);
  });

  it('is the same run again', async () => {
    const size = { leases: 5, seed, hours: 0.5 };
    expect((await soak(size)).digest).toBe((await soak(size)).digest);
  });
});

it.runIf(isLong)('a soak of two days leaves nothing behind', { timeout: LIMIT }, async () => {
  expect((await soak({ leases: 1_000, seed: SEED, hours: 48 })).wrong).toEqual([]);
});
