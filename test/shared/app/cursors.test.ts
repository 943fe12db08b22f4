// The key of cursors: required where lists are served, and asked for nowhere else.

import { expect, it } from 'vitest';
import { readConfig } from '../../../shared/app/config.ts';
import { openCursors } from '../../../shared/app/cursors.ts';
import { brandId, ConsumerId } from '../../../shared/core/base/ids.ts';
import { at } from '../../support/builders/builders.ts';

const runtimeWith = (key?: string) => ({
  config: readConfig({ GPU_SHOPPER_DEPLOYMENT_ID: 'test', GPU_SHOPPER_CURSOR_KEY: key }),
  clock: { now: () => at('12:00') },
  ...{ log: () => undefined, count: () => undefined, pause: async () => undefined },
});
const owner = { route: 'listLeases', consumer: brandId(ConsumerId, '123456789012/trainer') };

it('opens cursors that every process with the same key reads', async () => {
  const key = 'c5'.repeat(32);
  const here = await openCursors(runtimeWith(key))(owner);
  const there = await openCursors(runtimeWith(key))(owner);
  expect(here.write({ seq: 7 })).toBe(there.write({ seq: 7 }));
});

it('names the variable that is missing', async () => {
  await expect(openCursors(runtimeWith())(owner)).rejects.toMatchObject({
    name: 'BadConfig',
    field: 'GPU_SHOPPER_CURSOR_KEY',
  });
});
