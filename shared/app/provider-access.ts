// What variables say about providers, by the table of providers: addresses, keys, and which secret
// holds the keys of a deployed function.

import * as z from 'zod/mini';
import {
  configuredIn,
  keysOf,
  type ProviderAccess,
  ProviderName,
  type ProviderRow,
  type Providers,
  previousVariable,
  rowOf,
  secretVariable,
} from '../core/base/providers.ts';
import { parseVariables, refuse, text, url, type Variables } from './variables.ts';

const schemaOf = (row: ProviderRow) =>
  z.object({
    ...Object.fromEntries(
      Object.values(row.keys)
        .flatMap((variable) => [variable, previousVariable(variable)])
        .map((variable) => [variable, z.optional(text)]),
    ),
    [row.baseUrl.variable]: z._default(url, row.baseUrl.default),
  });

/** Address and key fields of a row; null when none of its keys is there. Throws BadConfig. */
export function readAccess(row: ProviderRow, source: Variables) {
  const variables = parseVariables(schemaOf(row), source);
  const fields = Object.entries(row.keys);
  const missing = fields.filter(([, variable]) => variables[variable] === undefined);
  if (missing.length === fields.length) return null;
  const [first] = missing;
  if (first !== undefined) {
    const all = Object.values(row.keys).join(' and ');
    return refuse(first[1], `is missing: ${row.title} needs ${all}`);
  }
  const previous = fields.map(
    ([field, variable]) => [field, variables[previousVariable(variable)]] as const,
  );
  return {
    baseUrl: variables[row.baseUrl.variable] ?? row.baseUrl.default,
    keys: Object.fromEntries(fields.map(([field, variable]) => [field, variables[variable]])),
    ...(previous.every(([, value]) => value !== undefined) && {
      previousKeys: Object.fromEntries(previous),
    }),
  };
}

function accessTo<Name extends ProviderName>(
  name: Name,
  source: Variables,
): ProviderAccess<Name> | null {
  const access = readAccess(rowOf(name), source);
  if (access === null) return null;
  const { baseUrl, keys, previousKeys } = access;
  const schema = keysOf(name);
  return {
    baseUrl,
    keys: schema.parse(keys),
    ...(previousKeys !== undefined && { previousKeys: schema.parse(previousKeys) }),
  };
}

/** How to reach each provider whose keys are in `source`. Throws BadConfig. */
export function providersIn(source: Variables): Providers {
  let found: Providers = {};
  for (const name of ProviderName.options) {
    const access = accessTo(name, source);
    if (access !== null) found = { ...found, [name]: access };
  }
  return found;
}

/** The providers in use: those that are named, or those there are keys of, or else all. */
export function enabledProviders(
  named: readonly ProviderName[] | undefined,
  providers: Providers,
): readonly ProviderName[] {
  if (named !== undefined) return named;
  const configured = configuredIn(providers);
  return configured.length === 0 ? ProviderName.options : configured;
}

/** The ARNs of secrets in `source`, each with the provider whose keys it holds. */
export const providerSecretsIn = (source: Variables): ReadonlyMap<ProviderName, string> =>
  new Map(
    ProviderName.options.flatMap((name) => {
      const arn = source[secretVariable(rowOf(name))];
      return arn === undefined ? [] : [[name, arn] as const];
    }),
  );
