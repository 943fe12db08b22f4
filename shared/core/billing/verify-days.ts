// Whether closed days agree with the entries of those days.

import type { ConsumerId } from '../base/ids.ts';
import type { LedgerEntry } from '../ledger/entry.ts';
import type { Day } from './days.ts';
import { type Difference, differenceOf, firstUnequal, type Pair } from './difference.ts';
import { addBooks, booksOf, byDay, type DayBooks, EMPTY_BOOKS } from './report.ts';

export type BooksByDay = ReadonlyMap<Day, DayBooks>;

/** Empty books for each closed day, before entries are read. */
export const emptyBooks = (closed: BooksByDay): Map<Day, DayBooks> =>
  new Map([...closed.keys()].map((day) => [day, EMPTY_BOOKS]));

/** Adds entries to the books of their days; entries of other days are skipped. */
export function enterBooks(books: Map<Day, DayBooks>, entries: readonly LedgerEntry[]): void {
  for (const [day, part] of byDay(entries)) {
    const entered = books.get(day);
    if (entered !== undefined) books.set(day, addBooks(entered, booksOf(part)));
  }
}

const amountIn = ({ rows }: DayBooks): number =>
  rows.reduce((all, row) => all + row.chargedMicroUsd + row.correctedMicroUsd, 0);

/** The first difference between a closed day and its entries; null when they agree. */
function judgeDay(
  { consumer, day }: { readonly consumer: ConsumerId; readonly day: Day },
  entered: DayBooks,
  closed: DayBooks,
): Difference | null {
  const kinds = [...new Set([...Object.keys(entered.kinds), ...Object.keys(closed.kinds)])];
  const pairs = kinds.toSorted().flatMap((kind): readonly Pair[] => {
    const [mine, theirs] = [entered.kinds[kind], closed.kinds[kind]];
    return [
      [`day ${day}: entries of kind ${kind}`, mine?.entries ?? 0, theirs?.entries ?? 0],
      [`day ${day}: ${kind}`, mine?.amountMicroUsd ?? 0, theirs?.amountMicroUsd ?? 0],
    ];
  });
  const textOf = (books: DayBooks): string => JSON.stringify(addBooks(EMPTY_BOOKS, books).rows);
  const alike = textOf(entered) === textOf(closed);
  const rows: Pair = [`day ${day}: rows`, amountIn(entered), amountIn(closed)];
  const first = firstUnequal([...pairs, rows]) ?? (alike ? undefined : rows);
  return first === undefined ? null : differenceOf({ consumer, leaseId: null }, first);
}

/** The first difference of any closed day; null when all agree with their entries. */
export function judgeDays(
  consumer: ConsumerId,
  entered: BooksByDay,
  closed: BooksByDay,
): Difference | null {
  const differences = [...closed].map(([day, books]) =>
    judgeDay({ consumer, day }, entered.get(day) ?? EMPTY_BOOKS, books),
  );
  return differences.find((each) => each !== null) ?? null;
}
