// Two actors on an active or ending lease. One is paused around each call it makes while the other
// runs to its end; then the other way round.

import { describe, expect, it } from 'vitest';
import { limitOf, sample } from '../support/long.ts';
import {
  END_RACES,
  EXTENSION_RACES,
  EXTENSION_TOO_LATE,
  TWO_SWEEPS,
} from '../support/races/races.ts';
import { everywhere, turned } from '../support/races/world.ts';

const BOTH_WAYS = [...END_RACES, ...EXTENSION_RACES];
const RACES = [...BOTH_WAYS, ...BOTH_WAYS.map(turned), EXTENSION_TOO_LATE, TWO_SWEEPS];

describe('two actors on an active or ending lease leave it proved and settled:', () => {
  it.each(sample(RACES))(
    '$says',
    async (race) => {
      expect(await everywhere(race)).toEqual([]);
    },
    limitOf('races while a lease ends'),
  );
});
