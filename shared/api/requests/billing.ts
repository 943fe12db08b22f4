// From parsed requests about costs to what use cases take: the span of a report, and where its next
// page begins.

import * as z from 'zod/mini';
import { Failure } from '../../core/base/failure.ts';
import { ConsumerId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import {
  between,
  type EpochMs,
  epochMs,
  hours,
  isoTime,
  monthOf,
  times,
} from '../../core/base/time.ts';
import { type Span, startOfMonth, startOfNextMonth } from '../../core/billing/days.ts';
import { EntryPlace } from './ledger.ts';

/** In a list of accounts: the last one of a page. */
export const AccountPlace = z.object({ consumer: ConsumerId });
/** In costs by entries: the account, and the last of its entries that was read, if any was. */
export const CostPlace = z.object({ consumer: ConsumerId, after: z.nullable(EntryPlace) });

type Asked = { readonly from?: EpochMs | undefined; readonly to?: EpochMs | undefined };

const refused = (field: string, rule: string): Failure =>
  new Failure('BadRequest', `${field}: ${rule}`, { field });

/**
 * From `from` until just before `to`. Without `to`, until the current month ends; without `from`,
 * from the beginning of the month in which the span ends. Throws BadRequest.
 */
export function spanOf(asked: Asked, now: EpochMs): Span {
  const to = asked.to ?? startOfNextMonth(monthOf(now));
  const from = asked.from ?? startOfMonth(monthOf(epochMs(Math.max(0, to - 1))));
  if (from >= to) {
    throw refused(asked.from === undefined ? 'to' : 'from', `must be before ${isoTime(to)}`);
  }
  const { maxSpanDays } = policy.costs;
  if (between(from, to) > times(hours(24), maxSpanDays)) {
    throw refused('from', `must be at most ${maxSpanDays} days before ${isoTime(to)}`);
  }
  return { from, to };
}
