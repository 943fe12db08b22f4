// A soak of random leases and faults: every invariant holds after every step, and the same seed
// gives the same run. See run.ts.

import { describe, expect, it } from 'vitest';
import { soak } from '../../simulation/soak/run.ts';
import { isLong, limitOf, SEED, seeds } from '../support/long.ts';

const LIMIT = limitOf('soak');

describe.each(seeds(3))('a soak by seed %i', { timeout: LIMIT }, (seed) => {
  it('ends with no instance running, no money held and balanced books', async () => {
    const size = isLong ? { leases: 100, hours: 2 } : { leases: 10, hours: 1 };
    const { wrong, byReason, kills, died } = await soak({ seed, ...size });
    expect(wrong).toEqual([]);
    expect(byReason).not.toEqual({});
    if (!isLong) return;
    // The run had crashes and leases with different end reasons.
    expect(Object.keys(byReason).length).toBeGreaterThan(4);
    expect(Math.min(kills, died)).toBeGreaterThan(0);
  });

  it('gives the same run for the same seed', async () => {
    const size = { leases: 5, seed, hours: 0.5 };
    expect((await soak(size)).digest).toBe((await soak(size)).digest);
  });
});

it.runIf(isLong)('a soak of two days violates no invariant', { timeout: LIMIT }, async () => {
  expect((await soak({ leases: 300, seed: SEED, hours: 48 })).wrong).toEqual([]);
});
