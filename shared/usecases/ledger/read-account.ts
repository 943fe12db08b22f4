// Reading accounts. Consumers see their own; operators see all.

import type { Caller } from '../../core/base/caller.ts';
import { Failure } from '../../core/base/failure.ts';
import type { ConsumerId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import type { Account, AccountNote } from '../../core/ledger/account.ts';
import { keyOfNote } from '../../core/ledger/account.ts';
import type { AccountStore, NotePlace } from '../../ports/account-store.ts';

export type ReadAccountPorts = { readonly accounts: AccountStore };
export type AccountInput = { readonly caller: Caller; readonly consumer: ConsumerId };

/** The account. Throws Forbidden, NotFound (none yet: it opens with the first lease), StoreDown. */
export function createReadAccount(ports: ReadAccountPorts) {
  return async ({ caller, consumer }: AccountInput): Promise<Account> => {
    if (!caller.operator && consumer !== caller.consumer) {
      throw new Failure('Forbidden', "only operators see others' accounts", { field: 'consumer' });
    }
    const account = await ports.accounts.get(consumer);
    if (account !== null) return account;
    const message = `${consumer} has no account yet: its first lease opens one`;
    throw new Failure('NotFound', message, { field: 'consumer' });
  };
}

export type NotePage = {
  readonly notes: readonly AccountNote[];
  /** Null: there are no more by now. */
  readonly next: NotePlace | null;
};

/**
 * A page of what happened to the account, oldest first, with what was committed a moment ago and
 * isn't in its log yet. Throws what reading the account throws.
 */
export function createReadAccountEvents(ports: ReadAccountPorts) {
  const read = createReadAccount(ports);
  return async (input: AccountInput & { readonly after: NotePlace | null }): Promise<NotePage> => {
    const { consumer, after } = input;
    const account = await read(input);
    const limit = policy.account.notesPage;
    const logged = await ports.accounts.notes(consumer, { after, limit });
    const last = logged.at(-1);
    if (logged.length === limit && last !== undefined) {
      const { at, kind, id } = last;
      return { notes: logged, next: { at, kind, id } };
    }
    const shown = new Set(logged.map(keyOfNote));
    const pending = Object.values(account.notes).filter((note) => {
      const key = keyOfNote(note);
      return !shown.has(key) && (after === null || key > keyOfNote(after));
    });
    const all = [...logged, ...pending];
    return { notes: all.toSorted((a, b) => (keyOfNote(a) < keyOfNote(b) ? -1 : 1)), next: null };
  };
}
