// The accounts of one provider that this deployment uses. The first one is known by itself; another
// one must be added by an operator, because a key of a wrong account shows none of our instances.
// Where the provider reports no id of the account, a key that was never used before is trusted only
// when it shows an instance that an earlier key verified, or when nothing is held there.

import * as z from 'zod/mini';
import { ConsumerId } from '../base/ids.ts';
import { ProviderName } from '../base/providers.ts';
import { accountInWords, isSameAccount, type ProviderAccount } from './provider-account.ts';

const KnownAccount = z.object({
  /** Null where the provider does not report it. */
  id: z.nullable(z.string()),
  /** Fingerprints of keys that belong to it. */
  keys: z.array(z.string()),
  /** The operator who added it; null when the first key, or a listing, made it known. */
  by: z.nullable(ConsumerId),
  why: z.string(),
});
type KnownAccount = z.infer<typeof KnownAccount>;

export const KnownAccounts = z.object({
  provider: ProviderName,
  version: z.int(),
  accounts: z.array(KnownAccount),
});
export type KnownAccounts = z.infer<typeof KnownAccounts>;

/** How a fingerprint of a key starts; no provider's account id does. */
const FINGERPRINT = 'key-';

const isOf = (known: KnownAccount, { id, key }: ProviderAccount): boolean =>
  id !== null && known.id !== null ? known.id === id : known.keys.includes(key);

/** Whether this deployment uses the account; the first one is not known before its use. */
export const isKnown = (known: KnownAccounts | null, account: ProviderAccount): boolean =>
  known?.accounts.some((each) => isOf(each, account)) === true;

/** The account of a key that was asked for it before; null when it never was. */
export function accountOfKey(known: KnownAccounts | null, key: string): ProviderAccount | null {
  const found = known?.accounts.find(({ keys }) => keys.includes(key));
  return found === undefined ? null : { key, id: found.id };
}

const nextOf = (
  known: KnownAccounts | null,
  provider: ProviderName,
  accounts: readonly KnownAccount[],
): KnownAccounts => ({
  provider,
  version: (known?.version ?? 0) + 1,
  accounts: [...accounts],
});

/** Whether instances may be created under an account. */
export type Admission =
  | { readonly kind: 'known' }
  /** It becomes known by this record, or its key does. */
  | { readonly kind: 'admit'; readonly next: KnownAccounts }
  | { readonly kind: 'refused'; readonly why: string };

export type AccountUse = {
  readonly provider: ProviderName;
  readonly account: ProviderAccount;
  /** Whether open leases hold instances that other keys created. */
  readonly holdsUnderOthers: boolean;
};

/** Decides whether the account of the present key may be used for new instances. */
export function admitAccount(
  known: KnownAccounts | null,
  { provider, account, holdsUnderOthers }: AccountUse,
): Admission {
  const accounts = known?.accounts ?? [];
  const found = accounts.find((each) => isOf(each, account));
  if (found?.keys.includes(account.key) === true) return { kind: 'known' };
  if (found !== undefined) {
    const withKey = { ...found, keys: [...found.keys, account.key] };
    const others = accounts.filter((each) => each !== found);
    return { kind: 'admit', next: nextOf(known, provider, [...others, withKey]) };
  }
  const first = known === null || known.accounts.length === 0;
  if (first || (account.id === null && !holdsUnderOthers)) {
    const why = 'no other account was in use';
    const added = { id: account.id, keys: [account.key], by: null, why };
    return { kind: 'admit', next: nextOf(known, provider, [...accounts, added]) };
  }
  const name = account.id ?? account.key;
  const whose = `the key of ${provider} belongs to ${accountInWords(account)}`;
  const why = `${whose}, which no operator has added: check the key, or add ${name}`;
  return { kind: 'refused', why };
}

export type NewAccount = {
  /** The account's id, or the fingerprint of a key where the provider reports no id. */
  readonly account: string;
  readonly by: ConsumerId;
  readonly why: string;
};

/** An operator adds an account. Null when it is known. */
export function addAccount(
  known: KnownAccounts | null,
  provider: ProviderName,
  { account: name, by, why }: NewAccount,
): KnownAccounts | null {
  const isKey = name.startsWith(FINGERPRINT);
  const added = { id: isKey ? null : name, keys: isKey ? [name] : [], by, why };
  const accounts = known?.accounts ?? [];
  const exists = accounts.some(({ id, keys }) => id === name || keys.includes(name));
  return exists ? null : nextOf(known, provider, [...accounts, added]);
}

/**
 * A listing under `newer` showed an instance that was verified under `older`: both are keys of one
 * account. Null when nothing changes, and where ids are reported, which decide by themselves.
 */
export function joinKeys(
  known: KnownAccounts | null,
  provider: ProviderName,
  { older, newer }: { readonly older: ProviderAccount; readonly newer: ProviderAccount },
): KnownAccounts | null {
  if (older.id !== null || newer.id !== null || isKnown(known, newer)) return null;
  const accounts = known?.accounts ?? [];
  const why = 'a listing under one key shows an instance of the other';
  const alone = { id: null, keys: [older.key], by: null, why };
  const found = accounts.find((each) => isOf(each, older)) ?? alone;
  const joined = { ...found, keys: [...found.keys, newer.key] };
  return nextOf(known, provider, [...accounts.filter((each) => each !== found), joined]);
}

/**
 * Whether what the provider says under `asked` says anything about an instance that was created
 * under `recorded`: both are one account, by their ids or by what is known.
 */
export function vouchesFor(
  known: KnownAccounts | null,
  recorded: ProviderAccount | null,
  asked: ProviderAccount,
): boolean {
  if (recorded === null || isSameAccount(recorded, asked)) return true;
  return known?.accounts.some((each) => isOf(each, recorded) && isOf(each, asked)) === true;
}
