// Changes of one hold of an account. Each reads the account, decides the new hold, and writes it if
// the hold and the month are still those that were read; otherwise it reads again.

import { Failure } from '../../../core/base/failure.ts';
import type { MicroUsd } from '../../../core/base/money.ts';
import { latestMonth, type Month, monthOf } from '../../../core/base/time.ts';
import {
  type Account,
  type Hold,
  type HoldPart,
  largestHolds,
} from '../../../core/ledger/account.ts';
import {
  amountIn,
  loweredTo,
  newestMonth,
  raisedTo,
  withPartsOf,
} from '../../../core/ledger/hold-parts.ts';
import type { AccountStore, HoldOf, PlaceOutcome } from '../../../ports/account-store.ts';
import { accountKey } from '../schema.ts';
import type { Change, Table } from '../table.ts';
import { inRounds, monthChange, readAccount } from './account-item.ts';
import { holdText } from './hold-text.ts';

type Raising = Parameters<AccountStore['raise']>[0];
type Lowering = Parameters<AccountStore['lower']>[0];
type Repricing = Parameters<AccountStore['reprice']>[0];
type Growing = Parameters<AccountStore['grow']>[0];
type Settling = Parameters<AccountStore['settle']>[0];

/** The result of a change: another hold, charges by month, or no change. */
type Other = { readonly to: Hold; readonly minRoom?: number };
type Charged = { readonly charges: readonly HoldPart[] };
type Decided<Outcome> = Other | Charged | { readonly stop: Outcome };

/** Settles the hold. A charge above its hold lowers the room, below zero if necessary. */
function settleChange(account: Account, hold: Hold, charges: readonly HoldPart[]): Change {
  const amountOf = (parts: readonly HoldPart[]): number =>
    parts.reduce((all, { amountMicroUsd }) => all + amountMicroUsd, 0);
  const now = amountOf(charges.filter(({ month }) => month === account.month));
  const adds = [
    '#roomMicroUsd = #roomMicroUsd + :returned',
    '#chargedMicroUsd = #chargedMicroUsd + :now',
    '#chargedBeforeMicroUsd = #chargedBeforeMicroUsd + :before',
    '#rateRoomMicroUsdPerHour = #rateRoomMicroUsdPerHour + :rate',
    '#leaseRoom = #leaseRoom + :one',
  ];
  return {
    update: `REMOVE #holds.#lease SET ${adds.join(', ')}`,
    condition: '#holds.#lease = :held AND #month = :month',
    values: {
      ':returned': amountIn(hold, account.month) - now,
      ...{ ':now': now, ':before': amountOf(charges) - now },
      ':rate': hold.rateMicroUsdPerHour,
      ...{ ':one': 1, ':held': holdText(hold), ':month': account.month },
    },
  };
}

/** Replaces the hold. Only its part of the account's month changes the room. */
function replaceChange(account: Account, hold: Hold, { to, minRoom }: Other): Change {
  const room = '#roomMicroUsd = #roomMicroUsd - :taken';
  const rate = '#rateRoomMicroUsdPerHour = #rateRoomMicroUsdPerHour - :faster';
  const within = minRoom === undefined ? '' : ' AND #roomMicroUsd >= :least';
  return {
    update: `SET #holds.#lease = :to, ${room}, ${rate}`,
    condition: `#holds.#lease = :held AND #month = :month${within}`,
    values: {
      ...{ ':held': holdText(hold), ':to': holdText(to), ':month': account.month },
      ':taken': amountIn(to, account.month) - amountIn(hold, account.month),
      ':faster': to.rateMicroUsdPerHour - hold.rateMicroUsdPerHour,
      ...(minRoom === undefined ? {} : { ':least': minRoom }),
    },
  };
}

/** The newest month that the change belongs to: the account must be in it. */
function monthOfChange(decided: Other | Charged, present: Month): Month {
  const months = 'to' in decided ? [newestMonth(decided.to)] : decided.charges.map((c) => c.month);
  return months.reduce((newest, month) => (month > newest ? month : newest), present);
}

