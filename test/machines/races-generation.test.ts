// A step of an execution that was given up is held around each call it makes, for as long as a
// function may run, while the next generation goes on with its lease.

import { describe, expect, it } from 'vitest';
import { limitOf, sample } from '../support/long.ts';
import { GENERATION_RACES } from '../support/races/races.ts';
import { everywhere } from '../support/races/world.ts';

describe('whoever is late leaves the lease to the next generation:', () => {
  it.each(sample(GENERATION_RACES))(
    '$says',
    async (race) => {
      expect(await everywhere(race)).toEqual([]);
    },
    limitOf('races with an execution that was replaced'),
  );
});
