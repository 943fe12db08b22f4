// Makes the input of use cases from parsed account and ledger requests.

import * as z from 'zod/mini';
import type { Caller } from '../../core/base/caller.ts';
import type { ConsumerId } from '../../core/base/ids.ts';
import { AccountNote } from '../../core/ledger/account.ts';
import { LedgerEntry } from '../../core/ledger/entry.ts';
import { type ChangeRequest, SELF } from '../contract/ledger.ts';

/** The last event of a page of an account's events. */
export const NotePlace = z.pick(AccountNote, { at: true, kind: true, id: true });

/** The last entry of a page of the ledger. */
export const EntryPlace = z.pick(LedgerEntry, { at: true, leaseId: true, seq: true });

/** The consumer that a path names. */
export const whose = (path: { readonly consumer: ConsumerId }, caller: Caller): ConsumerId =>
  path.consumer === SELF ? caller.consumer : path.consumer;

export function changeOf({ version, why, ...limits }: ChangeRequest) {
  return { version, why, limits };
}
