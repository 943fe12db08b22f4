// Two actors, each held once within the other, at points drawn by a seed.
// A failure names what was drawn.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isLong, limitOf, seeds } from '../support/long.ts';
import {
  END_RACES,
  EXTENSION_RACES,
  GENERATION_RACES,
  LAUNCH_RACES,
} from '../support/races/races.ts';
import { entwined, play, type Race, type RaceWorld, raceWorld } from '../support/races/world.ts';
import { createRandom } from '../support/random.ts';

const MEETINGS = isLong ? 40 : 5;
/** Few actors pass more points; who has finished before is held nowhere. */
const MAX_POINTS = 24;

const RACES = [...LAUNCH_RACES, ...END_RACES, ...EXTENSION_RACES, ...GENERATION_RACES].filter(
  ({ market }) => market === undefined,
);

let world: RaceWorld;
beforeAll(async () => {
  world = await raceWorld();
});
afterAll(() => world.close());

function drawn(seed: number) {
  const { below } = createRandom(seed);
  return Array.from({ length: MEETINGS }, () => {
    const race = RACES[below(RACES.length)] ?? never();
    return { race, says: race.says, first: below(MAX_POINTS), second: below(MAX_POINTS) };
  });
}

function never(): never {
  throw new Error('there are races');
}

describe.each(seeds(5))('two actors entwined, by seed %i:', (seed) => {
  it.each(drawn(seed))(
    '$says, held at $first and $second',
    async ({ race, first, second }: { race: Race; first: number; second: number }) => {
      const { wrong } = await play(world, race, entwined({ first, second }));
      expect([...wrong, ...(await world.audit())]).toEqual([]);
    },
    limitOf('races of two actors, each held once'),
  );
});
