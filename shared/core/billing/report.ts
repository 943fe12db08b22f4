// The books of one account and day: the sums of its entries by month, provider and GPU. A closed
// day is stored and never changed; reports read it instead of the entries.

import * as z from 'zod/mini';
import { ConsumerId } from '../base/ids.ts';
import { microUsd, SignedMicroUsd, signedMicroUsd } from '../base/money.ts';
import { EpochMs, Month } from '../base/time.ts';
import type { LedgerEntry } from '../ledger/entry.ts';
import { addSums, type CostLine, linesOf, NOTHING, Sums } from './costs.ts';
import { Day, dayOf, startOfDay } from './days.ts';

/** The sums of one account's entries of one day. */
export const DayReport = z.object({
  consumer: ConsumerId,
  day: Day,
  closedAt: EpochMs,
  rows: z.array(z.extend(Sums, { month: Month, provider: z.string(), gpuName: z.string() })),
  /** Sums by kind of entry, including kinds that are no costs. */
  kinds: z.record(z.string(), z.object({ entries: z.int(), amountMicroUsd: SignedMicroUsd })),
});
export type DayReport = z.infer<typeof DayReport>;

type Row = DayReport['rows'][number];
/** The sums of a day, without the metadata of closing. */
export type DayBooks = Pick<DayReport, 'rows' | 'kinds'>;

function addRow(rows: Map<string, Row>, row: Row): void {
  const { month, provider, gpuName } = row;
  const key = JSON.stringify([month, provider, gpuName]);
  const sums = addSums(rows.get(key) ?? NOTHING, row);
  rows.set(key, { month, provider, gpuName, ...sums });
}

const inOrder = (rows: ReadonlyMap<string, Row>): Row[] =>
  [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);

function rowsOf(entries: readonly LedgerEntry[]): Row[] {
  const rows = new Map<string, Row>();
  for (const { month, provider, gpuName, sums } of linesOf(entries)) {
    addRow(rows, { month, provider, gpuName, ...sums });
  }
  return inOrder(rows);
}

function addKinds(a: DayReport['kinds'], b: DayReport['kinds']): DayReport['kinds'] {
  const all = { ...a };
  for (const [kind, { entries, amountMicroUsd }] of Object.entries(b)) {
    const before = all[kind] ?? { entries: 0, amountMicroUsd: 0 };
    all[kind] = {
      entries: before.entries + entries,
      amountMicroUsd: signedMicroUsd(before.amountMicroUsd + amountMicroUsd),
    };
  }
  return all;
}

export const EMPTY_BOOKS: DayBooks = { rows: [], kinds: {} };

/** The books of ordered entries of one day. No settlement may be split. */
export function booksOf(entries: readonly LedgerEntry[]): DayBooks {
  const kinds = entries.reduce<DayReport['kinds']>(
    (all, { kind, amountMicroUsd }) => addKinds(all, { [kind]: { entries: 1, amountMicroUsd } }),
    {},
  );
  return { rows: rowsOf(entries), kinds };
}

/** Adds the books of two parts of one day. */
export function addBooks(a: DayBooks, b: DayBooks): DayBooks {
  const rows = new Map<string, Row>();
  for (const row of [...a.rows, ...b.rows]) addRow(rows, row);
  return { rows: inOrder(rows), kinds: addKinds(a.kinds, b.kinds) };
}

/** Entries by their days, in order. */
export const byDay = (entries: readonly LedgerEntry[]): ReadonlyMap<Day, readonly LedgerEntry[]> =>
  Map.groupBy(entries, ({ at }) => dayOf(at));

/** The lines of a closed day. */
export const linesOfDay = ({ consumer, day, rows }: DayReport): readonly CostLine[] =>
  rows.map(({ month, provider, gpuName, ...sums }) => ({
    ...{ consumer, at: startOfDay(day), month, provider, gpuName, jobId: '', leaseId: '' },
    ...{ sums, runningMicroUsd: microUsd(0) },
  }));
