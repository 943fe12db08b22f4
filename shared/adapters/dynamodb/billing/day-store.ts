// Closed days: written once, beside their account, and never changed.

import { Day } from '../../../core/billing/days.ts';
import { DayReport } from '../../../core/billing/report.ts';
import type { DayStore } from '../../../ports/day-store.ts';
import { accountKey, DAYS, dayKey } from '../schema.ts';
import { ABSENT, readableOf, type Table } from '../table.ts';

/** Days in the table `ledger`. */
export function createDayStore(table: Table): DayStore {
  return {
    close: async (report) => {
      await table.put(dayKey(report.consumer, report.day), report, ABSENT);
    },
    between: async (consumer, { first, end }, report) => {
      if (first >= end) return [];
      const [{ pk, sk }, { sk: last }] = [dayKey(consumer, first), dayKey(consumer, end)];
      const items = await table.query({ pk, first: sk, last });
      const reports = readableOf(table, { schema: DayReport, items }, report);
      return reports.filter(({ day }) => day < end);
    },
    last: async (consumer) => {
      const { pk } = accountKey(consumer);
      const [item] = await table.query({ pk, ...DAYS, limit: 1, newestFirst: true });
      return item === undefined ? null : Day.parse(String(item['sk']).slice(DAYS.first.length));
    },
  };
}
