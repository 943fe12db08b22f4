// Cursors of lists: where a page ended, as opaque text. A cursor opens nothing: what a caller may
// see is decided without it, and one that was tampered with is refused.

import * as z from 'zod/mini';
import { Failure } from '../core/base/failure.ts';
import { ConsumerId, LeaseId, OfferId } from '../core/base/ids.ts';
import { MicroUsdPerHour } from '../core/base/money.ts';
import { EpochMs } from '../core/base/time.ts';
import { AccountNote } from '../core/ledger/account.ts';
import { EntryPlace } from '../core/ledger/entry.ts';
import type { CostPlace } from '../usecases/billing/read-costs.ts';

/** In the list of leases: the last one shown. */
export const LeaseCursor = z.object({ id: LeaseId, requestedAt: EpochMs });
/** In the list of offers: the last one shown, by what the list is ordered by. */
export const OfferCursor = z.object({ id: OfferId, rate: MicroUsdPerHour });
/** In a lease's events: the last one shown. */
export const EventCursor = z.object({ seq: z.int().check(z.gte(0)) });

/** In an account's events: the last one shown. */
export const NoteCursor = z.pick(AccountNote, { at: true, kind: true, id: true });
/** In the ledger: the last entry shown. */
export const EntryCursor = EntryPlace;
/** In a list of accounts: the last one. */
export const AccountCursor = z.object({ consumer: ConsumerId });
/** In costs by entries: the account, and its last entry that was read, if any was. */
export const CostCursor = z.union([z.extend(EntryPlace, { consumer: ConsumerId }), AccountCursor]);

/** Where costs go on; null for the first page. */
export function costPlaceOf(cursor: z.infer<typeof CostCursor> | null): CostPlace | null {
  if (cursor === null) return null;
  const { consumer } = cursor;
  return { consumer, after: 'at' in cursor ? EntryPlace.parse(cursor) : null };
}

/** Writes a cursor; null stays null: there is no further page. */
export function writeCursor(place: object | null): string | null {
  return place === null ? null : Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** Reads a cursor; null without one, which is the first page. Throws BadRequest. */
export function readCursor<Place>(
  schema: z.ZodMiniType<Place>,
  text: string | undefined,
): Place | null {
  if (text === undefined) return null;
  const pairs = z.safeParse(schema, fields(Buffer.from(text, 'base64url').toString('utf8')));
  if (pairs.success) return pairs.data;
  const rule = 'must be the nextCursor of the page before';
  throw new Failure('BadRequest', `cursor: ${rule}`, { field: 'cursor' });
}

/** The flat object that `writeCursor` wrote; anything else gives nothing that would parse. */
function fields(json: string): Record<string, unknown> {
  const pairs = json.matchAll(/"(\w+)":(?:"([\w./:@+=,-]*)"|(\d{1,16}))/g);
  return Object.fromEntries(
    [...pairs].map(([, name = '', text, digits]) => [name, text ?? Number(digits)]),
  );
}
