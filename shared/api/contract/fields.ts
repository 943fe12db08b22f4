// Fields that several routes share: of paths, queries, bodies and replies.

import * as z from 'zod/mini';
import { LeaseId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import { type DurationMs, EpochMs } from '../../core/base/time.ts';
import { Day } from '../../core/billing/days.ts';

const HOUR_MS = 3_600_000;

export const Nothing = z.strictObject({});
/** No body, or an empty object. */
export const NoBody = z.nullable(Nothing);
export const LeasePath = z.strictObject({ id: LeaseId });

/** Text that matches `pattern`; `rule` states what is allowed. */
export const matching = (pattern: RegExp, rule: string) => z.string().check(z.regex(pattern, rule));

export function whole(min: number, max: number) {
  const rule = `must be a whole number from ${min} to ${max}`;
  return z.int(rule).check(z.gte(min, rule), z.lte(max, rule));
}

/** The hours of a lease, fractions included. */
export function hoursUpTo(max: DurationMs) {
  const { minDuration } = policy.lease;
  const rule = `must be hours from ${(minDuration / HOUR_MS).toFixed(4)} to ${max / HOUR_MS}`;
  return z.number(rule).check(z.gte(minDuration / HOUR_MS, rule), z.lte(max / HOUR_MS, rule));
}

/** Text of `min` to `max` characters. */
export function textOf(min: number, max: number) {
  const rule = `must have ${min} to ${max} characters`;
  return z.string(rule).check(z.minLength(min, rule), z.maxLength(max, rule));
}

/** A whole number in a query, whose values are text. */
export function count(min: number, max: number, fallback: number) {
  const rule = `must be a whole number from ${min} to ${max}`;
  const within = z.int().check(z.gte(min, rule), z.lte(max, rule));
  const text = matching(/^\d{1,9}$/, rule);
  return z._default(z.pipe(text, z.pipe(z.transform(Number), within)), fallback);
}

/** The maximum number of items on a page. */
export const limit = (max: number, fallback: number) => count(1, max, fallback);

/** The `nextCursor` of the previous page; absent for the first page. */
export const Cursor = z.optional(
  z.string().check(z.maxLength(500, 'must be the nextCursor of the previous page')),
);

/** The reason for an operator's action, kept in the records. */
export const Why = textOf(3, 300);

const isoInstant = z.iso.datetime({ offset: true });
const parsedInstant = z.pipe(
  z.transform((text: string) => Date.parse(text)),
  EpochMs,
);

/** ISO 8601 with a zone, to the millisecond. */
export const Instant = z.pipe(
  z.iso.datetime({ offset: true, error: 'must be an instant such as 2026-11-21T18:00:00Z' }),
  parsedInstant,
);

const DAY_OR_INSTANT =
  'must be a day such as 2026-11-21, or an instant such as 2026-11-21T18:00:00Z';

/** A UTC day, which stands for its first instant, or an instant with a zone. */
const DayOrInstant = z.pipe(
  z
    .string()
    .check(
      z.refine(
        (text) => Day.safeParse(text).success || isoInstant.safeParse(text).success,
        DAY_OR_INSTANT,
      ),
    ),
  parsedInstant,
);

/** From `from` until just before `to`; the defaults of both depend on the current month. */
export const spanFields = { from: z.optional(DayOrInstant), to: z.optional(DayOrInstant) };

export const IdempotencyKey = matching(
  /^[A-Za-z0-9_.:-]{8,128}$/,
  'must be 8 to 128 letters, digits, _ . : or -',
);

/** An instant in a reply: ISO 8601 in UTC. */
export const IsoTime = z.iso.datetime();

/** The records that could not be read. They are left out of the reply. */
export const Unreadable = z.array(z.string());

/** The cursor of the next page; null on the last page. */
export const NextCursor = z.nullable(z.string());
