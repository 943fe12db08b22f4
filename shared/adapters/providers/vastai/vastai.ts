// The Vast.ai adapter: the provider port over its HTTP API. It keeps no state and no rules of ours;
// spacing between calls of different processes is kept by shared gates, not here.

import type { Provider } from '../../../ports/provider.ts';
import { type AdapterOptions, createHttp } from '../http.ts';
import type { Api } from './call.ts';
import { card } from './card.ts';
import { create } from './create.ts';
import { attachKey, destroyInstance, getInstance, listInstances } from './instances.ts';
import { listCharges, readBalance } from './money.ts';
import { search } from './search.ts';

/** The provider port for one account of Vast.ai. */
export function createVastai(options: AdapterOptions<'vastai'>): Provider {
  const { keys, ...rest } = options;
  const { baseUrl, pause } = rest;
  const api: Api = { ...createHttp({ ...rest, apiKey: keys.apiKey }), baseUrl, pause };
  return {
    card,
    search: () => search(api),
    create: (tag, offer, spec) => create(api, offer, { tag, spec }),
    attachKey: (id, publicKey) => attachKey(api, id, publicKey),
    get: (id) => getInstance(api, id),
    list: () => listInstances(api),
    destroy: (id) => destroyInstance(api, id),
    charges: (from, to) => listCharges(api, from, to),
    balance: () => readBalance(api),
  };
}
