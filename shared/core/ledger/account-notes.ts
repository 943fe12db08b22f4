// The notes in an account's log: changes of its limits, and refused holds. Each is written once.

import type { ConsumerId, LeaseId } from '../base/ids.ts';
import { formatUsd, signedMicroUsd } from '../base/money.ts';
import { type EpochMs, epochMs, hours, isoTime } from '../base/time.ts';
import {
  type Account,
  type AccountLimits,
  type AccountNote,
  type HoldRefusal,
  keyOfNote,
  type NotePlace,
} from './account.ts';

/** Describes the exceeded limit, its remaining room, and the request. */
export function refusalText(refusal: HoldRefusal): string {
  switch (refusal.limit) {
    case 'threshold':
      return `${refusal.percent} % of the month's budget is spent: new leases are refused`;
    case 'providers':
    case 'gpus':
      return `the account's ${refusal.limit} limit allows only ${refusal.allowed.join(', ')}`;
    case 'open-leases':
      return `the account's open-leases limit has room for ${refusal.room}, not ${refusal.asked}`;
    case 'per-lease':
    case 'monthly-budget':
    case 'rate': {
      const [room, asked] = [refusal.room, refusal.asked].map((amount) =>
        formatUsd(signedMicroUsd(amount)),
      );
      return `the account's ${refusal.limit} limit has room for ${room}, not ${asked}`;
    }
  }
}

/** One note per limit and hour: it describes the first refusal. */
export function refusalNote(refusal: HoldRefusal, leaseId: LeaseId, now: EpochMs): AccountNote {
  const at = epochMs(now - (now % hours(1)));
  const reason = `at ${isoTime(now)}, for lease ${leaseId}: ${refusalText(refusal)}`;
  return { at, kind: 'hold-refused', id: refusal.limit, by: null, reason, from: null, to: null };
}

export type LimitsChange = {
  readonly version: number;
  readonly by: ConsumerId;
  readonly why: string;
  /** Null when the account is opened. */
  readonly from: AccountLimits | null;
  readonly to: AccountLimits;
};

/** Who changed the limits, why, from what to what. */
export function limitsNote(change: LimitsChange, at: EpochMs): AccountNote {
  const { version, by, why: reason, from, to } = change;
  return { at, kind: 'limits-changed', id: String(version), by, reason, from, to };
}

export type NotePage = {
  readonly notes: readonly AccountNote[];
  /** Null after the last page. */
  readonly next: NotePlace | null;
};

/**
 * A page of the log after `after`, oldest first. The last page includes notes that are committed
 * with the account and not in its log yet.
 */
export function pageOfNotes(
  account: Pick<Account, 'notes'>,
  logged: readonly AccountNote[],
  { after, limit }: { readonly after: NotePlace | null; readonly limit: number },
): NotePage {
  const last = logged.at(-1);
  if (logged.length === limit && last !== undefined) {
    const { at, kind, id } = last;
    return { notes: logged, next: { at, kind, id } };
  }
  const shown = new Set(logged.map(keyOfNote));
  const pending = Object.values(account.notes).filter((note) => {
    const key = keyOfNote(note);
    return !shown.has(key) && (after === null || key > keyOfNote(after));
  });
  const all = [...logged, ...pending];
  return { notes: all.toSorted((a, b) => (keyOfNote(a) < keyOfNote(b) ? -1 : 1)), next: null };
}
