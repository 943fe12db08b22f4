// Whether closed days agree with their entries.

import { describe, expect, it } from 'vitest';
import { microUsd } from '../../../../shared/core/base/money.ts';
import { after as afterwards, hours } from '../../../../shared/core/base/time.ts';
import { type Day, dayOf } from '../../../../shared/core/billing/days.ts';
import { booksOf, type DayBooks } from '../../../../shared/core/billing/report.ts';
import { emptyBooks, enterBooks, judgeDays } from '../../../../shared/core/billing/verify-days.ts';
import type { LedgerEntry } from '../../../../shared/core/ledger/entry.ts';
import { aConsumer, at } from '../../../support/builders/base.ts';
import { anEndedLease } from '../../../support/builders/lease.ts';

const { entries } = anEndedLease().outbox;
const day = dayOf(at('12:00'));
const closed = new Map<Day, DayBooks>([[day, booksOf(entries)]]);

function judged(...pages: readonly (readonly LedgerEntry[])[]) {
  const books = emptyBooks(closed);
  for (const page of pages) enterBooks(books, page);
  return judgeDays(aConsumer, books, closed);
}

describe('a closed day', () => {
  it('agrees with its entries, in one page or in two', () => {
    expect(judged(entries)).toBeNull();
    expect(judged(entries.slice(0, 1), entries.slice(1))).toBeNull();
  });

  it('names the first kind of entry that is missing or has another amount', () => {
    expect(judged([])).toMatchObject({ what: `day ${day}: entries of kind charge`, ledger: 0 });
    const changed = entries.map((each) => ({ ...each, amountMicroUsd: microUsd(1) }));
    expect(judged(changed)).toMatchObject({ what: `day ${day}: charge`, ledger: 1 });
  });

  it('names rows that differ though their sums agree', () => {
    const moved = entries.map((entry) =>
      entry.charge === undefined
        ? entry
        : { ...entry, charge: { ...entry.charge, gpuName: 'H100' } },
    );
    expect(judged(moved)?.what).toBe(`day ${day}: rows`);
  });

  it('ignores entries of other days', () => {
    const later = entries.map((entry) => ({ ...entry, at: afterwards(entry.at, hours(24)) }));
    expect(judged(entries, later)).toBeNull();
  });
});
