// From parsed requests about accounts and the ledger to what use cases take.

import * as z from 'zod/mini';
import type { Caller } from '../../core/base/caller.ts';
import type { ConsumerId } from '../../core/base/ids.ts';
import { AccountNote } from '../../core/ledger/account.ts';
import { LedgerEntry } from '../../core/ledger/entry.ts';
import { type ChangeRequest, SELF } from '../contract/ledger.ts';

/** In an account's events: the last one of a page. */
export const NotePlace = z.pick(AccountNote, { at: true, kind: true, id: true });

/** In the ledger: the last entry of a page. */
export const EntryPlace = z.pick(LedgerEntry, { at: true, leaseId: true, seq: true });

/** The consumer a path names. */
export const whose = (path: { readonly consumer: ConsumerId }, caller: Caller): ConsumerId =>
  path.consumer === SELF ? caller.consumer : path.consumer;

export function changeOf({ version, why, ...limits }: ChangeRequest) {
  return { version, why, limits };
}
