// The Vast.ai adapter: the provider port on its HTTP API. It has no state and no business rules.
// The gates of the limits, not this adapter, space its calls.

import type { Provider } from '../../../ports/provider.ts';
import { type AdapterOptions, createHttp } from '../http.ts';
import type { Api } from './call.ts';
import { card } from './card.ts';
import { create } from './create.ts';
import { troubleOf } from './errors.ts';
import { attachKey, destroyInstance, getInstance, listInstances } from './instances.ts';
import { listCharges, readAccount, readBalance } from './money.ts';
import { search } from './search.ts';

/** The provider port of one Vast.ai account. */
export function createVastai(options: AdapterOptions<'vastai'>): Provider {
  const { keys, onRefusedKey, ...rest } = options;
  const { baseUrl } = rest;
  const { send } = createHttp({ ...rest, apiKey: keys.apiKey });
  const api: Api = {
    baseUrl,
    async send(request) {
      const answer = await send(request);
      if (troubleOf(answer)?.kind === 'unauthorised') onRefusedKey?.();
      return answer;
    },
  };
  return {
    card,
    account: () => readAccount(api),
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
