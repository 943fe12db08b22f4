// Accounts: limits, what is left of them, and the open holds. Admission is one conditional update.
// Only when it is refused does the store read the account: to name the limit, to open the account,
// or to start its month.

import type { Month } from '../../../core/base/time.ts';
import { type Hold, refusalOf } from '../../../core/ledger/account.ts';
import type { AccountStore, PlaceOutcome } from '../../../ports/account-store.ts';
import { accountKey, accountPlaceKey, noteKey } from '../schema.ts';
import { ABSENT, type Change, type Table } from '../table.ts';
import { grow, lower, raise, reprice, settle } from './account-holds.ts';
import {
  freshAccount,
  inRounds,
  monthChange,
  readAccount,
  readAccounts,
  readConsumers,
} from './account-item.ts';
import { applyNotes, changeLimits, cross, notesOf, openAccount } from './account-limits.ts';
import { enterCorrection } from './corrections.ts';
import { holdText } from './hold-text.ts';

type Placing = Parameters<AccountStore['place']>[0];

/** The condition that `#limits.#providers` is empty or has one of `wanted`; none without wishes. */
function allowCondition(name: 'providers' | 'gpuNames', wanted: readonly string[]) {
  if (wanted.length === 0) return { condition: '', values: {} };
  const key = (at: number): string => `:${name}${at}`;
  const one = wanted.map((_, at) => `contains(#limits.#${name}, ${key(at)})`);
  return {
    condition: ` AND (${[`size(#limits.#${name}) = :none`, ...one].join(' OR ')})`,
    values: Object.fromEntries([[':none', 0], ...wanted.map((each, at) => [key(at), each])]),
  };
}

/** Places the hold in `month`; the condition refuses another month than the account's. */
function placeChange({ leaseId, hold, wanted }: Placing, month: Month): Change {
  const room = '#roomMicroUsd = #roomMicroUsd - :amount';
  const rate = '#rateRoomMicroUsdPerHour = #rateRoomMicroUsdPerHour - :rate';
  const limits =
    '#roomMicroUsd >= :amount AND #rateRoomMicroUsdPerHour >= :rate AND #leaseRoom >= :one ' +
    'AND #limits.#maxLeaseMicroUsd >= :amount AND #frozen = :no';
  const as = 'attribute_not_exists(#holds.#lease) AND #month = :month';
  const providers = allowCondition('providers', wanted.providers);
  const gpus = allowCondition('gpuNames', wanted.gpuNames);
  return {
    update: `SET #holds.#lease = :hold, ${room}, ${rate}, #leaseRoom = #leaseRoom - :one`,
    condition: `${as} AND ${limits}${providers.condition}${gpus.condition}`,
    names: { '#lease': leaseId },
    values: {
      ':hold': holdText({ ...hold, month }),
      ':month': month,
      ':amount': hold.amountMicroUsd,
      ':rate': hold.rateMicroUsdPerHour,
      ':one': 1,
      ':no': false,
      ...providers.values,
      ...gpus.values,
    },
  };
}

const placed = (hold: Hold): PlaceOutcome => ({ kind: 'placed', hold });

/** Places the hold, after opening the account or starting its month if necessary, or refuses it. */
async function place(table: Table, request: Placing): Promise<PlaceOutcome> {
  const { consumer, leaseId, hold, wanted, defaults } = request;
  const key = accountKey(consumer);
  let month = hold.month;
  return inRounds<PlaceOutcome>(consumer, async () => {
    const written = await table.update(key, placeChange(request, month));
    if (written !== 'refused') return placed({ ...hold, month });
    const account = await readAccount(table, consumer);
    if (account === null) {
      // First add it to the list of accounts, which must never miss one.
      await table.put(accountPlaceKey(consumer), { consumer }, ABSENT);
      await table.put(key, freshAccount(consumer, { limits: defaults, month }), ABSENT);
      return 'again';
    }
    const placedBefore = account.holds[leaseId];
    if (placedBefore !== undefined) return placed(placedBefore);
    if (account.month < month) {
      await table.update(key, monthChange(account.month, month));
      return 'again';
    }
    // Clocks may differ at the turn of a month: the account's month never goes back.
    month = account.month;
    const refusal = refusalOf(account, hold, wanted);
    return refusal === null ? 'again' : { kind: 'refused', refusal };
  });
}

/** Accounts in the table `ledger`. */
export function createAccountStore(table: Table): AccountStore {
  return {
    get: (consumer, report) => readAccount(table, consumer, report),
    consumers: () => readConsumers(table),
    all: (report) => readAccounts(table, report),
    place: (request) => place(table, request),
    raise: (request) => raise(table, request),
    lower: (request) => lower(table, request),
    reprice: (request) => reprice(table, request),
    grow: (request) => grow(table, request),
    correct: (entry) => enterCorrection(table, entry),
    settle: (request) => settle(table, request),
    open: (request) => openAccount(table, request),
    changeLimits: (request) => changeLimits(table, request),
    cross: (request) => cross(table, request),
    applyNotes: (account) => applyNotes(table, account),
    appendNote: async (consumer, note) => {
      await table.put(noteKey(consumer, note), note, ABSENT);
    },
    notes: (consumer, page) => notesOf(table, consumer, page),
  };
}
