// A step of a replaced execution is paused around each call it makes, for as long as a function may
// run, while the next generation continues the lease.

import { describe, expect, it } from 'vitest';
import { limitOf, sample } from '../support/long.ts';
import { GENERATION_RACES } from '../support/races/races.ts';
import { everywhere } from '../support/races/world.ts';

describe('a step of an older generation leaves the lease to the next one:', () => {
  it.each(sample(GENERATION_RACES))(
    '$says',
    async (race) => {
      expect(await everywhere(race)).toEqual([]);
    },
    limitOf('races with an execution that was replaced'),
  );
});
