// Reads accounts. A consumer can read its own, an operator all.

import { type Caller, mustOwn } from '../../core/base/caller.ts';
import { Failure } from '../../core/base/failure.ts';
import type { ConsumerId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import type { Account, NotePlace } from '../../core/ledger/account.ts';
import { type NotePage, pageOfNotes } from '../../core/ledger/account-notes.ts';
import type { AccountStore } from '../../ports/account-store.ts';
import type { ReportUnreadable } from '../../ports/unreadable.ts';

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

/** A page of an account's log, and the notes that could not be read. */
export type AccountLog = NotePage & { readonly unreadable: readonly string[] };

/**
 * Reads a page of the account's notes, oldest first, including committed notes that are not in its
 * log yet. Throws what reading the account throws.
 */
export function createReadAccountEvents(ports: ReadAccountPorts) {
  const read = createReadAccount(ports);
  return async (
    input: AccountInput & { readonly after: NotePlace | null },
  ): Promise<AccountLog> => {
    const { consumer, after } = input;
    const account = await read(input);
    const page = { after, limit: policy.account.notesPage };
    const unreadable: string[] = [];
    const report: ReportUnreadable = ({ id }) => unreadable.push(id);
    const logged = await ports.accounts.notes(consumer, { ...page, report });
    return { ...pageOfNotes(account, logged, page), unreadable };
  };
}
