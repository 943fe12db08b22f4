// Accounts as their consumers and operators see them.

import { isoTime } from '../../core/base/time.ts';
import type { Account, AccountNote } from '../../core/ledger/account.ts';
import type { NotePage } from '../../usecases/ledger/read-account.ts';
import { writeCursor } from '../cursor.ts';

/** What is held for this month; holds of earlier months belong to those. */
const heldOf = ({ holds, month }: Account): number =>
  Object.values(holds)
    .filter((hold) => hold.month === month)
    .reduce((all, { amountMicroUsd }) => all + amountMicroUsd, 0);

/** Limits, what is left of them and what takes it up. budget = room + held + charged. */
export function accountView(account: Account) {
  const { consumer, month, limits, limitsVersion: version, frozen } = account;
  return {
    consumer,
    version,
    month,
    limits,
    roomMicroUsd: account.roomMicroUsd,
    heldMicroUsd: heldOf(account),
    chargedMicroUsd: account.chargedMicroUsd,
    chargedBeforeMicroUsd: account.chargedBeforeMicroUsd,
    rateRoomMicroUsdPerHour: account.rateRoomMicroUsdPerHour,
    leaseRoom: account.leaseRoom,
    /** Whether a threshold refuses new leases now. */
    frozen,
    crossed: Object.entries(account.crossed).map(([percent, at]) => ({
      percent: Number(percent),
      at: isoTime(at),
    })),
    holds: Object.entries(account.holds).map(([leaseId, hold]) => ({
      leaseId,
      amountMicroUsd: hold.amountMicroUsd,
      rateMicroUsdPerHour: hold.rateMicroUsdPerHour,
      month: hold.month,
      placedAt: isoTime(hold.placedAt),
    })),
  };
}

const noteView = ({ at, kind, by, reason, from, to }: AccountNote) => ({
  at: isoTime(at),
  kind,
  by,
  reason,
  from,
  to,
});

export const notesView = ({ notes, next }: NotePage) => ({
  events: notes.map(noteView),
  nextCursor: writeCursor(next),
});
