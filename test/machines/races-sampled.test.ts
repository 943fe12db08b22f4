// Two actors, each paused once while the other runs, at points drawn from a seed. The name
// of the test shows the draw.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isLong, limitOf, seeds } from '../support/long.ts';
import {
  END_RACES,
  EXTENSION_RACES,
  GENERATION_RACES,
  LAUNCH_RACES,
} from '../support/races/races.ts';
import { interleaved, play, type Race, type RaceWorld, raceWorld } from '../support/races/world.ts';
import { createRandom } from '../support/random.ts';

const MEETINGS = isLong ? 40 : 5;
/** Few actors make more calls; an actor that finishes before its point is not paused. */
const MAX_POINTS = 24;

const RACES = [...LAUNCH_RACES, ...END_RACES, ...EXTENSION_RACES, ...GENERATION_RACES].filter(
  ({ market }) => market === undefined,
);

let world: RaceWorld;
beforeAll(async () => {
  world = await raceWorld();
});
afterAll(() => world.close());

function drawMeetings(seed: number) {
  const { below } = createRandom(seed);
  return Array.from({ length: MEETINGS }, () => {
    const race = RACES[below(RACES.length)] ?? never();
    return { race, says: race.says, first: below(MAX_POINTS), second: below(MAX_POINTS) };
  });
}

function never(): never {
  throw new Error('there are no races');
}

describe.each(seeds(5))('two interleaved actors, with seed %i:', (seed) => {
  it.each(drawMeetings(seed))(
    '$says, paused at $first and $second',
    async ({ race, first, second }: { race: Race; first: number; second: number }) => {
      const { wrong } = await play(world, race, interleaved({ first, second }));
      expect([...wrong, ...(await world.audit())]).toEqual([]);
    },
    limitOf('races of two actors, each held once'),
  );
});
