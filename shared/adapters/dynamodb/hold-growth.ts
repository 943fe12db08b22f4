// A hold that grows without asking for room: its machine runs on although its lease has ended, and
// admission must see what that costs.

import { Account } from '../../core/account.ts';
import { Failure } from '../../core/failure.ts';
import type { AccountStore } from '../../ports/stores.ts';
import { accountKey } from './schema.ts';
import { parseItem, type Table } from './table.ts';

/** A race with settlements and the turn of the month takes one round each. */
const ROUNDS_MOST = 8;

/** Grows it to `to` unless it is that high, or settled. Throws Conflict in a crowd. */
export async function growHold(
  table: Table,
  { consumer, leaseId, to }: Parameters<AccountStore['grow']>[0],
): Promise<void> {
  const key = accountKey(consumer);
  for (let round = 1; round <= ROUNDS_MOST; round += 1) {
    const item = await table.get(key);
    const account = item === null ? null : parseItem(table, Account, item);
    const hold = account?.holds[leaseId];
    if (account === null || hold === undefined || hold.amountMicroUsd >= to) return;
    const grown = await table.update(key, {
      update: 'SET #holds.#lease.#amountMicroUsd = :to, #roomMicroUsd = #roomMicroUsd - :taken',
      condition: '#holds.#lease.#amountMicroUsd = :from AND #month = :month',
      names: { '#lease': leaseId },
      values: {
        ...{ ':from': hold.amountMicroUsd, ':to': to, ':month': account.month },
        ':taken': hold.month === account.month ? to - hold.amountMicroUsd : 0,
      },
    });
    if (grown !== 'refused') return;
  }
  throw new Failure('Conflict', `the account of ${consumer} changed under every try to change it`);
}
