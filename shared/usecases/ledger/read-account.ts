// Reads accounts. A consumer can read its own, an operator all.

import { type Caller, mustOwn } from '../../core/base/caller.ts';
import { Failure } from '../../core/base/failure.ts';
import type { ConsumerId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import type { Account, NotePlace } from '../../core/ledger/account.ts';
import { type NotePage, pageOfNotes } from '../../core/ledger/account-notes.ts';
import type { AccountStore } from '../../ports/account-store.ts';

export type ReadAccountPorts = { readonly accounts: AccountStore };
export type AccountInput = { readonly caller: Caller; readonly consumer: ConsumerId };

/** Reads an account. Throws Forbidden, NotFound (the first lease opens the account), StoreDown. */
export function createReadAccount(ports: ReadAccountPorts) {
  return async ({ caller, consumer }: AccountInput): Promise<Account> => {
    mustOwn(caller, consumer, 'accounts');
    const account = await ports.accounts.get(consumer);
    if (account !== null) return account;
    const message = `${consumer} has no account yet: the first lease opens one`;
    throw new Failure('NotFound', message, { field: 'consumer' });
  };
}

/**
 * Reads a page of the account's notes, oldest first, including committed notes that are not in its
 * log yet. Throws what reading the account throws.
 */
export function createReadAccountEvents(ports: ReadAccountPorts) {
  const read = createReadAccount(ports);
  return async (input: AccountInput & { readonly after: NotePlace | null }): Promise<NotePage> => {
    const { consumer, after } = input;
    const account = await read(input);
    const page = { after, limit: policy.account.notesPage };
    return pageOfNotes(account, await ports.accounts.notes(consumer, page), page);
  };
}
