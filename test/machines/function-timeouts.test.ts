// A function that times out once: its state calls it again, and the lease is served as if nothing
// had happened. Lambda ends a function before its state's own timeout does.

import { describe, expect, it } from 'vitest';
import { STEPS } from '../../shared/core/base/functions.ts';
import { leaseWorld } from '../support/worlds/lease.ts';

describe.each(['choose', 'arm', 'launch', 'await', 'confirm', 'serve'] as const)('%s', (step) => {
  it('that times out before its effect is called again', async () => {
    const world = await leaseWorld();
    world.service.lambda.addFault({
      function: STEPS[step],
      step,
      fails: 'timeout',
      when: 'before',
    });
    const { id } = await world.active();
    await world.until(async () => world.calls.filter((call) => call === step).length === 2, 1);
    expect(await world.lease(id)).toMatchObject({ state: 'active' });
    await world.end(id);
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });
});
