// Two actors on a starting lease. One is paused around each call it makes while the other runs to
// its end; then the other way round.

import { describe, expect, it } from 'vitest';
import { limitOf, sample } from '../support/long.ts';
import { LAUNCH_RACES } from '../support/races/races.ts';
import { everywhere, turned } from '../support/races/world.ts';

describe('two actors on a starting lease leave it proved and settled:', () => {
  it.each(sample([...LAUNCH_RACES, ...LAUNCH_RACES.map(turned)]))(
    '$says',
    async (race) => {
      expect(await everywhere(race)).toEqual([]);
    },
    limitOf('races while a lease starts'),
  );
});
