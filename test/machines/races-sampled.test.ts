// Two actors, each held once within the other, at points drawn by a seed: RACE_SEED tries others.
// A failure names what was drawn.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  END_RACES,
  EXTENSION_RACES,
  GENERATION_RACES,
  LAUNCH_RACES,
} from '../support/races/races.ts';
import { entwined, play, type Race, type RaceWorld, raceWorld } from '../support/races/world.ts';
import { createRandom } from '../support/random.ts';

const SEED = Number(process.env['RACE_SEED'] ?? 1);
const SAMPLES = 40;
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

const { below } = createRandom(SEED);
const drawn = Array.from({ length: SAMPLES }, () => {
  const race = RACES[below(RACES.length)] ?? never();
  return { race, first: below(MAX_POINTS), second: below(MAX_POINTS) };
});

function never(): never {
  throw new Error('there are races');
}

describe(`two actors entwined, by seed ${SEED}:`, () => {
  it.each(drawn.map((each) => ({ ...each, says: each.race.says })))(
    '$says, held at $first and $second',
    async ({ race, first, second }: { race: Race; first: number; second: number }) => {
      const { wrong } = await play(world, race, entwined({ first, second }));
      expect([...wrong, ...(await world.audit())]).toEqual([]);
    },
  );
});
