// A hundred random leases with everything going wrong around them, and the same run again from the
// same seed. What must hold is looked at after every step; see run.ts.

import { describe, expect, it } from 'vitest';
import { soak } from '../../simulation/soak/run.ts';

const SEED = Number(process.env['SOAK_SEED'] ?? 1);

describe(`a soak by seed ${SEED}`, () => {
  it('leaves nothing alive, nothing held and the books in balance', async () => {
    const { wrong, byReason, kills, died } = await soak({ leases: 100, seed: SEED, hours: 2 });
    expect(wrong).toEqual([]);
    // It went through what it is for.
    expect(Object.keys(byReason).length).toBeGreaterThan(4);
    expect(Math.min(kills, died)).toBeGreaterThan(0);
  }, 600_000);

  it('is the same run again', async () => {
    const size = { leases: 5, seed: SEED, hours: 1 };
    expect((await soak(size)).digest).toBe((await soak(size)).digest);
  }, 300_000);
});
