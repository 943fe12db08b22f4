// Accounts: limits, what is left of them, and the open holds. Admission is one conditional update;
// only when it is refused is the account read to say why, to open it, or to turn its month.

import * as z from 'zod/mini';
import { Account, type AccountLimits, refusalOf } from '../../core/account.ts';
import { Failure } from '../../core/failure.ts';
import { ConsumerId } from '../../core/ids.ts';
import type { Month } from '../../core/time.ts';
import type { AccountStore, PlaceOutcome } from '../../ports/stores.ts';
import { enterCorrection } from './correction-store.ts';
import { growHold } from './hold-growth.ts';
import { ACCOUNTS, accountKey, accountPlaceKey } from './schema.ts';
import { ABSENT, type Change, type Item, parseItem, type Table } from './table.ts';

type Placing = Parameters<AccountStore['place']>[0];
type Raising = Parameters<AccountStore['raise']>[0];
type Lowering = Parameters<AccountStore['lower']>[0];
type Settling = Parameters<AccountStore['settle']>[0];

/**
 * Opening, turning the month and a race with another request take one round each; more rounds
 * than these are a crowd, and the caller comes again.
 */
const ROUNDS_MOST = 8;

const PLACED: PlaceOutcome = { kind: 'placed' };

const crowded = (consumer: ConsumerId): Failure =>
  new Failure('Conflict', `the account of ${consumer} changed under every attempt to change it`);

/** Sets the hold aside in `month`, which is the account's or the condition refuses it. */
function placing({ leaseId, hold }: Placing, month: Month): Change {
  const room = '#roomMicroUsd = #roomMicroUsd - :amount';
  const rate = '#rateRoomMicroUsdPerHour = #rateRoomMicroUsdPerHour - :rate';
  const limits =
    '#roomMicroUsd >= :amount AND #rateRoomMicroUsdPerHour >= :rate AND #leaseRoom >= :one';
  return {
    update: `SET #holds.#lease = :hold, ${room}, ${rate}, #leaseRoom = #leaseRoom - :one`,
    condition: `attribute_not_exists(#holds.#lease) AND #month = :month AND ${limits}`,
    names: { '#lease': leaseId },
    values: {
      ':hold': { ...hold, month },
      ':month': month,
      ':amount': hold.amountMicroUsd,
      ':rate': hold.rateMicroUsdPerHour,
      ':one': 1,
    },
  };
}

function opened(consumer: ConsumerId, limits: AccountLimits, month: Month): Item {
  return {
    consumer,
    month,
    limits,
    roomMicroUsd: limits.monthlyBudgetMicroUsd,
    rateRoomMicroUsdPerHour: limits.rateMicroUsdPerHourMost,
    leaseRoom: limits.openLeasesMost,
    chargedMicroUsd: 0,
    chargedBeforeMicroUsd: 0,
    correctionSeq: 0,
    holds: {},
  } satisfies Record<keyof Account, unknown>;
}

/** The whole budget again: open holds of earlier months belong to those. */
function turning(account: Account, month: Month): Change {
  // What an earlier version of the account has not, it never charged.
  const before = '#chargedBeforeMicroUsd = if_not_exists(#chargedBeforeMicroUsd, :none) + :charged';
  return {
    update: `SET #month = :month, #roomMicroUsd = :budget, #chargedMicroUsd = :none, ${before}`,
    condition: '#month = :earlier AND #chargedMicroUsd = :charged',
    values: {
      ':month': month,
      ':budget': account.limits.monthlyBudgetMicroUsd,
      ':none': 0,
      ':charged': account.chargedMicroUsd,
      ':earlier': account.month,
    },
  };
}

const Place = z.object({ consumer: ConsumerId });

async function read(table: Table, consumer: ConsumerId): Promise<Account | null> {
  const item = await table.get(accountKey(consumer));
  return item === null ? null : parseItem(table, Account, item);
}

/** Tries, and otherwise removes what is in the way, until the hold is placed or refused. */
async function place(table: Table, request: Placing): Promise<PlaceOutcome> {
  const { consumer, leaseId, hold, defaults } = request;
  const key = accountKey(consumer);
  let month = hold.month;
  for (let round = 1; round <= ROUNDS_MOST; round += 1) {
    if ((await table.update(key, placing(request, month))) !== 'refused') return PLACED;
    const account = await read(table, consumer);
    if (account === null) {
      // Its place in the list of accounts first: no account may ever be missing there.
      await table.put(accountPlaceKey(consumer), { consumer }, ABSENT);
      await table.put(key, opened(consumer, defaults, month), ABSENT);
    } else if (account.holds[leaseId] !== undefined) {
      return PLACED;
    } else if (account.month < month) {
      await table.update(key, turning(account, month));
    } else {
      // Two clocks may disagree at the turn of a month: the account's month never goes back.
      month = account.month;
      const refusal = refusalOf(account, hold);
      if (refusal !== null) return { kind: 'refused', refusal };
    }
  }
  throw crowded(consumer);
}

/**
 * A hold of an earlier month takes nothing from this month's room; that month's own room is no
 * longer known, so the raise must fit into this one's all the same.
 */
