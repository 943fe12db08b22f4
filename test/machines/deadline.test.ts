// How a lease ends without a release: at its deadline, by silence, or, when its workflow is lost,
// by its schedule.

import { describe, expect, it } from 'vitest';
import type { Call } from '../../local/aws/lambda.ts';
import { minutes } from '../../shared/core/base/time.ts';
import { OWN_HEARTBEATS } from '../../shared/core/lease/ingest.ts';
import { leaseWorld } from '../support/worlds/lease.ts';
import { type Meddle, MINUTE } from '../support/worlds/virtual-time.ts';

/** Whether it is a heartbeat of an instance, and not of the service itself. */
function isOfLease({ name, payload }: Call): boolean {
  if (name !== 'recordNodeHeartbeat') return false;
  const { headers } = payload as { headers: { authorization: string } };
  return !headers.authorization.includes(OWN_HEARTBEATS);
}

describe('a lease', () => {
  it('expires at its deadline', async () => {
    const world = await leaseWorld();
    const { id } = await world.active({ hours: 1 });
    const { deadline } = await world.lease(id);
    await world.untilState(id, 'ending');
    expect(world.clock.now() - deadline).toBeLessThan(MINUTE);
    await world.untilState(id, 'ended');
    expect(await world.lease(id)).toMatchObject({ reason: 'expired' });
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });

  it('ends as silent within its limit and 90 s when no heartbeats arrive', async () => {
    let isCut = false;
    const meddle: Meddle = (call, run) =>
      isCut && isOfLease(call) ? Promise.reject(new Error('lost')) : run();
    const world = await leaseWorld({ meddle, sweepEvery: minutes(1) });
    const { id } = await world.active({ silenceLimitSeconds: 300 });
    await world.pass(10 * MINUTE);
    expect((await world.lease(id)).state).toBe('active');
    isCut = true;
    const from = world.clock.now();
    await world.untilState(id, 'ending');
    expect(world.clock.now() - from).toBeLessThanOrEqual(6.5 * MINUTE);
    expect(await world.lease(id)).toMatchObject({ reason: 'silent' });
    await world.close();
  });

  it('of liveness app is kept alive only by its application', async () => {
    const world = await leaseWorld({ sweepEvery: minutes(1) });
    const { id } = await world.active({ silenceLimitSeconds: 300, liveness: 'app' });
    const heartbeat = await world.ask('recordHeartbeat', { params: { id } });
    expect(heartbeat).toMatchObject({ status: 200, body: { carryOn: true } });
    const heartbeatAt = world.clock.now();
    await world.untilState(id, 'ending');
    // Its instance continues to send heartbeats, which must not delay the end.
    expect(world.clock.now() - heartbeatAt).toBeLessThanOrEqual(6.5 * MINUTE);
    expect(await world.lease(id)).toMatchObject({ reason: 'silent' });
    await world.close();
  });

  it('ends by its schedule when its workflow hangs', async () => {
    let lost = false;
    const meddle: Meddle = (call, run) => {
      const { generation } = call.payload as { generation?: number };
      return lost && generation === 1 ? 'hang' : run();
    };
    const world = await leaseWorld({ meddle });
    const { id } = await world.active({ hours: 1 });
    lost = true;
    const { deadline } = await world.lease(id);
    await world.until(async () => !world.market.instances().some((instance) => instance.alive));
    expect(world.clock.now() - deadline).toBeLessThan(2 * MINUTE);
    await world.untilState(id, 'ended');
    expect((await world.lease(id)).generation).toBe(2);
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });

  it('creates no instance when its schedule cannot be set', async () => {
    const meddle: Meddle = (call, run) =>
      call.name === 'arm' ? Promise.reject(new Error('no schedule')) : run();
    const world = await leaseWorld({ meddle, sweepEvery: minutes(10) });
    const id = await world.request();
    await world.untilState(id, 'ended');
    expect(world.market.instances()).toEqual([]);
    expect(await world.lease(id)).toMatchObject({ reason: 'failed', chargedMicroUsd: 0 });
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });
});
