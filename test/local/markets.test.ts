// The door to simulated markets, the same for every provider of the table: each has a simulator
// that opens with its keys, serves, and can be asked what is true.

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

  it('has a simulator that serves and has a back door', async () => {
    const createSimulator = await simulatorOf(name);
    const market = createSimulator({ keys, now: () => Date.UTC(2026, 10, 21, 12) });
    onTestFinished(() => market.close());
    const url = await market.listen();
    const seen = await fetch(`${url}/_sim/instances`);
    expect([seen.status, await seen.json()]).toEqual([200, []]);
    const id = market.addForeignInstance('somebody-else');
    expect(market.instances()).toMatchObject([{ id, label: 'somebody-else', alive: true }]);
    market.vanish(id);
    expect(market.instances()).toMatchObject([{ id, alive: false }]);
  });

  it('has a key of its own for each field', () => {
    expect(keysOf(name).safeParse(keys).success).toBe(true);
    expect(new Set(Object.values(keys)).size).toBe(Object.keys(rowOf(name).keys).length);
  });

  it('is reached by the variables of its row', () => {
    const variables = accessVariables(name, { baseUrl: 'http://127.0.0.1:1', keys });
    const config = readConfig({ GPU_SHOPPER_DEPLOYMENT_ID: 'test', ...variables });
    expect(config.providers).toEqual({ [name]: { baseUrl: 'http://127.0.0.1:1', keys } });
  });

  it('is real when the environment has any of its keys', () => {
    const [variable = ''] = Object.values(rowOf(name).keys);
    expect(realProviders({ [variable]: 'a-key' })).toEqual([name]);
  });
});

it('no market is real without keys, whatever else there is', () => {
  const { variable } = rowOf(firstProvider).baseUrl;
  expect(realProviders({ [variable]: 'https://a.example' })).toEqual([]);
});