async function raise(table: Table, request: Raising): Promise<PlaceOutcome> {
  const { consumer, leaseId, to, at } = request;
  for (let round = 1; round <= ROUNDS_MOST; round += 1) {
    const account = await read(table, consumer);
    const hold = account?.holds[leaseId];
    if (account === null || hold === undefined) {
      throw new Failure('Conflict', `lease ${leaseId} has no hold to raise`);
    }
    const asked = Math.max(0, to - hold.amountMicroUsd);
    if (asked > 0 && asked > account.roomMicroUsd) {
      const refusal = { limit: 'monthly-budget', room: account.roomMicroUsd, asked } as const;
      return { kind: 'refused', refusal };
    }
    // One that is high enough is marked all the same: it must not be trimmed under its extension.
    const amount = '#holds.#lease.#amountMicroUsd = :amount, #holds.#lease.#raisedAt = :at';
    const change: Change = {
      update: `SET ${amount}, #roomMicroUsd = #roomMicroUsd - :taken`,
      condition:
        '#holds.#lease.#amountMicroUsd = :from AND #month = :month AND #roomMicroUsd >= :least',
      names: { '#lease': leaseId },
      values: {
        ...{ ':from': hold.amountMicroUsd, ':amount': hold.amountMicroUsd + asked, ':at': at },
        // Room may be below zero after an overrun: then only what takes nothing gets through.
        ...{ ':least': Math.min(asked, account.roomMicroUsd), ':month': account.month },
        ':taken': hold.month === account.month ? asked : 0,
      },
    };
    if ((await table.update(accountKey(consumer), change)) !== 'refused') return PLACED;
  }
  throw crowded(consumer);
}

/** Undoes a raise that nobody committed; whoever was faster is left alone. */
async function lower(table: Table, request: Lowering): Promise<'lowered' | 'changed'> {
  const { consumer, leaseId, from, to } = request;
  for (let round = 1; round <= ROUNDS_MOST; round += 1) {
    const account = await read(table, consumer);
    const hold = account?.holds[leaseId];
    if (account === null || hold === undefined || from.raisedAt === undefined) return 'changed';
    if (hold.amountMicroUsd !== from.amountMicroUsd || hold.raisedAt !== from.raisedAt) {
      return 'changed';
    }
    const as = '#holds.#lease.#amountMicroUsd = :from AND #holds.#lease.#raisedAt = :raisedAt';
    const change: Change = {
      update: 'SET #holds.#lease.#amountMicroUsd = :to, #roomMicroUsd = #roomMicroUsd + :returned',
      condition: `${as} AND #month = :month`,
      names: { '#lease': leaseId },
      values: {
        ...{ ':from': from.amountMicroUsd, ':raisedAt': from.raisedAt },
        ...{ ':to': to, ':month': account.month },
        ':returned': hold.month === account.month ? from.amountMicroUsd - to : 0,
      },
    };
    if ((await table.update(accountKey(consumer), change)) !== 'refused') return 'lowered';
  }
  throw crowded(consumer);
}

/** A charge above its hold makes room fall, below zero if it must: it was really spent. */
async function settle(table: Table, request: Settling): Promise<void> {
  const { consumer, leaseId, charged } = request;
  for (let round = 1; round <= ROUNDS_MOST; round += 1) {
    const account = await read(table, consumer);
    const hold = account?.holds[leaseId];
    if (account === null || hold === undefined) return;
    const counts = hold.month === account.month;
    const room = '#roomMicroUsd = #roomMicroUsd + :returned';
    const spent = '#chargedMicroUsd = #chargedMicroUsd + :charged';
    const earlier =
      '#chargedBeforeMicroUsd = if_not_exists(#chargedBeforeMicroUsd, :none) + :chargedBefore';
    const rate = '#rateRoomMicroUsdPerHour = #rateRoomMicroUsdPerHour + :rate';
    const leases = '#leaseRoom = #leaseRoom + :one';
    const change: Change = {
      update: `REMOVE #holds.#lease SET ${room}, ${spent}, ${earlier}, ${rate}, ${leases}`,
      condition: '#holds.#lease.#amountMicroUsd = :held AND #month = :month',
      names: { '#lease': leaseId },
      values: {
        ':returned': counts ? hold.amountMicroUsd - charged : 0,
        ':charged': counts ? charged : 0,
        ...{ ':chargedBefore': counts ? 0 : charged, ':none': 0 },
        ':rate': hold.rateMicroUsdPerHour,
        ...{ ':one': 1, ':held': hold.amountMicroUsd, ':month': account.month },
      },
    };
    if ((await table.update(accountKey(consumer), change)) !== 'refused') return;
  }
  throw crowded(consumer);
}

/** Accounts in the table `ledger`. Throws Conflict when too many change one at a time. */
export function accountStore(table: Table): AccountStore {
  return {
    get: (consumer) => read(table, consumer),
    all: async () => {
      const places = await table.query(ACCOUNTS);
      const keys = places.map((place) => accountKey(parseItem(table, Place, place).consumer));
      return (await table.getMany(keys)).map((item) => parseItem(table, Account, item));
    },
    place: (request) => place(table, request),
    raise: (request) => raise(table, request),
    lower: (request) => lower(table, request),
    grow: (request) => growHold(table, request),
    correct: (entry) => enterCorrection(table, entry),
    settle: (request) => settle(table, request),
  };
}
