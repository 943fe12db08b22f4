// Which providers this deployment may speak to. Keys stay inside the adapters made here.

import { Failure } from '../../core/base/failure.ts';
import { ProviderName } from '../../core/base/providers.ts';
import type { Provider, ProviderCard } from '../../ports/provider.ts';
import type { HttpOptions } from './http.ts';
import { card as vastaiCard } from './vastai/card.ts';
import { createVastai } from './vastai/vastai.ts';

export type ProviderAccess = Pick<HttpOptions, 'baseUrl' | 'apiKey'>;

export type RegistryOptions = Pick<HttpOptions, 'pause'> & {
  readonly access: { readonly [Name in ProviderName]?: ProviderAccess };
};

export type Registry = {
  /** The provider of that name. Throws BadConfig when this deployment has no access to it. */
  readonly providerNamed: (name: ProviderName) => Provider;
};

/** What each provider's words mean; nobody needs a key to read it. */
export const cards: Readonly<Record<ProviderName, ProviderCard>> = { vastai: vastaiCard };

const factories: Readonly<Record<ProviderName, (options: HttpOptions) => Provider>> = {
  vastai: createVastai,
};

const bad = (field: string, rule: string): Failure =>
  new Failure('BadConfig', `${field} ${rule}`, { field });

function checkAccess(name: ProviderName, access: ProviderAccess): void {
  if (!URL.canParse(access.baseUrl) || access.baseUrl.endsWith('/')) {
    throw bad(`${name}.baseUrl`, 'must be a URL without a slash at the end');
  }
  // Anything else can't travel in a header; the value itself is never shown.
  if (!/^[!-~]+$/.test(access.apiKey)) throw bad(`${name}.apiKey`, 'must be a key, without spaces');
}

/** Builds every provider there is access to. Throws BadConfig naming what is missing or wrong. */
export function createRegistry(options: RegistryOptions): Registry {
  const { pause, access } = options;
  const providers = new Map<ProviderName, Provider>();
  for (const name of ProviderName.options) {
    const given = access[name];
    if (given === undefined) continue;
    checkAccess(name, given);
    providers.set(name, factories[name]({ ...given, pause }));
  }
  if (providers.size === 0) throw bad('providers', 'must name at least one provider');
  return {
    providerNamed: (name) => {
      const provider = providers.get(name);
      if (provider === undefined) throw bad(name, 'has no baseUrl and apiKey in this deployment');
      return provider;
    },
  };
}
