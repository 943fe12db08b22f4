// Finds the simulator of a provider by the provider's name, so that no caller imports a simulator.
// A provider is real when its keys are in the environment.

import { invariant } from '../shared/core/base/invariant.ts';
import { keyVariables, ProviderName, rowOf } from '../shared/core/base/providers.ts';
import type { Keys } from './simulators/kit/keys.ts';
import type { CreateSimulator } from './simulators/kit/simulator.ts';

const [first] = ProviderName.options;
invariant(first !== undefined, 'the table of providers has no row');

/** For callers that need any one provider. */
export const firstProvider: ProviderName = first;

/** Loads the factory of the provider's simulator. */
export async function simulatorOf(name: ProviderName): Promise<CreateSimulator> {
  const { href } = new URL(`./simulators/${name}/simulator.ts`, import.meta.url);
  const module: { createSimulator: CreateSimulator } = await import(href);
  return module.createSimulator;
}

/** The program that runs the provider's simulator in its own process. */
export const simulatorProgram = (name: ProviderName): URL =>
  new URL(`./simulators/${name}/main.ts`, import.meta.url);

/** Keys for the provider's simulator, with a different value for each field. */
export const simulatedKeys = (name: ProviderName, secret: string): Keys =>
  Object.fromEntries(Object.keys(rowOf(name).keys).map((field) => [field, `${field}-${secret}`]));

/** The environment variables that a service needs to call the provider. */
export const accessVariables = (
  name: ProviderName,
  { baseUrl, keys }: { readonly baseUrl: string; readonly keys: Keys },
): Readonly<Record<string, string>> => ({
  ...keyVariables(rowOf(name), keys),
  [rowOf(name).baseUrl.variable]: baseUrl,
});

/** The providers with at least one key in the environment. */
export const realProviders = (
  env: Readonly<Record<string, string | undefined>>,
): readonly ProviderName[] =>
  ProviderName.options.filter((name) =>
    Object.values(rowOf(name).keys).some((variable) => env[variable] !== undefined),
  );
