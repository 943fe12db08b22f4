// Complete listings: the only thing that proves an instance absent. A listing counts only for
// attempts of the account that it was made under.

import { Failure } from '../../core/base/failure.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import { earliest } from '../../core/base/time.ts';
import type { Attempt } from '../../core/instance/attempt.ts';
import type { Instance } from '../../core/instance/instance.ts';
import {
  accountOfKey,
  isKnown,
  type KnownAccounts,
  vouchesFor,
} from '../../core/instance/known-accounts.ts';
import {
  accountInWords,
  isSameAccount,
  type ProviderAccount,
} from '../../core/instance/provider-account.ts';
import { type Listing, type Row, readRows, type TagReader } from '../../core/instance/sighting.ts';
import type { Clock } from '../../ports/clock.ts';
import type { KeyedProvider } from '../../ports/provider.ts';
import type { ProviderAccountStore } from '../../ports/provider-account-store.ts';

export type Providers = (name: ProviderName) => KeyedProvider;

/** What is needed to list instances, to read their tags, and to know whose account it was. */
export type Sight = TagReader & {
  readonly providers: Providers;
  readonly providerAccounts: ProviderAccountStore;
  readonly clock: Clock;
};

/**
 * The account of the provider's key, asked now; when it can't be read, as it was before. Throws
 * what account throws when it never was.
 */
export async function askAccount(
  provider: KeyedProvider,
  known: KnownAccounts | null,
): Promise<ProviderAccount> {
  const { key } = provider;
  const [asked] = await Promise.allSettled([provider.account()]);
  if (asked.status === 'fulfilled') return { key, id: asked.value };
  const before = accountOfKey(known, key);
  if (before === null) throw asked.reason;
  return before;
}

/** A key of a provider, and the account that it belongs to. */
export type AccountKey = {
  readonly provider: KeyedProvider;
  readonly account: ProviderAccount;
};

type Held = Pick<Attempt, 'offer' | 'account'>;
type AccountPorts = Pick<Sight, 'providers' | 'providerAccounts'>;

/**
 * The provider under the key whose account the attempt was made under: the present key, else the
 * previous one. Null when neither is. Throws what account throws, StoreDown.
 */
export async function vouchingProvider(
  ports: AccountPorts,
  attempt: Held,
): Promise<KeyedProvider | null> {
  const current = ports.providers(attempt.offer.provider);
  for (const provider of [current, current.previous]) {
    if (provider !== null && (await doesVouch(ports, provider, attempt))) return provider;
  }
  return null;
}

/** Whether the provider's answers are about the attempt. Throws what account throws, StoreDown. */
export async function doesVouch(
  ports: AccountPorts,
  provider: KeyedProvider,
  { offer, account }: Held,
): Promise<boolean> {
  const known = await ports.providerAccounts.get(offer.provider);
  return vouchesFor(known, account, await askAccount(provider, known));
}

/** As `vouchingProvider`. Throws BadReply instead of null: what no key can see is unknown. */
export async function mustVouch(ports: AccountPorts, attempt: Held): Promise<KeyedProvider> {
  const provider = await vouchingProvider(ports, attempt);
  if (provider !== null) return provider;
  const { offer, account } = attempt;
  const made = account === null ? 'an unknown account' : accountInWords(account);
  throw new Failure(
    'BadReply',
    `${offer.provider}: no key belongs to ${made}, which the instance was created under`,
  );
}

/** The keys of the provider that see different accounts, the present one first. */
export async function accountsOf(
  current: KeyedProvider,
  known: KnownAccounts | null,
): Promise<readonly AccountKey[]> {
  const account = await askAccount(current, known);
  const first = { provider: current, account };
  const { previous } = current;
  if (previous === null) return [first];
  const before = await askAccount(previous, known);
  return isSameAccount(before, account)
    ? [first]
    : [first, { provider: previous, account: before }];
}

/**
 * All instances at the provider, under each account that a key is there for. Throws what list and
 * account throw, and BadReply when the present key is of an account that this deployment does not
 * use: its listing says nothing.
 */
export async function listKnown(
  ports: AccountPorts,
  name: ProviderName,
): Promise<readonly Instance[]> {
  const known = await ports.providerAccounts.get(name);
  const keys = await accountsOf(ports.providers(name), known);
  const [present] = keys;
  if (known !== null && present !== undefined && !isKnown(known, present.account)) {
    const whose = accountInWords(present.account);
    throw new Failure('BadReply', `${name}: the key belongs to ${whose}, which is not in use`);
  }
  const instances: Instance[] = [];
  for (const { provider } of keys) instances.push(...(await provider.list()));
  return instances;
}

/**
 * Lists completely where `attempts` were made, once for each account. Throws what list and account
 * throw, StoreDown, and BadReply when no key of an account is there: a failed listing is unknown,
 * never empty.
 */
export async function listAttempts(sight: Sight, attempts: readonly Held[]): Promise<Listing> {
  let listedAt = sight.clock.now();
  const rows: Row[] = [];
  const listed = new Set<string>();
  for (const attempt of attempts) {
    const provider = await mustVouch(sight, attempt);
    const place = `${attempt.offer.provider} ${provider.key}`;
    if (listed.has(place)) continue;
    listed.add(place);
    listedAt = earliest(listedAt, sight.clock.now());
    rows.push(...readRows(await provider.list(), sight));
  }
  return { listedAt, rows };
}
