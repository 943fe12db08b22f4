// Stores which accounts of each provider this deployment uses. Each write is one conditional write
// of one item. All may throw StoreDown; every method is safe to repeat.

import type { ProviderName } from '../core/base/providers.ts';
import type { KnownAccounts } from '../core/instance/known-accounts.ts';

export type ProviderAccountStore = {
  /** A consistent read; null before the first account is known. */
  get(provider: ProviderName): Promise<KnownAccounts | null>;
  /** Replaces version `known.version - 1`; `conflict` when the stored version differs. */
  commit(known: KnownAccounts): Promise<'committed' | 'conflict'>;
};
