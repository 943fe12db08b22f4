// True-ups, corrections and reserves, entered in order in each account: number n only after n - 1,
// each exactly once, for any number of callers and repeats, and after a crash at any call.
//
// A round reads (a) the number m of corrections of the account, then (b) whether this entry is in
// the ledger, then takes place m + 1 or finds it taken, and completes the entry that has the place:
// first in the ledger, then in the account. (a) must come before (b). If the entry was completed
// before (a), then (b) finds it. If it was completed after (a), then it or another entry has place
// m + 1, and a place is never freed: the round completes that entry, and the next round reads
// again. In the other order, (b) would miss an entry that is completed between the reads, (a) would
// give it the next place, and it would be entered twice.

import * as z from 'zod/mini';
import { Failure } from '../../../core/base/failure.ts';
import { invariant } from '../../../core/base/invariant.ts';
import type { Account } from '../../../core/ledger/account.ts';
import { accountAdds, LedgerEntry } from '../../../core/ledger/entry.ts';
import { accountKey, correctionKey, entryKey } from '../schema.ts';
import { ABSENT, type Change, parseItem, type Table } from '../table.ts';
import { accountOf } from './account-item.ts';

/**
 * Each round that doesn't enter this entry enters another one. After this many rounds, too many
 * callers compete, and the caller must retry.
 */
const MAX_ROUNDS = 12;

const Place = z.object({ entry: LedgerEntry });

async function readAccount(table: Table, { consumer }: LedgerEntry): Promise<Account> {
  const item = await table.get(accountKey(consumer));
  invariant(item !== null, `an entry of ${consumer}, who has no account`);
  return accountOf(table, item);
}

async function isEntered(table: Table, entry: LedgerEntry, account: Account): Promise<boolean> {
  const item = await table.get(entryKey(entry.consumer, entry));
  if (item === null) return false;
  const { correctionSeq } = parseItem(table, LedgerEntry, item);
  return correctionSeq !== undefined && correctionSeq <= account.correctionSeq;
}

/** Takes the place for `entry`. Returns the entry that has the place; null after a lost race. */
async function take(table: Table, place: number, entry: LedgerEntry): Promise<LedgerEntry | null> {
  const key = correctionKey(entry.consumer, place);
  const taken = await table.get(key);
  if (taken !== null) return parseItem(table, Place, taken).entry;
  return (await table.put(key, { entry }, ABSENT)) === 'written' ? entry : null;
}

/** Adds the amount to the account: to this month, or to all earlier months. */
function accountChange(account: Account, entry: LedgerEntry): Change {
  const counts = entry.month === account.month;
  const { charged, reserved } = accountAdds(entry);
  const adds = [
    '#chargedMicroUsd = #chargedMicroUsd + :charged',
    '#chargedBeforeMicroUsd = #chargedBeforeMicroUsd + :chargedBefore',
    '#reservedMicroUsd = #reservedMicroUsd + :reserved',
    '#reservedBeforeMicroUsd = #reservedBeforeMicroUsd + :reservedBefore',
    '#roomMicroUsd = #roomMicroUsd - :taken',
  ];
  return {
    update: `SET #correctionSeq = :place, ${adds.join(', ')}`,
    condition: '#correctionSeq = :last AND #month = :month',
    values: {
      ...{ ':place': account.correctionSeq + 1, ':last': account.correctionSeq },
      ...{ ':charged': counts ? charged : 0, ':chargedBefore': counts ? 0 : charged },
      ...{ ':reserved': counts ? reserved : 0, ':reservedBefore': counts ? 0 : reserved },
      ...{ ':taken': counts ? charged + reserved : 0, ':month': account.month },
    },
  };
}

/**
 * Enters a true-up, correction or reserve. Safe to repeat. Throws Conflict after lost races,
 * StoreDown.
 */
export async function enterCorrection(table: Table, entry: LedgerEntry): Promise<void> {
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const account = await readAccount(table, entry);
    if (await isEntered(table, entry, account)) return;
    const place = account.correctionSeq + 1;
    const pending = await take(table, place, entry);
    if (pending === null) continue;
    await table.put(
      entryKey(pending.consumer, pending),
      { ...pending, correctionSeq: place },
      ABSENT,
    );
    await table.update(accountKey(entry.consumer), accountChange(account, pending));
  }
  // The last round may have entered it.
  if (await isEntered(table, entry, await readAccount(table, entry))) return;
  throw new Failure('Conflict', `${entry.consumer}: too many corrections at once`);
}
