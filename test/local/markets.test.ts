// The simulated market of every provider in the table: its simulator starts with the provider's
// keys, serves, and lists its instances.

import { describe, expect, it, onTestFinished } from 'vitest';
import {
  accessVariables,
  firstProvider,
  realProviders,
  simulatedKeys,
  simulatorOf,
} from '../../local/markets.ts';
import { readConfig } from '../../shared/app/config.ts';
import { keysOf, ProviderName, rowOf } from '../../shared/core/base/providers.ts';

describe.each(ProviderName.options)('the market of %s', (name) => {
  const keys = simulatedKeys(name, 'of-the-test');

  it('has a simulator that serves and has control routes', async () => {
    const createSimulator = await simulatorOf(name);
    const market = createSimulator({ keys, now: () => Date.UTC(2026, 10, 21, 12) });
    onTestFinished(() => market.close());
    const url = await market.listen();
    const reply = await fetch(`${url}/_sim/instances`);
    expect([reply.status, await reply.json()]).toEqual([200, []]);
    const id = market.addForeignInstance('somebody-else');
    expect(market.instances()).toMatchObject([{ id, label: 'somebody-else', alive: true }]);
    market.vanish(id);
    expect(market.instances()).toMatchObject([{ id, alive: false }]);
  });

  it('has a different key for each field', () => {
    expect(keysOf(name).safeParse(keys).success).toBe(true);
    expect(new Set(Object.values(keys)).size).toBe(Object.keys(rowOf(name).keys).length);
  });

  it('is configured by the variables of its row', () => {
    const variables = accessVariables(name, { baseUrl: 'http://127.0.0.1:1', keys });
    const config = readConfig({ GPU_SHOPPER_DEPLOYMENT_ID: 'test', ...variables });
    expect(config.providers).toEqual({ [name]: { baseUrl: 'http://127.0.0.1:1', keys } });
  });

  it('is real when the environment has any of its keys', () => {
    const [variable = ''] = Object.values(rowOf(name).keys);
    expect(realProviders({ [variable]: 'a-key' })).toEqual([name]);
  });
});

it('no provider is real without keys, also with a base URL in the environment', () => {
  const { variable } = rowOf(firstProvider).baseUrl;
  expect(realProviders({ [variable]: 'https://a.example' })).toEqual([]);
});
