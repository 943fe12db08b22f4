// The stored form of an account, and the retries of changes that lose a race.

import * as z from 'zod/mini';
import { Failure } from '../../../core/base/failure.ts';
import { ConsumerId, LeaseId } from '../../../core/base/ids.ts';
import type { Month } from '../../../core/base/time.ts';
import {
  Account,
  type AccountLimits,
  type AccountNote,
  keyOfNote,
} from '../../../core/ledger/account.ts';
import { ACCOUNTS, accountKey } from '../schema.ts';
import { type Change, type Item, parseItem, type Table } from '../table.ts';
import { holdOf } from './hold-text.ts';

/**
 * Opening the account, starting a month and a lost race take one round each. After this many
 * rounds, too many callers compete, and the caller must retry.
 */
const MAX_ROUNDS = 8;

const Stored = z.record(LeaseId, z.string());

export function accountOf(table: Table, item: Item): Account {
  const texts = parseItem(table, z.object({ holds: Stored }), item).holds;
  const holds = Object.entries(texts).map(([id, text]) => [id, holdOf(text)]);
  return parseItem(table, Account, { ...item, holds: Object.fromEntries(holds) });
}

/** A new account. */
export function freshAccount(
  consumer: ConsumerId,
  { limits, month }: { readonly limits: AccountLimits; readonly month: Month },
  notes: readonly AccountNote[] = [],
): Item {
  return {
    consumer,
    month,
    limits,
    limitsVersion: 1,
    roomMicroUsd: limits.monthlyBudgetMicroUsd,
    rateRoomMicroUsdPerHour: limits.maxRateMicroUsdPerHour,
    leaseRoom: limits.maxOpenLeases,
    chargedMicroUsd: 0,
    chargedBeforeMicroUsd: 0,
    reservedMicroUsd: 0,
    reservedBeforeMicroUsd: 0,
    correctionSeq: 0,
    frozen: false,
    crossed: {},
    holds: {},
    notes: Object.fromEntries(notes.map((note) => [keyOfNote(note), note])),
  } satisfies Record<keyof Account, unknown>;
}

/** Starts a month with the whole budget: holds of earlier months are charged to those months. */
export const monthChange = (from: Month, to: Month): Change => ({
  update:
    'SET #month = :month, #roomMicroUsd = #limits.#monthlyBudgetMicroUsd, ' +
    '#chargedBeforeMicroUsd = #chargedBeforeMicroUsd + #chargedMicroUsd, ' +
    '#reservedBeforeMicroUsd = #reservedBeforeMicroUsd + #reservedMicroUsd, ' +
    '#reservedMicroUsd = :none, #chargedMicroUsd = :none, #crossed = :nothing, #frozen = :no',
  condition: '#month = :earlier',
  values: { ':month': to, ':none': 0, ':nothing': {}, ':no': false, ':earlier': from },
});

export async function readAccount(table: Table, consumer: ConsumerId): Promise<Account | null> {
  const item = await table.get(accountKey(consumer));
  return item === null ? null : accountOf(table, item);
}

const Place = z.object({ consumer: ConsumerId });

/** Reads all accounts, by the list of accounts. */
export async function readAccounts(table: Table): Promise<readonly Account[]> {
  const places = await table.query(ACCOUNTS);
  const keys = places.map((place) => accountKey(parseItem(table, Place, place).consumer));
  return (await table.getMany(keys)).map((item) => accountOf(table, item));
}

/** Repeats `attempt` while it returns `again`. Throws Conflict after MAX_ROUNDS. */
export async function inRounds<Outcome>(
  consumer: ConsumerId,
  attempt: () => Promise<Outcome | 'again'>,
): Promise<Outcome> {
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const outcome = await attempt();
    if (outcome !== 'again') return outcome;
  }
  const message = `others changed the account of ${consumer} during ${MAX_ROUNDS} attempts`;
  throw new Failure('Conflict', message);
}
