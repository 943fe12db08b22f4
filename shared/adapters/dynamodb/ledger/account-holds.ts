// Changes of one hold of an account. Each reads the account, decides the new hold, and writes it if
// the hold and the month are still those that were read; otherwise it reads again.

import { Failure } from '../../../core/base/failure.ts';
import type { MicroUsd } from '../../../core/base/money.ts';
import { type Account, type Hold, largestHolds } from '../../../core/ledger/account.ts';
import type { AccountStore, HoldOf, PlaceOutcome } from '../../../ports/account-store.ts';
import { accountKey } from '../schema.ts';
import type { Change, Table } from '../table.ts';
import { inRounds, readAccount } from './account-item.ts';
import { holdText } from './hold-text.ts';

type Raising = Parameters<AccountStore['raise']>[0];
type Lowering = Parameters<AccountStore['lower']>[0];
type Repricing = Parameters<AccountStore['reprice']>[0];
type Growing = Parameters<AccountStore['grow']>[0];
type Settling = Parameters<AccountStore['settle']>[0];

/** The result of a change: another hold, a charge, or no change. */
type Other = { readonly to: Hold; readonly minRoom?: number };
type Decided<Outcome> = Other | { readonly charged: MicroUsd } | { readonly stop: Outcome };

/** Settles the hold. A charge above its hold lowers the room, below zero if necessary. */
function settleChange(account: Account, hold: Hold, charged: MicroUsd): Change {
  const counts = hold.month === account.month;
  const room = '#roomMicroUsd = #roomMicroUsd + :returned';
  const spent = counts ? '#chargedMicroUsd' : '#chargedBeforeMicroUsd';
  const rate = '#rateRoomMicroUsdPerHour = #rateRoomMicroUsdPerHour + :rate';
  const rest = `${room}, ${spent} = ${spent} + :charged, ${rate}, #leaseRoom = #leaseRoom + :one`;
  return {
    update: `REMOVE #holds.#lease SET ${rest}`,
    condition: '#holds.#lease = :held AND #month = :month',
    values: {
      ':returned': counts ? hold.amountMicroUsd - charged : 0,
      ':charged': charged,
      ':rate': hold.rateMicroUsdPerHour,
      ...{ ':one': 1, ':held': holdText(hold), ':month': account.month },
    },
  };
}

/** Replaces the hold. A hold of an earlier month doesn't change this month's room. */
function replaceChange(account: Account, hold: Hold, { to, minRoom }: Other): Change {
  const counts = hold.month === account.month;
  const room = '#roomMicroUsd = #roomMicroUsd - :taken';
  const rate = '#rateRoomMicroUsdPerHour = #rateRoomMicroUsdPerHour - :faster';
  const within = minRoom === undefined ? '' : ' AND #roomMicroUsd >= :least';
  return {
    update: `SET #holds.#lease = :to, ${room}, ${rate}`,
    condition: `#holds.#lease = :held AND #month = :month${within}`,
    values: {
      ...{ ':held': holdText(hold), ':to': holdText(to), ':month': account.month },
      ':taken': counts ? to.amountMicroUsd - hold.amountMicroUsd : 0,
      ':faster': to.rateMicroUsdPerHour - hold.rateMicroUsdPerHour,
      ...(minRoom === undefined ? {} : { ':least': minRoom }),
    },
  };
}

/** Changes the hold as `decide` returns, or stops; `missing` when there is no such hold. */
function changeHold<Outcome>(
  table: Table,
  { consumer, leaseId }: HoldOf,
  decide: (account: Account, hold: Hold) => Decided<Outcome>,
): Promise<Outcome | 'missing' | Hold> {
  return inRounds<Outcome | 'missing' | Hold>(consumer, async () => {
    const account = await readAccount(table, consumer);
    const hold = account?.holds[leaseId];
    if (account === null || hold === undefined) return 'missing';
    const decided = decide(account, hold);
    if ('stop' in decided) return decided.stop;
    const change =
      'to' in decided
        ? replaceChange(account, hold, decided)
        : settleChange(account, hold, decided.charged);
    const names = { '#lease': leaseId };
    if ((await table.update(accountKey(consumer), { ...change, names })) === 'refused') {
      return 'again';
    }
    return 'to' in decided ? decided.to : hold;
  });
}

function raiseRefusal(account: Account, hold: Hold, to: MicroUsd) {
  const holds = largestHolds(account);
  const asked = to - hold.amountMicroUsd;
  const { roomMicroUsd: room, limits } = account;
  if (asked > room) return { limit: 'monthly-budget', room, asked, holds } as const;
  const most = limits.maxLeaseMicroUsd;
  return to > most ? ({ limit: 'per-lease', room: most, asked: to, holds } as const) : null;
}

/**
 * Raises a hold. A hold of an earlier month takes nothing from this month's room, but the raise
 * must fit into it: the room of the earlier month is no longer known.
 */
export async function raise(table: Table, request: Raising): Promise<PlaceOutcome> {
  const { leaseId, to, at: raisedAt } = request;
  const changed = await changeHold<PlaceOutcome>(table, request, (account, hold) => {
    // Mark a hold that is high enough too, so that the sweep doesn't lower it under the extension.
    if (to <= hold.amountMicroUsd) return { to: { ...hold, raisedAt } };
    const refusal = raiseRefusal(account, hold, to);
    if (refusal !== null) return { stop: { kind: 'refused', refusal } };
    const minRoom = to - hold.amountMicroUsd;
    return { to: { ...hold, amountMicroUsd: to, raisedAt }, minRoom };
  });
  if (changed === 'missing') throw new Failure('Conflict', `lease ${leaseId} has no hold to raise`);
  return 'kind' in changed ? changed : { kind: 'placed', hold: changed };
}

/** Undoes a raise that was never committed, unless the hold has changed since. */
export async function lower(table: Table, request: Lowering): Promise<'lowered' | 'changed'> {
  const { from, to } = request;
  const changed = await changeHold<'changed'>(table, request, (_account, hold) => {
    const same = holdText(hold) === holdText(from) && from.raisedAt !== undefined;
    return same ? { to: { ...hold, amountMicroUsd: to } } : { stop: 'changed' };
  });
  return changed === 'missing' || changed === 'changed' ? 'changed' : 'lowered';
}

/** Reprices a hold once: a late repeat must not undo a later raise. */
export async function reprice(table: Table, request: Repricing): Promise<void> {
  const { amountMicroUsd, rateMicroUsdPerHour, repricedAt } = request.to;
  await changeHold<'done'>(table, request, (_account, hold) => {
    if (hold.repricedAt !== undefined || repricedAt === undefined) return { stop: 'done' };
    return { to: { ...hold, amountMicroUsd, rateMicroUsdPerHour, repricedAt } };
  });
}

/**
 * Grows the hold of a lease that is over and whose instance still runs; room may fall below zero.
 */
export async function grow(table: Table, request: Growing): Promise<void> {
  const { to } = request;
  await changeHold<'done'>(table, request, (_account, hold) =>
    to <= hold.amountMicroUsd ? { stop: 'done' } : { to: { ...hold, amountMicroUsd: to } },
  );
}

/** Turns the hold into a charge, unless it was placed again since. */
export async function settle(table: Table, request: Settling): Promise<void> {
  const { placedAt, charged } = request;
  await changeHold<'done'>(table, request, (_account, hold) =>
    hold.placedAt === placedAt ? { charged } : { stop: 'done' },
  );
}
