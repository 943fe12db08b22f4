// Accounts: limits, what is left of them, and the open holds. Admission is one conditional update;
// only when it is refused is the account read to say why, to open it, or to turn its month.

import type { Month } from '../../../core/base/time.ts';
import { type Hold, refusalOf } from '../../../core/ledger/account.ts';
import type { AccountStore, PlaceOutcome } from '../../../ports/account-store.ts';
import { accountKey, accountPlaceKey, noteKey } from '../schema.ts';
import { ABSENT, type Change, type Table } from '../table.ts';
import { grow, lower, raise, reprice, settle } from './account-holds.ts';
import { freshAccount, inRounds, readAccount, readAccounts } from './account-item.ts';
import { applyNotes, changeLimits, cross, notesOf, openAccount } from './account-limits.ts';
import { enterCorrection } from './corrections.ts';
import { holdText } from './hold-text.ts';

type Placing = Parameters<AccountStore['place']>[0];

/** `#limits.#providers` is empty or holds one of these; nothing to check when any would do. */
function allowing(name: 'providers' | 'gpuNames', wanted: readonly string[]) {
  if (wanted.length === 0) return { condition: '', values: {} };
  const key = (at: number): string => `:${name}${at}`;
  const one = wanted.map((_, at) => `contains(#limits.#${name}, ${key(at)})`);
  return {
    condition: ` AND (${[`size(#limits.#${name}) = :none`, ...one].join(' OR ')})`,
    values: Object.fromEntries([[':none', 0], ...wanted.map((each, at) => [key(at), each])]),
  };
}

/** Sets the hold aside in `month`, which is the account's or the condition refuses it. */
function placing({ leaseId, hold, wanted }: Placing, month: Month): Change {
  const room = '#roomMicroUsd = #roomMicroUsd - :amount';
  const rate = '#rateRoomMicroUsdPerHour = #rateRoomMicroUsdPerHour - :rate';
  const limits =
    '#roomMicroUsd >= :amount AND #rateRoomMicroUsdPerHour >= :rate AND #leaseRoom >= :one ' +
    'AND #limits.#maxLeaseMicroUsd >= :amount AND #frozen = :no';
  const as = 'attribute_not_exists(#holds.#lease) AND #month = :month';
  const providers = allowing('providers', wanted.providers);
  const gpus = allowing('gpuNames', wanted.gpuNames);
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

/** The whole budget again: open holds of earlier months belong to those, as do their charges. */
const turning = (from: Month, to: Month): Change => ({
  update:
    'SET #month = :month, #roomMicroUsd = #limits.#monthlyBudgetMicroUsd, ' +
    '#chargedBeforeMicroUsd = #chargedBeforeMicroUsd + #chargedMicroUsd, ' +
    '#chargedMicroUsd = :none, #crossed = :nothing, #frozen = :no',
  condition: '#month = :earlier',
  values: { ':month': to, ':none': 0, ':nothing': {}, ':no': false, ':earlier': from },
});

const placed = (hold: Hold): PlaceOutcome => ({ kind: 'placed', hold });

/** Tries, and otherwise removes what is in the way, until the hold is placed or refused. */
async function place(table: Table, request: Placing): Promise<PlaceOutcome> {
  const { consumer, leaseId, hold, wanted, defaults } = request;
  const key = accountKey(consumer);
  let month = hold.month;
  return inRounds<PlaceOutcome>(consumer, async () => {
    const written = await table.update(key, placing(request, month));
    if (written !== 'refused') return placed({ ...hold, month });
    const account = await readAccount(table, consumer);
    if (account === null) {
      // Its place in the list of accounts first: no account may ever be missing there.
      await table.put(accountPlaceKey(consumer), { consumer }, ABSENT);
      await table.put(key, freshAccount(consumer, { limits: defaults, month }), ABSENT);
      return 'again';
    }
    const known = account.holds[leaseId];
    if (known !== undefined) return placed(known);
    if (account.month < month) {
      await table.update(key, turning(account.month, month));
      return 'again';
    }
    // Two clocks may disagree at the turn of a month: the account's month never goes back.
    month = account.month;
    const refusal = refusalOf(account, hold, wanted);
    return refusal === null ? 'again' : { kind: 'refused', refusal };
  });
}

/** Accounts in the table `ledger`. */
export function createAccountStore(table: Table): AccountStore {
  return {
    get: (consumer) => readAccount(table, consumer),
    all: () => readAccounts(table),
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
