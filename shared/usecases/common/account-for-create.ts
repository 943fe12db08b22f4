// The account under which an instance is created: the one of the present key, when it is known. A
// key of a wrong account would create instances that nobody looks for.

import { policy } from '../../core/base/policy/policy.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import { isClosed } from '../../core/instance/attempt.ts';
import { admitAccount } from '../../core/instance/known-accounts.ts';
import { isSameAccount, type ProviderAccount } from '../../core/instance/provider-account.ts';
import { chosenOffer, type Lease } from '../../core/lease/lease.ts';
import type { LeaseStore } from '../../ports/lease-store.ts';
import type { ProviderAccountStore } from '../../ports/provider-account-store.ts';
import { askAccount, type Providers } from './listing.ts';

export type AccountPorts = {
  readonly leases: LeaseStore;
  readonly providers: Providers;
  readonly providerAccounts: ProviderAccountStore;
};

export type AccountForCreate = ProviderAccount | { readonly refused: string };

/** Whether open leases hold instances that another account, as far as known, created. */
async function holdsUnderOthers(
  { leases }: AccountPorts,
  provider: ProviderName,
  account: ProviderAccount,
): Promise<boolean> {
  const open = await leases.open();
  return open.some(({ attempts }) =>
    attempts.some(
      (attempt) =>
        !isClosed(attempt) &&
        attempt.offer.provider === provider &&
        attempt.account !== null &&
        !isSameAccount(attempt.account, account),
    ),
  );
}

/**
 * The account for the attempt that the lease starts next. The first account that is ever used
 * becomes known by it. Throws what account throws, StoreDown.
 */
export async function accountForCreate(
  ports: AccountPorts,
  lease: Lease,
): Promise<AccountForCreate> {
  const offer = chosenOffer(lease);
  if (offer === null) return { refused: 'the lease has no chosen offer' };
  const { provider } = offer;
  for (let attempt = 1; attempt <= policy.commit.attempts; attempt += 1) {
    const known = await ports.providerAccounts.get(provider);
    const account = await askAccount(ports.providers(provider), known);
    const held = account.id === null && (await holdsUnderOthers(ports, provider, account));
    const admission = admitAccount(known, { provider, account, holdsUnderOthers: held });
    if (admission.kind === 'known') return account;
    if (admission.kind === 'refused') return { refused: admission.why };
    if ((await ports.providerAccounts.commit(admission.next)) === 'committed') return account;
  }
  return { refused: `the accounts of ${provider} changed during every retry` };
}
