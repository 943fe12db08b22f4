// The stored form of an account, and the retries of changes that lose a race.

import * as z from 'zod/mini';
import { Failure } from '../../../core/base/failure.ts';
import { brandId, ConsumerId, LeaseId } from '../../../core/base/ids.ts';
import { invariant } from '../../../core/base/invariant.ts';
import type { Month } from '../../../core/base/time.ts';
import {
  Account,
  type AccountLimits,
  type AccountNote,
  keyOfNote,
} from '../../../core/ledger/account.ts';
import type { ReportUnreadable } from '../../../ports/unreadable.ts';
import { ACCOUNTS, accountKey } from '../schema.ts';
import { type Change, type Item, type Parsed, type Table, tryItem } from '../table.ts';
import { holdOf } from './hold-text.ts';

/**
 * Opening the account, starting a month and a lost race take one round each. After this many
 * rounds, too many callers compete, and the caller must retry.
 */
const MAX_ROUNDS = 8;

const Stored = z.record(LeaseId, z.string());

function tryAccount(table: Table, item: Item): Parsed<Account> {
  const texts = tryItem(table, z.object({ holds: Stored }), item);
  if ('why' in texts) return texts;
  // An unreadable hold stays text, which the schema of an account names.
  const holds = Object.entries(texts.value.holds).map(([id, text]) => [id, holdOf(text) ?? text]);
  return tryItem(table, Account, { ...item, holds: Object.fromEntries(holds) });
}

/** Parses an account that a store has written. */
export function accountOf(table: Table, item: Item): Account {
  const parsed = tryAccount(table, item);
  invariant('value' in parsed, 'why' in parsed ? parsed.why : '');
  return parsed.value;
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

/** The account; null after it is reported as unreadable. */
function readable(table: Table, item: Item, report?: ReportUnreadable): Account | null {
  const parsed = tryAccount(table, item);
  if ('value' in parsed) return parsed.value;
  report?.({ id: String(item['pk']), why: parsed.why });
  return null;
}

export async function readAccount(
  table: Table,
  consumer: ConsumerId,
  report?: ReportUnreadable,
): Promise<Account | null> {
  const item = await table.get(accountKey(consumer));
  if (item === null) return null;
  if (report === undefined) return accountOf(table, item);
  return readable(table, item, report);
}

/** The list of accounts, by the keys of its items alone. */
export async function readConsumers(table: Table): Promise<readonly ConsumerId[]> {
  const places = await table.query(ACCOUNTS);
  return places.map(({ sk }) => brandId(ConsumerId, String(sk).slice(ACCOUNTS.first.length)));
}

/** Reads all accounts, by the list of accounts. */
export async function readAccounts(
  table: Table,
  report?: ReportUnreadable,
): Promise<readonly Account[]> {
  const keys = (await readConsumers(table)).map(accountKey);
  return (await table.getMany(keys)).flatMap((item) => readable(table, item, report) ?? []);
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
