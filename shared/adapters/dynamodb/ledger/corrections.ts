// True-ups and corrections, entered one after the other in each account: number n only after n - 1,
// each exactly once, whoever does it, however often, and wherever it is cut off.
//
// A round reads (a) how many the account has, m, then (b) whether this entry stands in the ledger,
// then takes place m + 1 or finds it taken, and completes whatever stands there: first its entry,
// then the account. (a) must come before (b). Was the entry completed before (a), then (b) sees it.
// Was it completed after (a), then it or another has place m + 1 by then, which is never given up:
// this entry is not written there, the round completes what is, and the next one reads again. The
// other way round, an entry completed between the two reads would be missed by (b) and given the
// next place of the account as (a) then shows it: it would be entered twice.

import * as z from 'zod/mini';
import { Failure } from '../../../core/base/failure.ts';
import { invariant } from '../../../core/base/invariant.ts';
import type { Account } from '../../../core/ledger/account.ts';
import { LedgerEntry } from '../../../core/ledger/entry.ts';
import { accountKey, correctionKey, entryKey } from '../schema.ts';
import { ABSENT, type Change, parseItem, type Table } from '../table.ts';
import { accountOf } from './account-item.ts';

/**
 * What is in the way when so many rounds are not enough is a crowd: each round in which this entry
 * isn't entered, another one is.
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

/** The entry that has the place: `mine`, unless another was there before. */
async function take(table: Table, place: number, mine: LedgerEntry): Promise<LedgerEntry | null> {
  const key = correctionKey(mine.consumer, place);
  const taken = await table.get(key);
  if (taken !== null) return parseItem(table, Place, taken).entry;
  return (await table.put(key, { entry: mine }, ABSENT)) === 'written' ? mine : null;
}

/** What it adds to the account: to this month, or to all months before. */
function applying(account: Account, { amountMicroUsd: amount, month }: LedgerEntry): Change {
  const counts = month === account.month;
  const charged = '#chargedMicroUsd = #chargedMicroUsd + :now';
  const before = '#chargedBeforeMicroUsd = #chargedBeforeMicroUsd + :before';
  const room = '#roomMicroUsd = #roomMicroUsd - :now';
  return {
    update: `SET #correctionSeq = :place, ${charged}, ${before}, ${room}`,
    condition: '#correctionSeq = :last AND #month = :month',
    values: {
      ...{ ':place': account.correctionSeq + 1, ':last': account.correctionSeq },
      ...{ ':now': counts ? amount : 0, ':before': counts ? 0 : amount, ':month': account.month },
    },
  };
}

/** Enters a true-up or correction. Safe to repeat. Throws Conflict in a crowd, StoreDown. */
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
    await table.update(accountKey(entry.consumer), applying(account, pending));
  }
  // The last round may have entered it.
  if (await isEntered(table, entry, await readAccount(table, entry))) return;
  throw new Failure('Conflict', `${entry.consumer}: too many corrections at once`);
}