/** Changes the hold as `decide` returns, or stops; `missing` when there is no such hold. */
function changeHold<Outcome>(
  table: Table,
  { consumer, leaseId }: HoldOf,
  decide: (account: Account, hold: Hold) => Decided<Outcome>,
): Promise<Outcome | 'missing' | Hold> {
  const key = accountKey(consumer);
  return inRounds<Outcome | 'missing' | Hold>(consumer, async () => {
    const account = await readAccount(table, consumer);
    const hold = account?.holds[leaseId];
    if (account === null || hold === undefined) return 'missing';
    const decided = decide(account, hold);
    if ('stop' in decided) return decided.stop;
    const month = monthOfChange(decided, account.month);
    if (month > account.month) {
      await table.update(key, monthChange(account.month, month));
      return 'again';
    }
    const change =
      'to' in decided
        ? replaceChange(account, hold, decided)
        : settleChange(account, hold, decided.charges);
    const names = { '#lease': leaseId };
    if ((await table.update(key, { ...change, names })) === 'refused') return 'again';
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
 * Raises a hold. The raise counts in the month of the request, which starts on the account if
 * necessary, and takes its room in the same write.
 */
export async function raise(table: Table, request: Raising): Promise<PlaceOutcome> {
  const { leaseId, to, at: raisedAt } = request;
  const changed = await changeHold<PlaceOutcome>(table, request, (account, hold) => {
    // Mark a hold that is high enough too, so that the sweep doesn't lower it under the extension.
    if (to <= hold.amountMicroUsd) return { to: { ...hold, raisedAt } };
    const raised = raisedTo(hold, to, latestMonth(account.month, monthOf(raisedAt)));
    // Room is that of the new month: it starts before the raise is judged.
    if (newestMonth(raised) > account.month) return { to: { ...raised, raisedAt } };
    const refusal = raiseRefusal(account, hold, to);
    if (refusal !== null) return { stop: { kind: 'refused', refusal } };
    const minRoom = to - hold.amountMicroUsd;
    return { to: { ...raised, raisedAt }, minRoom };
  });
  if (changed === 'missing') throw new Failure('Conflict', `lease ${leaseId} has no hold to raise`);
  return 'kind' in changed ? changed : { kind: 'placed', hold: changed };
}

/** Undoes a raise that was never committed, unless the hold has changed since. */
export async function lower(table: Table, request: Lowering): Promise<'lowered' | 'changed'> {
  const { from, to } = request;
  const changed = await changeHold<'changed'>(table, request, (_account, hold) => {
    const same = holdText(hold) === holdText(from) && from.raisedAt !== undefined;
    return same ? { to: loweredTo(hold, to) } : { stop: 'changed' };
  });
  return changed === 'missing' || changed === 'changed' ? 'changed' : 'lowered';
}

/** Reprices a hold once: a late repeat must not undo a later raise. */
export async function reprice(table: Table, request: Repricing): Promise<void> {
  const { rateMicroUsdPerHour, repricedAt } = request.to;
  await changeHold<'done'>(table, request, (_account, hold) => {
    if (hold.repricedAt !== undefined || repricedAt === undefined) return { stop: 'done' };
    const lowered = withPartsOf(hold, request.to);
    return { to: { ...lowered, rateMicroUsdPerHour, repricedAt } };
  });
}

/**
 * Grows the hold of a lease that is over and whose instance still runs; room may fall below zero.
 */
export async function grow(table: Table, request: Growing): Promise<void> {
  const { to } = request;
  await changeHold<'done'>(table, request, (_account, hold) =>
    to.amountMicroUsd <= hold.amountMicroUsd ? { stop: 'done' } : { to: withPartsOf(hold, to) },
  );
}

/** Turns the hold into charges, unless it was placed again since. */
export async function settle(table: Table, request: Settling): Promise<void> {
  const { placedAt, charges } = request;
  await changeHold<'done'>(table, request, (_account, hold) =>
    hold.placedAt === placedAt ? { charges } : { stop: 'done' },
  );
}
