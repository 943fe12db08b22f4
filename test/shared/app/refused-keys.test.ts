// A provider's key is replaced in its secret while functions run: each of them uses the new key
// within a minute after the provider refused the old one, also where a use case handles the refusal
// itself.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSimulator } from '../../../local/simulators/vastai/simulator.ts';
import { createFreezeStore } from '../../../shared/adapters/dynamodb/operations/freeze-store.ts';
import { createVastai } from '../../../shared/adapters/providers/vastai/vastai.ts';
import { reconcileCharges } from '../../../shared/app/charges.ts';
import { readConfig } from '../../../shared/app/config.ts';
import { refreshOffers } from '../../../shared/app/lease.ts';
import { advanceFreezes } from '../../../shared/app/operations.ts';
import type { Factory, Runtime } from '../../../shared/app/runtime.ts';
import { sweepProvider } from '../../../shared/app/sweep.ts';
import { launchInstance } from '../../../shared/app/work.ts';
import { policy } from '../../../shared/core/base/policy/policy.ts';
import { PROVIDERS, secretVariable } from '../../../shared/core/base/providers.ts';
import { after } from '../../../shared/core/base/time.ts';
import { chooseOffer } from '../../../shared/core/lease/lease-moves.ts';
import { placeFreeze } from '../../../shared/core/operations/freeze.ts';
import { aConsumer, aLeaseId, at } from '../../support/builders/base.ts';
import { freePass } from '../../support/builders/instance.ts';
import { aRequestedLease } from '../../support/builders/lease.ts';
import { openTestDatabase, type TestDatabase } from '../../support/worlds/database.ts';
import { ok, startAwsWire } from '../adapters/aws-wire.ts';

const provider = 'vastai';
const keys = { apiKey: 'the-new-key' };
let now = at('12:01');
let database: TestDatabase;
let market: ReturnType<typeof createSimulator>;
let marketUrl = '';
beforeEach(async () => {
  now = at('12:01');
  database = await openTestDatabase();
  let marketTime: number = now;
  // Each call is some seconds after the one before, as the rate limits demand.
  market = createSimulator({ keys, now: () => (marketTime += 15_000), offers: 60 });
  marketUrl = await market.listen();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await market.close();
  await database.close();
});

/** A deployed function's runtime, whose provider key is in a secret. */
function aRuntime(secretsEndpoint: string): Runtime {
  const settings = {
    GPU_SHOPPER_DEPLOYMENT_ID: 'test',
    GPU_SHOPPER_TAG_KEY: 'ab'.repeat(32),
    [secretVariable(PROVIDERS[provider])]: 'arn:provider',
    [PROVIDERS[provider].baseUrl.variable]: marketUrl,
    AWS_ACCESS_KEY_ID: 'AKIDTEST',
    AWS_SECRET_ACCESS_KEY: 'test-key',
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsEndpoint,
  };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  return {
    config: readConfig(),
    clock: { now: () => now },
    log: () => undefined,
    count: () => undefined,
    pause: async () => undefined,
    endAfter: (_budget, work) => work(),
    every: () => () => undefined,
    blobs: database.blobs,
    workflow: {
      start: async () => 'started',
      running: async () => new Set(),
      wake: async () => 'accepted',
      answer: async () => 'accepted',
      heartbeat: async () => 'accepted',
    },
    scheduler: { arm: async () => undefined, disarm: async () => undefined },
  };
}

/** A lease with a chosen offer, a new one each time. */
async function addChosenLease(): Promise<object> {
  const id = aLeaseId(now === at('12:01') ? 'a' : 'b');
  const lease = aRequestedLease({ id });
  await database.leases.create(lease);
  const takePass = freePass;
  const { offers } = await createVastai({ baseUrl: marketUrl, keys, takePass }).search();
  const [offer] = offers;
  if (offer === undefined) throw new Error('the market has no offer');
  const chosen = chooseOffer(lease, { offer, reason: 'the cheapest' }, now);
  await database.leases.commit({ ...chosen, version: lease.version + 1 });
  return { leaseId: id, generation: 1, isHeld: () => true };
}

async function addFreeze(): Promise<object> {
  const placing = { landedBy: now, by: aConsumer, why: 'a test' };
  const freeze = placeFreeze(null, { scope: { kind: 'all' }, ...placing }, now);
  if (freeze !== null) await createFreezeStore(database.tables.leases).commit(freeze);
  return {};
}

type Run = (input: never) => Promise<unknown>;
const FUNCTIONS: readonly (readonly [string, Factory<Run>, () => Promise<object>])[] = [
  ['the sweep', sweepProvider, async () => ({ provider, unlessIdle: false })],
  ['the refresh of the menu', refreshOffers, async () => ({ provider })],
  ['the reconciliation', reconcileCharges, async () => ({ provider })],
  ['a round of the freezes', advanceFreezes, addFreeze],
  ['a launch', launchInstance, addChosenLease],
];

describe.each(FUNCTIONS)('%s', (_name, factory, prepare) => {
  it('uses a new key within a minute after the old one was refused', async () => {
    const secrets = ['the-old-key', 'the-new-key'].map((SecretString) => ok({ SecretString }));
    await using wire = await startAwsWire(...secrets);
    const run = factory(aRuntime(wire.endpoint));
    const statuses = async (): Promise<ReadonlySet<number>> => {
      const input = await prepare();
      const before = market.requests().length;
      await run(input as never).catch(() => undefined);
      return new Set(
        market
          .requests()
          .slice(before)
          .map(({ status }) => status),
      );
    };
    const refused = await statuses();
    expect(refused.size).toBeGreaterThan(0);
    expect([...refused].every((status) => status >= 400)).toBe(true);
    now = after(now, policy.keys.minReadInterval);
    const accepted = await statuses();
    expect(accepted).toEqual(new Set([200]));
    expect(wire.calls).toHaveLength(2);
  });
});
