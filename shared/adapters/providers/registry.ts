// The providers that this deployment can call: each has its adapter and its card here.
// Keys stay inside the adapters.

import { Failure } from '../../core/base/failure.ts';
import {
  configuredIn,
  type ProviderAccess,
  type ProviderName,
  type Providers,
  rowOf,
} from '../../core/base/providers.ts';
import type { CallClass, ProviderCard } from '../../core/instance/card.ts';
import type { Passes } from '../../ports/passes.ts';
import type { KeyedProvider, Provider } from '../../ports/provider.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { AdapterOptions } from './http.ts';
import { card as vastai } from './vastai/card.ts';
import { createVastai } from './vastai/vastai.ts';

/** Apart from the adapters, so that a bundle that needs times alone holds no adapter. */
const CARDS: Readonly<Record<ProviderName, ProviderCard>> = { vastai };

type Adapters = {
  readonly [Name in ProviderName]: (options: AdapterOptions<Name>) => Provider;
};

const ADAPTERS: Adapters = { vastai: createVastai };

export type RegistryOptions = Pick<AdapterOptions<ProviderName>, 'onRefusedKey'> & {
  readonly access: Providers;
  readonly passes: Passes;
};

export type Registry = {
  /** Returns the provider. Throws BadConfig when this deployment has no keys for it. */
  readonly providerNamed: (name: ProviderName) => KeyedProvider;
};

/** The card of a provider, which needs no key. */
export const cardOf = (name: ProviderName): ProviderCard => CARDS[name];

type Bad = (field: string, rule: string) => Failure;

type Checked = { readonly baseUrl: string; readonly keys: Readonly<Record<string, string>> };

function checkAccess(name: ProviderName, access: Checked, bad: Bad): void {
  if (!URL.canParse(access.baseUrl) || access.baseUrl.endsWith('/')) {
    throw bad(`${name}.baseUrl`, 'must be a URL without a trailing slash');
  }
  // Only these characters are valid in a header. The error never quotes the key.
  for (const [field, key] of Object.entries(access.keys)) {
    if (!/^[!-~]+$/.test(key))
      throw bad(`${name}.${field}`, 'must be a key of printable ASCII characters without spaces');
  }
}

/** Creates all providers with keys. Throws BadConfig with the missing or invalid field. */
export function createRegistry(options: RegistryOptions): Registry {
  const { access, passes, ...shared } = options;
  /** A missing or invalid key counts as refused: the secret may hold another one by now. */
  const bad: Bad = (field, rule) => {
    options.onRefusedKey?.();
    return new Failure('BadConfig', `${field} ${rule}`, { field });
  };
  const providers = new Map<ProviderName, KeyedProvider>();
  const keyed = <Name extends ProviderName>(
    name: Name,
    given: ProviderAccess<Name>,
    previous: KeyedProvider | null,
  ): KeyedProvider => {
    checkAccess(name, given, bad);
    const takePass = (callClass: CallClass) => passes.take(name, callClass);
    const provider = ADAPTERS[name]({ ...given, ...shared, takePass });
    return { ...provider, key: fingerprintOf(given.keys), previous };
  };
  const add = <Name extends ProviderName>(name: Name): void => {
    const given = access[name];
    if (given === undefined) return;
    const { previousKeys: keys } = given;
    const previous = keys === undefined ? null : keyed(name, { ...given, keys }, null);
    providers.set(name, keyed(name, given, previous));
  };
  for (const name of configuredIn(access)) add(name);
  if (providers.size === 0) throw bad('providers', 'must have the keys of at least one provider');
  return {
    providerNamed: (name) => {
      const provider = providers.get(name);
      if (provider !== undefined) return provider;
      const keys = Object.values(rowOf(name).keys).join(' and ');
      throw bad(name, `has no keys in this deployment: set ${keys}`);
    },
  };
}
