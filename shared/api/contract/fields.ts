// Fields that several routes share, each defined once: of paths, queries and bodies, and of
// replies.

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

/** Text of one pattern; `rule` says in words what is allowed. */
export const matching = (pattern: RegExp, rule: string) => z.string().check(z.regex(pattern, rule));

export const whole = (min: number, max: number) => z.int().check(z.gte(min), z.lte(max));

/** Hours of a lease, fractions included. */
export const hoursUpTo = (max: DurationMs) =>
  z.number().check(z.gte(policy.lease.minDuration / HOUR_MS), z.lte(max / HOUR_MS));

/** A whole number in a query, where values arrive as text. */
export function count(min: number, max: number, fallback: number) {
  const rule = `must be ${min} to ${max}`;
  const within = z.int().check(z.gte(min, rule), z.lte(max, rule));
  const text = matching(/^\d{1,9}$/, 'must be a whole number');
  return z._default(z.pipe(text, z.pipe(z.transform(Number), within)), fallback);
}

/** How many items a page holds at most. */
export const limit = (max: number, fallback: number) => count(1, max, fallback);

/** The `nextCursor` of the page before; without it, the first page. */
export const Cursor = z.optional(z.string().check(z.maxLength(500)));

/** The reason for an operator's action, kept in the records. */
export const Why = z.string().check(z.minLength(3), z.maxLength(300));

const isoInstant = z.iso.datetime({ offset: true });
const parsedInstant = z.pipe(
  z.transform((text: string) => Date.parse(text)),
  EpochMs,
);

/** ISO 8601 with its zone, to the millisecond. */
export const Instant = z.pipe(
  z.iso.datetime({ offset: true, error: 'must be an instant such as 2026-11-21T18:00:00Z' }),
  parsedInstant,
);

const DAY_OR_INSTANT =
  'must be a day such as 2026-11-21, or an instant such as 2026-11-21T18:00:00Z';

/** A UTC day, which means its first instant, or an instant with its zone. */
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

/** Where the next page begins; null after the last one. */
export const NextCursor = z.nullable(z.string());
