// Close days: when a day can get no more entries, its sums are stored, and reports read them
// instead of the entries. The days of an account are closed in order, without gaps.

import type { ConsumerId } from '../../core/base/ids.ts';
import { pageOf } from '../../core/base/page.ts';
import { policy } from '../../core/base/policy/policy.ts';
import { type EpochMs, epochMs } from '../../core/base/time.ts';
import { closableUntil, pendingSince } from '../../core/billing/closing.ts';
import { type Day, dayOf, endOfDay, nextDay, startOfDay } from '../../core/billing/days.ts';
import { addBooks, booksOf, type DayBooks, EMPTY_BOOKS } from '../../core/billing/report.ts';
import type { DayStore } from '../../ports/day-store.ts';
import type { ReportUnreadable } from '../../ports/unreadable.ts';
import type { Records } from '../common/change-lease.ts';
import { walkLedger } from '../ledger/walk-ledger.ts';

export type CloseDaysPorts = Records & {
  readonly days: DayStore;
  /** Pages an operator. */
  readonly page: (message: string) => void;
};

/** The first day of the account that is not closed; null when it has no entries. */
async function firstOpen(
  ports: CloseDaysPorts,
  consumer: ConsumerId,
  report: ReportUnreadable,
): Promise<Day | null> {
  const last = await ports.days.last(consumer);
  if (last !== null) return nextDay(last);
  const ever = { from: epochMs(0), to: ports.clock.now() };
  const request = { ...ever, consumer, after: null, limit: 1 };
  const [first] = await ports.ledger.page(request, report);
  return first === undefined ? null : dayOf(first.at);
}

async function readBooks(
  ports: CloseDaysPorts,
  { consumer, day }: { readonly consumer: ConsumerId; readonly day: Day },
  report: ReportUnreadable,
): Promise<DayBooks> {
  const span = { from: startOfDay(day), to: endOfDay(day) };
  let books = EMPTY_BOOKS;
  for await (const page of walkLedger(ports.ledger, { consumer, span }, report)) {
    books = addBooks(books, booksOf(page));
  }
  return books;
}

/**
 * Closes the days of one account that end by `until`, the oldest first. A day with an unreadable
 * entry stays open, and so do the days after it.
 */
async function closeAccount(
  ports: CloseDaysPorts,
  consumer: ConsumerId,
  until: EpochMs,
): Promise<number> {
  const unreadable: string[] = [];
  const report: ReportUnreadable = ({ why }) => unreadable.push(why);
  let day = await firstOpen(ports, consumer, report);
  for (let closed = 0; closed < policy.days.maxClose; closed += 1) {
    if (day === null || endOfDay(day) > until) return closed;
    const books = await readBooks(ports, { consumer, day }, report);
    const [first] = unreadable;
    if (first !== undefined) {
      ports.page(pageOf('unreadable', `could not read: ${first}; day ${day} stays open`));
      return closed;
    }
    const { rows, kinds } = books;
    await ports.days.close({ consumer, day, closedAt: ports.clock.now(), rows, kinds });
    day = nextDay(day);
  }
  return policy.days.maxClose;
}

/**
 * Closes every day of every account that ended some time ago and has no pending entries. Pending
 * entries are read before the ledger: what is not pending then is in the ledger. Safe to repeat: a
 * closed day does not change. Throws StoreDown.
 */
export function createCloseDays(ports: CloseDaysPorts) {
  return async (): Promise<{ readonly closed: number }> => {
    const now = ports.clock.now();
    const unreadable: string[] = [];
    const pending = pendingSince(await ports.leases.open(({ id }) => unreadable.push(id)));
    // An unreadable lease may have pending entries of any account.
    if (unreadable.length > 0) return { closed: 0 };
    let closed = 0;
    for (const consumer of await ports.accounts.consumers()) {
      closed += await closeAccount(ports, consumer, closableUntil(pending.get(consumer), now));
    }
    return { closed };
  };
}
