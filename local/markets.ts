// The door to the simulated markets: each is found by its provider's name, so that nobody who comes
// through here names one. Real markets are those whose keys are in the environment.

import { invariant } from '../shared/core/base/invariant.ts';
import { keyVariables, ProviderName, rowOf } from '../shared/core/base/providers.ts';
import type { Keys } from './simulators/kit/keys.ts';
import type { CreateSimulator } from './simulators/kit/simulator.ts';

const [first] = ProviderName.options;
invariant(first !== undefined, 'the table of providers has no row');

/** For what needs one provider, whichever it is. */
export const firstProvider: ProviderName = first;

/** What makes the provider's simulator in this process. */
export async function simulatorOf(name: ProviderName): Promise<CreateSimulator> {
  const { href } = new URL(`./simulators/${name}/simulator.ts`, import.meta.url);
  const module: { createSimulator: CreateSimulator } = await import(href);
  return module.createSimulator;
}

/** What runs the provider's simulator as a process of its own. */
export const simulatorProgram = (name: ProviderName): URL =>
  new URL(`./simulators/${name}/main.ts`, import.meta.url);

/** Keys for the provider's simulator: each of its fields has a value of its own. */
export const simulatedKeys = (name: ProviderName, secret: string): Keys =>
  Object.fromEntries(Object.keys(rowOf(name).keys).map((field) => [field, `${field}-${secret}`]));

/** The variables by which a service reaches a provider. */
export const accessVariables = (
  name: ProviderName,
  { baseUrl, keys }: { readonly baseUrl: string; readonly keys: Keys },
): Readonly<Record<string, string>> => ({
  ...keyVariables(rowOf(name), keys),
  [rowOf(name).baseUrl.variable]: baseUrl,
});

/** The providers of which the environment holds a key. */
export const realProviders = (
  env: Readonly<Record<string, string | undefined>>,
): readonly ProviderName[] =>
  ProviderName.options.filter((name) =>
    Object.values(rowOf(name).keys).some((variable) => env[variable] !== undefined),
  );
