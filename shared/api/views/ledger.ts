// The replies for accounts and ledger entries.

import { brandId, LeaseId } from '../../core/base/ids.ts';
import { sum } from '../../core/base/money.ts';
import { isoTime } from '../../core/base/time.ts';
import type { Account, AccountNote } from '../../core/ledger/account.ts';
import type { Charge } from '../../core/ledger/charge.ts';
import type { LedgerEntry } from '../../core/ledger/entry.ts';
import { amountIn } from '../../core/ledger/hold-parts.ts';
import type { AccountLog } from '../../usecases/ledger/read-account.ts';
import type { ReadEntries } from '../../usecases/ledger/read-ledger.ts';
import type {
  AccountEventReply,
  AccountEventsReply,
  AccountReply,
  ChargeReply,
  LedgerEntryReply,
  LedgerReply,
} from '../contract/replies/ledger.ts';
import type { Cursors } from '../cursor.ts';

/** What the holds hold in this month. */
const heldOf = ({ holds, month }: Account) =>
  sum(...Object.values(holds).map((hold) => amountIn(hold, month)));

export function accountView(account: Account): AccountReply {
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
    reservedMicroUsd: account.reservedMicroUsd,
    rateRoomMicroUsdPerHour: account.rateRoomMicroUsdPerHour,
    leaseRoom: account.leaseRoom,
    frozen,
    crossed: Object.entries(account.crossed).map(([percent, at]) => ({
      percent: Number(percent),
      at: isoTime(at),
    })),
    holds: Object.entries(account.holds).map(([leaseId, hold]) => ({
      leaseId: brandId(LeaseId, leaseId),
      amountMicroUsd: hold.amountMicroUsd,
      rateMicroUsdPerHour: hold.rateMicroUsdPerHour,
      month: hold.month,
      placedAt: isoTime(hold.placedAt),
    })),
  };
}

const noteView = ({ at, kind, by, reason, from, to }: AccountNote): AccountEventReply => ({
  at: isoTime(at),
  kind,
  by,
  reason,
  from,
  to,
});

export const notesView = (
  { notes, next, unreadable }: AccountLog,
  cursors: Cursors,
): AccountEventsReply => ({
  events: notes.map(noteView),
  unreadable: [...unreadable],
  nextCursor: cursors.write(next),
});

export const chargeView = (charge: Charge): ChargeReply => ({
  ...charge,
  from: isoTime(charge.from),
  until: isoTime(charge.until),
});

const entryView = ({ at, charge, ...entry }: LedgerEntry): LedgerEntryReply => ({
  ...entry,
  at: isoTime(at),
  charge: charge === undefined ? null : chargeView(charge),
});

export function ledgerView(
  { entries, next, unreadable }: ReadEntries,
  cursors: Cursors,
): LedgerReply {
  const place = next === null ? null : { at: next.at, leaseId: next.leaseId, seq: next.seq };
  return {
    entries: entries.map(entryView),
    unreadable: [...unreadable],
    nextCursor: cursors.write(place),
  };
}
