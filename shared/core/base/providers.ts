// The table of providers: one row defines everything that is named after a provider. Variables,
// secrets, schedules, alarms and choices are derived from it; no other code names a provider.

import * as z from 'zod/mini';
import { Failure } from './failure.ts';

export type ProviderRow = {
  /** The display name, as on invoices. */
  readonly title: string;
  /** The API keys: each field, and the environment variable with its value. */
  readonly keys: Readonly<Record<string, string>>;
  /** The base URL of the API, without a trailing slash, and the variable that overrides it. */
  readonly baseUrl: { readonly default: string; readonly variable: string };
  /** The name of the secret with all its keys; `secretVariable` is derived from it. */
  readonly secretName: string;
  /** Whether its API reports charges; without them there is no reconciliation. */
  readonly charges: boolean;
};

/** By name: 2 to 20 letters of a-z, the prefix of offer ids, folders and schedules. */
export const PROVIDERS = {
  vastai: {
    title: 'Vast.ai',
    keys: { apiKey: 'VAST_API_KEY' },
    baseUrl: { default: 'https://console.vast.ai', variable: 'VAST_BASE_URL' },
    secretName: 'vast-api-key',
    charges: true,
  },
} as const satisfies Readonly<Record<string, ProviderRow>>;

/** Object.keys with typed names. */
const namesOf = <Name extends string>(table: Readonly<Record<Name, unknown>>): readonly Name[] =>
  Object.keys(table) as Name[];

const names = namesOf(PROVIDERS);
export const ProviderName = z.enum(names, `must be one of: ${names.join(', ')}`);
export type ProviderName = z.infer<typeof ProviderName>;

/** The value of each key field of a provider. */
export type ProviderKeys<Name extends ProviderName> = {
  readonly [Field in keyof (typeof PROVIDERS)[Name]['keys']]: string;
};

/** How a process accesses a provider. */
export type ProviderAccess<Name extends ProviderName> = {
  readonly baseUrl: string;
  readonly keys: ProviderKeys<Name>;
  /** The keys in use before, which may belong to another account. */
  readonly previousKeys?: ProviderKeys<Name>;
};

/** The providers that a process has keys for. */
export type Providers = { readonly [Name in ProviderName]?: ProviderAccess<Name> };

/** The row of a provider. */
export const rowOf = (name: ProviderName): ProviderRow => PROVIDERS[name];

/** The schema of one provider's keys: every field of its row, each a string. */
export const keysOf = <Name extends ProviderName>(name: Name) =>
  z.custom<ProviderKeys<Name>>((keys) => {
    const fields = Object.keys(rowOf(name).keys);
    return z.object(Object.fromEntries(fields.map((field) => [field, z.string()]))).safeParse(keys)
      .success;
  });

/** The names of the providers that a process has keys for. */
export const configuredIn = (providers: Providers): readonly ProviderName[] =>
  ProviderName.options.filter((name) => providers[name] !== undefined);

/** The providers whose API reports charges. */
export const reportingCharges = (names: readonly ProviderName[]): readonly ProviderName[] =>
  names.filter((name) => rowOf(name).charges);

/**
 * The variable with the ARN of the secret that holds a provider's keys, such as
 * `X_API_KEY_SECRET_ARN`.
 */
export const secretVariable = ({ secretName }: ProviderRow): string =>
  `${secretName.replaceAll('-', '_').toUpperCase()}_SECRET_ARN`;

/** The variable with the value that a variable had before. */
export const previousVariable = (variable: string): string => `${variable}_PREVIOUS`;

/** The variables for these key fields; empty unless every field of the row is present. */
export function keyVariables(
  { keys }: ProviderRow,
  values: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const found = Object.entries(keys).flatMap(([field, variable]) => {
    const value = values[field];
    return value === undefined ? [] : [[variable, value] as const];
  });
  return found.length === Object.keys(keys).length ? Object.fromEntries(found) : {};
}

/**
 * The requested provider; without a request, the only choice. Throws BadRequest with the choices.
 */
export function chooseProvider<Name extends string>(
  choices: readonly Name[],
  asked: Name | undefined,
): Name {
  const found = asked === undefined ? choices : choices.filter((name) => name === asked);
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  const rule =
    choices.length === 0 ? 'no provider is configured' : `must be one of: ${choices.join(', ')}`;
  throw new Failure('BadRequest', `provider: ${rule}`, { field: 'provider' });
}
