// Makes the input of use cases from parsed cost requests: the span of a report, and the place after
// which a page starts.

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

/** In a cost report: the account, and the last entry that was read of it, if any. */
export const CostPlace = z.object({ consumer: ConsumerId, after: z.nullable(EntryPlace) });

type SpanRequest = { readonly from?: EpochMs | undefined; readonly to?: EpochMs | undefined };

const refused = (field: string, rule: string): Failure =>
  new Failure('BadRequest', `${field}: ${rule}`, { field });

/**
 * The span from `from` until just before `to`. `to` defaults to the end of the current month,
 * `from` to the start of the month in which the span ends. Throws BadRequest.
 */
export function spanOf(request: SpanRequest, now: EpochMs): Span {
  const to = request.to ?? startOfNextMonth(monthOf(now));
  const from = request.from ?? startOfMonth(monthOf(epochMs(Math.max(0, to - 1))));
  if (from >= to) {
    throw refused(request.from === undefined ? 'to' : 'from', `must be before ${isoTime(to)}`);
  }
  const { maxSpanDays } = policy.costs;
  if (between(from, to) > times(hours(24), maxSpanDays)) {
    throw refused('from', `must be at most ${maxSpanDays} days before ${isoTime(to)}`);
  }
  return { from, to };
}
