// A deployed function that lives long, as its parts compose it: it gets its keys from Secrets
// Manager, takes a new one without a deploy, and has one client of each service all the while.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readConfig } from '../../../shared/app/config.ts';
import { leases, providers, signer, withKeys } from '../../../shared/app/parts.ts';
import { once, type Runtime } from '../../../shared/app/runtime.ts';
import { policy } from '../../../shared/core/base/policy/policy.ts';
import { PROVIDERS, secretVariable } from '../../../shared/core/base/providers.ts';
import { after } from '../../../shared/core/base/time.ts';
import { aLeaseId, at } from '../../support/builders/base.ts';
import { ok, startAwsWire } from '../adapters/aws-wire.ts';

/** One whose secret is its only key, as it is. */
const provider = 'vastai';

beforeEach(() => {
  vi.stubEnv('GPU_SHOPPER_DEPLOYMENT_ID', 'test');
  vi.stubEnv(secretVariable(PROVIDERS[provider]), 'arn:provider');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDTEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test-key');
});
afterEach(() => void vi.unstubAllEnvs());

let now = at('12:00');
function aRuntime(endpoint: string): Runtime {
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
  return {
    config: readConfig(),
    clock: { now: () => now },
    log: () => undefined,
    count: () => undefined,
    pause: async () => undefined,
    endAfter: (_budget, work) => work(),
    every: () => () => undefined,
  };
}

/** A use case that calls the database, and tells which provider's client it would call. */
const lookingUp = (keyed: Runtime) => async () => {
  await once(keyed, leases).get(aLeaseId());
  return { key: keyed.config.providers[provider]?.keys.apiKey, client: providers(keyed)(provider) };
};

it('a key put in after the deploy is taken, and the provider’s client made again', async () => {
  const holding = (SecretString: string) => ok({ SecretString });
  await using wire = await startAwsWire(holding('a'), ok(), ok(), holding('b'), ok());
  const runtime = aRuntime(wire.endpoint);
  const run = withKeys(runtime, lookingUp);
  const first = await run(null);
  const second = await run(null);
  now = after(now, policy.keys.maxAge);
  const third = await run(null);
  expect([first.key, second.key, third.key]).toEqual(['a', 'a', 'b']);
  expect(second.client).toBe(first.client);
  expect(third.client).not.toBe(first.client);
});

it('a valid key is used a minute after an invalid one was found', async () => {
  const [invalid, valid] = ['two words', 'a-key'].map((SecretString) => ok({ SecretString }));
  await using wire = await startAwsWire(invalid ?? ok(), valid ?? ok());
  const run = withKeys(aRuntime(wire.endpoint), (keyed) => async () => providers(keyed)(provider));
  await expect(run(null)).rejects.toHaveProperty('name', 'BadConfig');
  now = after(now, policy.keys.minReadInterval);
  expect(await run(null)).toHaveProperty('card');
});

it('use cases with and without keys share one connection to each service', async () => {
  await using wire = await startAwsWire(ok({ SecretString: 'a' }));
  const runtime = aRuntime(wire.endpoint);
  await withKeys(runtime, lookingUp)(null);
  await withKeys(runtime, (keyed) => lookingUp(keyed))(null);
  await once(runtime, leases).get(aLeaseId());
  const targets = wire.calls.map(({ target }) => target?.split('.')[1]);
  expect(targets).toEqual(['GetSecretValue', 'GetItem', 'GetItem', 'GetItem']);
  expect(wire.connections()).toBe(2);
});

it('tags and tokens of the previous tag key stay valid after a new one is put in', async () => {
  vi.stubEnv('GPU_SHOPPER_TAG_KEY_SECRET_ARN', 'arn:tag-key');
  const [one, two] = ['1a'.repeat(32), '2b'.repeat(32)];
  const rotated = JSON.stringify({ current: two, previous: one });
  vi.stubEnv(secretVariable(PROVIDERS[provider]), undefined);
  await using wire = await startAwsWire(ok({ SecretString: one }), ok({ SecretString: rotated }));
  const run = withKeys(aRuntime(wire.endpoint), (keyed) => async () => once(keyed, signer));
  const before = await run(null);
  const mac = before.mac('a tag');
  now = after(now, policy.keys.maxAge);
  const renewed = await run(null);
  expect(renewed.verify('a tag', mac)).toBe(true);
  expect(renewed.mac('a tag')).not.toBe(mac);
  expect(before.verify('a tag', renewed.mac('a tag'))).toBe(false);
});

it('the previous key of a provider stays in use beside the new one', async () => {
  const rotated = JSON.stringify({ current: 'b', previous: 'a' });
  await using wire = await startAwsWire(ok({ SecretString: 'a' }), ok({ SecretString: rotated }));
  const run = withKeys(aRuntime(wire.endpoint), (keyed) => async () => providers(keyed)(provider));
  const before = await run(null);
  expect(before.previous).toBeNull();
  now = after(now, policy.keys.maxAge);
  const renewed = await run(null);
  expect(renewed.key).not.toBe(before.key);
  expect(renewed.previous?.key).toBe(before.key);
  expect(before.key).toMatch(/^key-[0-9a-f]{16}$/);
});
