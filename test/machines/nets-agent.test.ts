// The fourth net with the real agent: agent.sh under sh, on an instance of the simulated market,
// with that instance's environment only. The service receives its heartbeats over HTTP; then every
// other net fails. Only the agent's intervals are shorter than on a real instance.

import { expect, it } from 'vitest';
import { minutes } from '../../shared/core/base/time.ts';
import { startAgent } from '../support/worlds/agent.ts';
import { openFront } from '../support/worlds/front.ts';
import { leaseWorld } from '../support/worlds/lease.ts';
import { isStep, type Meddle, MINUTE } from '../support/worlds/virtual-time.ts';

/** Heartbeats each second by default; without a reply for 2 s, ends itself after 1 s more. */
const QUICK = '1 2 2 1 1';

/** Heartbeats of the simulated instance must not count as those of the real agent. */
function isSimulated(payload: unknown): boolean {
  const { headers } = payload as { headers: Readonly<Record<string, string>> };
  return headers['user-agent'] === undefined;
}

it('the real agent alone ends its instance, with the key of that instance only', async () => {
  let gone = false;
  let received = 0;
  let marketUrl = '';
  const meddle: Meddle = async (call, run) => {
    if (call.name === 'recordNodeHeartbeat') {
      if (isSimulated(call.payload)) throw new Error('not the real agent');
      const reply = await run();
      received += 1;
      return reply;
    }
    if (gone && isStep(call.name)) return 'hang';
    if (gone) throw new Error(`no ${call.name}`);
    return run();
  };
  const between = async (url: string): Promise<string> => {
    marketUrl = url;
    return url;
  };
  const world = await leaseWorld({ meddle, sweepEvery: minutes(1), between });
  const front = await openFront(world.service.answer);
  const other = world.market.addForeignInstance();
  const id = await world.request();
  await world.untilState(id, 'booting');
  // The market's boot time.
  await world.pass(MINUTE);
  const instance = world.market.instances().find(({ label }) => label?.startsWith('gs-'));
  const { CONTAINER_ID, CONTAINER_API_KEY = '', ...env } = instance?.env ?? {};
  const agent = await startAgent({
    env: {
      ...env,
      GPU_SHOPPER_NODE_URL: `${front.url}/node/v1/heartbeats`,
      GPU_SHOPPER_NODE_SECONDS: QUICK,
      ONE_GPU: '1',
      GPU_SHOPPER_DESTROY_URL: `${marketUrl}/api/v0/instances/${CONTAINER_ID}/`,
      GPU_SHOPPER_DESTROY_KEY: CONTAINER_API_KEY,
    },
  });
  try {
    await agent.until(() => received > 0);
    await world.untilState(id, 'active', 1);
    gone = true;
    await agent.until(() => !world.lives(instance?.id ?? ''));
    expect(world.lives(other)).toBe(true);

    gone = false;
    await world.untilState(id, 'ended', 2);
    expect(await world.lease(id)).toMatchObject({ reason: 'lost' });
    expect(await world.leftovers(id)).toEqual([]);
  } finally {
    await agent.close();
    await front.close();
    await world.close();
  }
});
