// Two actors on a lease that begins. The one is held around each call it makes while the other runs
// to its end; then the other way round.

import { describe, expect, it } from 'vitest';
import { LAUNCH_RACES } from '../support/races/races.ts';
import { everywhere, turned } from '../support/races/world.ts';

/** Some dozens of leases, one after the other. */
const SLOW = 120_000;

describe('whoever meets over a lease that begins leaves it proved and settled:', () => {
  it.each([...LAUNCH_RACES, ...LAUNCH_RACES.map(turned)])(
    '$says',
    async (race) => {
      expect(await everywhere(race)).toEqual([]);
    },
    SLOW,
  );
});
