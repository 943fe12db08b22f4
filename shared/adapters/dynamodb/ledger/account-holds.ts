// Changes of one hold that an account has. Each reads the account, says what the hold becomes, and
// writes it under the hold and the month it read: whoever was slower reads again.

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

/** What a hold becomes: another one, or a charge. */
type Other = { readonly to: Hold; readonly minRoom?: number };
type Decided<Outcome> = Other | { readonly charged: MicroUsd } | { readonly stop: Outcome };

/** A charge above its hold makes room fall, below zero if it must: it was really spent. */
function settling(account: Account, hold: Hold, charged: MicroUsd): Change {
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

/** A hold of an earlier month takes nothing from this month's room, and gives nothing to it. */
function becoming(account: Account, hold: Hold, { to, minRoom }: Other): Change {
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

/** Changes the hold as `decide` says, or stops; `missing` when there is no such hold. */
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
      'to' in decided ? becoming(account, hold, decided) : settling(account, hold, decided.charged);
    const names = { '#lease': leaseId };
    if ((await table.update(accountKey(consumer), { ...change, names })) === 'refused') {
      return 'again';
    }
    return 'to' in decided ? decided.to : hold;
  });
}

function refusedRaise(account: Account, hold: Hold, to: MicroUsd) {
  const holds = largestHolds(account);
  const asked = to - hold.amountMicroUsd;
  const { roomMicroUsd: room, limits } = account;
  if (asked > room) return { limit: 'monthly-budget', room, asked, holds } as const;
  const most = limits.maxLeaseMicroUsd;
  return to > most ? ({ limit: 'per-lease', room: most, asked: to, holds } as const) : null;
}

/**
 * A hold of an earlier month takes nothing from this month's room; that month's own room is no
 * longer known, so the raise must fit into this one's all the same.
 */
export async function raise(table: Table, request: Raising): Promise<PlaceOutcome> {
  const { leaseId, to, at: raisedAt } = request;
  const changed = await changeHold<PlaceOutcome>(table, request, (account, hold) => {
    // One that is high enough is marked all the same: it must not be trimmed under its extension.
    if (to <= hold.amountMicroUsd) return { to: { ...hold, raisedAt } };
    const refusal = refusedRaise(account, hold, to);
    if (refusal !== null) return { stop: { kind: 'refused', refusal } };
    const minRoom = to - hold.amountMicroUsd;
    return { to: { ...hold, amountMicroUsd: to, raisedAt }, minRoom };
  });
  if (changed === 'missing') throw new Failure('Conflict', `lease ${leaseId} has no hold to raise`);
  return 'kind' in changed ? changed : { kind: 'placed', hold: changed };
}

/** Undoes a raise that nobody committed; whoever was faster is left alone. */
export async function lower(table: Table, request: Lowering): Promise<'lowered' | 'changed'> {
  const { from, to } = request;
  const changed = await changeHold<'changed'>(table, request, (_account, hold) => {
    const same = holdText(hold) === holdText(from) && from.raisedAt !== undefined;
    return same ? { to: { ...hold, amountMicroUsd: to } } : { stop: 'changed' };
  });
  return changed === 'missing' || changed === 'changed' ? 'changed' : 'lowered';
}

/** Only once: a repeat that comes late must not undo what an extension raised since. */
export async function reprice(table: Table, request: Repricing): Promise<void> {
  const { amountMicroUsd, rateMicroUsdPerHour, repricedAt } = request.to;
  await changeHold<'done'>(table, request, (_account, hold) => {
    if (hold.repricedAt !== undefined || repricedAt === undefined) return { stop: 'done' };
    return { to: { ...hold, amountMicroUsd, rateMicroUsdPerHour, repricedAt } };
  });
}

/** Its instance runs on although its lease has ended: room falls, below zero if it must. */
export async function grow(table: Table, request: Growing): Promise<void> {
  const { to } = request;
  await changeHold<'done'>(table, request, (_account, hold) =>
    to <= hold.amountMicroUsd ? { stop: 'done' } : { to: { ...hold, amountMicroUsd: to } },
  );
}

/** A charge above its hold makes room fall, below zero if it must. */
export async function settle(table: Table, request: Settling): Promise<void> {
  await changeHold<never>(table, request, () => ({ charged: request.charged }));
}
