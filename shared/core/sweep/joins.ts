// Keys of one account, where the provider reports no account id: a listing under the present key
// that shows an instance which an earlier key verified proves that both are keys of one account.

import type { ProviderName } from '../base/providers.ts';
import { isHolding, isVerified } from '../instance/attempt.ts';
import { joinKeys, type KnownAccounts } from '../instance/known-accounts.ts';
import type { Lease } from '../lease/lease.ts';
import type { Listed } from './survey.ts';

/** The known accounts with the keys that the listing joins; null when nothing changes. */
export function joinedByListing(
  { instances, accounts, known }: Pick<Listed, 'instances' | 'accounts' | 'known'>,
  provider: ProviderName,
  open: readonly Lease[],
): KnownAccounts | null {
  const [newer] = accounts;
  if (newer === undefined || newer.id !== null) return null;
  const shown = new Set(
    instances.flatMap(({ id, owner, under }) =>
      owner !== null && under === newer.key ? [id] : [],
    ),
  );
  for (const attempt of open.flatMap(({ attempts }) => attempts)) {
    const { account: older, offer } = attempt;
    if (older === null || offer.provider !== provider || !isHolding(attempt)) continue;
    if (!isVerified(attempt) || !shown.has(attempt.instanceId)) continue;
    const joined = joinKeys(known, provider, { older, newer });
    if (joined !== null) return joined;
  }
  return null;
}
