// The table of marketplaces: one row says everything that is named after a provider. Variables,
// secrets, schedules, alarms and choices follow from it; no other file of code names a provider.

import * as z from 'zod/mini';
import { Failure } from './failure.ts';

export type ProviderRow = {
  /** Its name for people, as on its invoices. */
  readonly title: string;
  /** What opens its API: each field with the environment variable that holds it. */
  readonly keys: Readonly<Record<string, string>>;
  /** Where its API is, without a slash at the end, and the variable that overrides it. */
  readonly baseUrl: { readonly default: string; readonly variable: string };
  /** Names the one secret that holds all its keys: `secretVariable` follows from it. */
  readonly secretName: string;
  /** Whether its API reports charges; if not, there is nothing to reconcile with. */
  readonly charges: boolean;
};

/** By name: 2 to 20 letters of a-z, which begin offer ids, folders and schedules. */
export const PROVIDERS = {
  vastai: {
    title: 'Vast.ai',
    keys: { apiKey: 'VAST_API_KEY' },
    baseUrl: { default: 'https://console.vast.ai', variable: 'VAST_BASE_URL' },
    secretName: 'vast-api-key',
    charges: true,
  },
} as const satisfies Readonly<Record<string, ProviderRow>>;

/** Object.keys, with the type that it forgets. */
const namesOf = <Name extends string>(table: Readonly<Record<Name, unknown>>): readonly Name[] =>
  Object.keys(table) as Name[];

const names = namesOf(PROVIDERS);
export const ProviderName = z.enum(names, `must be one of: ${names.join(', ')}`);
export type ProviderName = z.infer<typeof ProviderName>;

/** The value of each key field of a provider. */
export type ProviderKeys<Name extends ProviderName> = {
  readonly [Field in keyof (typeof PROVIDERS)[Name]['keys']]: string;
};

/** How a process reaches a provider. */
export type ProviderAccess<Name extends ProviderName> = {
  readonly baseUrl: string;
  readonly keys: ProviderKeys<Name>;
};

/** The providers that a process holds keys of. */
export type Providers = { readonly [Name in ProviderName]?: ProviderAccess<Name> };

/** The row of a provider, as code for any provider sees it. */
export const rowOf = (name: ProviderName): ProviderRow => PROVIDERS[name];

/** The keys of one provider, parsed: every field of its row, and each a text. */
export const keysOf = <Name extends ProviderName>(name: Name) =>
  z.custom<ProviderKeys<Name>>((keys) => {
    const fields = Object.keys(rowOf(name).keys);
    return z.object(Object.fromEntries(fields.map((field) => [field, z.string()]))).safeParse(keys)
      .success;
  });

/** The providers that a process holds keys of, by name. */
export const configuredIn = (providers: Providers): readonly ProviderName[] =>
  ProviderName.options.filter((name) => providers[name] !== undefined);

/** Those of them whose API reports charges. */
export const reportingCharges = (names: readonly ProviderName[]): readonly ProviderName[] =>
  names.filter((name) => rowOf(name).charges);

/** The variable that says which secret holds a provider's keys, such as `X_API_KEY_SECRET_ARN`. */
export const secretVariable = ({ secretName }: ProviderRow): string =>
  `${secretName.replaceAll('-', '_').toUpperCase()}_SECRET_ARN`;

/** The variables that hold these key fields; none unless every field of the row is there. */
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

/** The provider asked for; without one, the only choice. Throws BadRequest, naming the choices. */
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
