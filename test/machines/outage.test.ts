// The local service was down and restarts on its journals: no heartbeat could arrive meanwhile.
// That is our own outage, so each lease gets its whole silence limit again before it can end as
// silent.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONSUMER_ARN } from '../../local/demo/world.ts';
import { createService, type Service } from '../../local/service.ts';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { minutes } from '../../shared/core/base/time.ts';
import { type LeaseWorld, leaseWorld, TAG_KEY } from '../support/worlds/lease.ts';
import { MINUTE } from '../support/worlds/virtual-time.ts';

let folder: string;
let world: LeaseWorld;
let restarted: Service | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outage-'));
  world = await leaseWorld({ folder, sweepEvery: minutes(1) });
});
afterEach(async () => {
  restarted?.close();
  await world.close();
  await rm(folder, { recursive: true });
});

/** The service after a kill and a ten-minute outage, on the same folder, database and market. */
async function restart(): Promise<Service> {
  const { config, blobs, database } = world.service.runtime;
  world.service.close();
  await world.clock.advanceTo(world.clock.now() + 10 * MINUTE);
  if (blobs === undefined) throw new Error('the world has no blobs');
  const { keys, baseUrl = '' } = config.providers.vastai ?? {};
  restarted = createService({
    ...{ clock: world.clock, databaseEndpoint: database?.endpoint ?? '', blobs, folder },
    env: {
      GPU_SHOPPER_DEPLOYMENT_ID: config.deployment,
      GPU_SHOPPER_TAG_KEY: TAG_KEY,
      VAST_API_KEY: keys?.apiKey,
      VAST_BASE_URL: baseUrl,
    },
    around: world.around,
    pause: world.service.runtime.pause,
  });
  restarted.startSweeping();
  restarted.resume();
  return restarted;
}

const heartbeat = (service: Service, id: LeaseId) =>
  service.call('recordHeartbeat', { userArn: CONSUMER_ARN, params: { id } });

async function activeLease(hours = 2): Promise<LeaseId> {
  const { id } = await world.active({ hours, liveness: 'app', silenceLimitSeconds: 180 });
  await heartbeat(world.service, id);
  return id;
}

describe('a lease that is active during an outage of the service', () => {
  it('continues when a heartbeat arrives within its silence limit after the restart', async () => {
    const id = await activeLease();
    const service = await restart();
    await world.pass(2 * MINUTE);
    expect(await heartbeat(service, id)).toMatchObject({ status: 200, body: { carryOn: true } });
    await world.pass(2 * MINUTE);
    expect(await world.lease(id)).toMatchObject({ state: 'active' });
  });

  it('ends as silent when none arrives', async () => {
    const id = await activeLease();
    await restart();
    await world.pass(5 * MINUTE);
    expect(await world.lease(id)).toMatchObject({ reason: 'silent' });
  });

  it('ends at its deadline, which an outage does not move', async () => {
    const id = await activeLease(0.2);
    const { deadline } = await world.lease(id);
    await restart();
    await world.pass(Math.max(0, deadline - world.clock.now()) + MINUTE);
    expect(await world.lease(id)).toMatchObject({ reason: 'expired' });
  });
});
