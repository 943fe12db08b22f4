// Add provider account: an operator confirms that this deployment uses another account of a
// provider. Until then, nothing is created under a key of that account.

import { type Caller, mustBeOperator } from '../../core/base/caller.ts';
import { Failure } from '../../core/base/failure.ts';
import { policy } from '../../core/base/policy/policy.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import { addAccount, type KnownAccounts } from '../../core/instance/known-accounts.ts';
import type { ProviderAccountStore } from '../../ports/provider-account-store.ts';

export type AddAccountPorts = { readonly providerAccounts: ProviderAccountStore };

export type AddAccountInput = {
  readonly caller: Caller;
  readonly provider: ProviderName;
  readonly account: string;
  readonly why: string;
};

/**
 * Adds the account, with the operator and the reason. Safe to repeat. Throws Forbidden, StoreDown,
 * Conflict.
 */
export function createAddProviderAccount({ providerAccounts }: AddAccountPorts) {
  return async ({ caller, provider, account, why }: AddAccountInput): Promise<KnownAccounts> => {
    mustBeOperator(caller);
    for (let attempt = 1; attempt <= policy.commit.attempts; attempt += 1) {
      const known = await providerAccounts.get(provider);
      const next = addAccount(known, provider, { account, by: caller.consumer, why });
      if (next === null && known !== null) return known;
      if (next !== null && (await providerAccounts.commit(next)) === 'committed') return next;
    }
    throw new Failure('Conflict', `version conflict: the accounts of ${provider} changed`);
  };
}
