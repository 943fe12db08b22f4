// Changes of an account by operators and thresholds, and its log. A note is committed with its
// change, then written to the log under its own key, then removed from the account.

import type { ConsumerId } from '../../../core/base/ids.ts';
import {
  type Account,
  type AccountLimits,
  AccountNote,
  keyOfNote,
} from '../../../core/ledger/account.ts';
import type { AccountStore } from '../../../ports/account-store.ts';
import { accountKey, accountPlaceKey, NOTES, noteKey } from '../schema.ts';
import { ABSENT, type Change, readablePage, type Table } from '../table.ts';
import { freshAccount } from './account-item.ts';

type Opening = Parameters<AccountStore['open']>[0];
type Changing = Parameters<AccountStore['changeLimits']>[0];
type Crossing = Parameters<AccountStore['cross']>[0];
type Paging = Parameters<AccountStore['notes']>[1];

export async function openAccount(table: Table, opening: Opening): Promise<'opened' | 'exists'> {
  const { consumer, note } = opening;
  // First add it to the list of accounts, which must never miss one.
  await table.put(accountPlaceKey(consumer), { consumer }, ABSENT);
  const fresh = freshAccount(consumer, opening, [note]);
  const written = await table.put(accountKey(consumer), fresh, ABSENT);
  return written === 'written' ? 'opened' : 'exists';
}

/** The parts of an expression that sets or removes `notes`. */
function noteExpressions(notes: readonly AccountNote[]) {
  const path = (nth: number): string => `#notes.#n${nth}`;
  return {
    paths: notes.map((_, nth) => path(nth)),
    set: notes.map((_, nth) => `${path(nth)} = :n${nth}`),
    names: Object.fromEntries(notes.map((note, nth) => [`#n${nth}`, keyOfNote(note)])),
    values: Object.fromEntries(notes.map((note, nth) => [`:n${nth}`, note])),
  };
}

type Numbers = Pick<
  AccountLimits,
  'monthlyBudgetMicroUsd' | 'maxRateMicroUsdPerHour' | 'maxOpenLeases'
>;

function limitsChange({ account, limits, note }: Changing): Change {
  const more = (field: keyof Numbers): number => limits[field] - account.limits[field];
  const room = '#roomMicroUsd = #roomMicroUsd + :budget';
  const rate = '#rateRoomMicroUsdPerHour = #rateRoomMicroUsdPerHour + :rate';
  const open = '#leaseRoom = #leaseRoom + :open';
  const limited = '#limits = :limits, #limitsVersion = :next';
  const { set, names, values } = noteExpressions([note]);
  return {
    update: `SET ${[limited, room, rate, open, ...set].join(', ')}`,
    names,
    // Under the same version, the limits that the differences start from are the same.
    condition: '#limitsVersion = :version',
    values: {
      ':limits': limits,
      ':version': account.limitsVersion,
      ':next': account.limitsVersion + 1,
      ':budget': more('monthlyBudgetMicroUsd'),
      ':rate': more('maxRateMicroUsdPerHour'),
      ':open': more('maxOpenLeases'),
      ...values,
    },
  };
}

export async function changeLimits(table: Table, request: Changing): Promise<'changed' | 'stale'> {
  const written = await table.update(accountKey(request.account.consumer), limitsChange(request));
  return written === 'refused' ? 'stale' : 'changed';
}

function crossChange({ account, review, at, notes }: Crossing): Change {
  const percents = review.crossed.map(({ percent }) => String(percent));
  const set = percents.map((_, nth) => `#crossed.#p${nth} = :at`);
  const unset = percents.map((_, nth) => `attribute_not_exists(#crossed.#p${nth})`);
  const as = ['#month = :month', '#limitsVersion = :version', '#frozen = :was', ...unset];
  const noted = noteExpressions(notes);
  const names = Object.fromEntries(percents.map((percent, nth) => [`#p${nth}`, percent]));
  return {
    update: `SET ${['#frozen = :frozen', ...set, ...noted.set].join(', ')}`,
    condition: as.join(' AND '),
    names: { ...names, ...noted.names },
    values: {
      ...noted.values,
      ...{ ':frozen': review.frozen, ':was': account.frozen },
      ...{ ':month': account.month, ':version': account.limitsVersion },
      ...(percents.length > 0 && { ':at': at }),
    },
  };
}

export async function cross(table: Table, request: Crossing): Promise<'crossed' | 'stale'> {
  const written = await table.update(accountKey(request.account.consumer), crossChange(request));
  return written === 'refused' ? 'stale' : 'crossed';
}

/** Writes the notes to the log first: after a crash in between, the repeat changes nothing. */
export async function applyNotes(table: Table, { consumer, notes: pending }: Account) {
  const notes = Object.values(pending);
  if (notes.length === 0) return;
  for (const note of notes) await table.put(noteKey(consumer, note), note, ABSENT);
  const { paths, names } = noteExpressions(notes);
  const update = `REMOVE ${paths.join(', ')}`;
  await table.update(accountKey(consumer), { update, condition: 'attribute_exists(#pk)', names });
}

export async function notesOf(
  table: Table,
  consumer: ConsumerId,
  { after, limit, report }: Paging,
): Promise<readonly AccountNote[]> {
  const { pk } = accountKey(consumer);
  // The first key that is greater than this one.
  const first = after === null ? NOTES.first : `${noteKey(consumer, after).sk} `;
  return readablePage(table, { schema: AccountNote, pk, first, last: NOTES.last, limit }, report);
}
