// The account of a provider that a key belongs to. What a provider says under a key of another
// account, such as an empty listing or "not found", says nothing about an instance.

import * as z from 'zod/mini';

export const ProviderAccount = z.object({
  /** The fingerprint of the key: it stands for the account where the provider reports no id. */
  key: z.string(),
  /** The provider's id of the account; null where it does not report one. */
  id: z.nullable(z.string()),
});
export type ProviderAccount = z.infer<typeof ProviderAccount>;

/**
 * Whether both keys belong to one account: by its id where the provider reports it for both, else
 * only when the key is the same.
 */
export const isSameAccount = (one: ProviderAccount, other: ProviderAccount): boolean =>
  one.id !== null && other.id !== null ? one.id === other.id : one.key === other.key;

/** The first of these keys that is the account's own; null when none is. */
export const withSameKey = <Keyed extends { readonly key: string }>(
  keys: readonly (Keyed | null)[],
  account: ProviderAccount | null,
): Keyed | null => keys.find((each) => each !== null && each.key === account?.key) ?? null;

export const accountInWords = ({ key, id }: ProviderAccount): string =>
  id === null ? `the account of key ${key}` : `account ${id}`;
