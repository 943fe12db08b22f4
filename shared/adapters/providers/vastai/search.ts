// Finds every offer of Vast.ai that can be leased. A search returns at most 64 rows, whatever limit
// is sent (live, September 2026), and there is no next page: each search starts at the last price
// of the previous one.

import * as z from 'zod/mini';
import { Failure } from '../../../core/base/failure.ts';
import { policy } from '../../../core/base/policy/policy.ts';
import type { Found } from '../../../ports/provider.ts';
import { type Api, read } from './call.ts';
import { offerOf } from './offers.ts';
import { Ask, AskCursor, AskPage, readWire } from './wire.ts';

const PATH = '/api/v0/bundles/';
const ENDPOINT = `POST ${PATH}`;
const PAGE_SIZE = 64;
/**
 * The search prices rows with this disk. Offers have separate prices, so it only sets the order.
 */
const STORAGE_GB = policy.lease.defaultDiskGb;

/** The next search: offers from this price on, without those in `except`. */
type Cursor = { readonly price: number; readonly except: readonly number[] };

type FoundRow = { readonly id: string; readonly price: number; readonly row: unknown };

const START: Cursor = { price: 0, except: [] };

function queryOf(cursor: Cursor) {
  return {
    verified: { eq: true },
    external: { eq: false },
    rentable: { eq: true },
    rented: { eq: false },
    direct_port_count: { gte: 1 },
    dph_total: { gte: cursor.price },
    // A filter on `id` matches nothing; this other name of the id works (live, October 2026).
    ...(cursor.except.length === 0 ? {} : { ask_contract_id: { notin: cursor.except } }),
    type: 'on-demand',
    order: [['dph_total', 'asc']],
    limit: PAGE_SIZE,
    allocated_storage: STORAGE_GB,
  };
}

type Page = {
  readonly rows: readonly FoundRow[];
  /** Rows without an id or a price, by which the search can't continue. */
  readonly unplaced: readonly unknown[];
};

async function page(api: Api, cursor: Cursor): Promise<Page> {
  const call = { method: 'POST', path: PATH, body: queryOf(cursor) } as const;
  const { offers } = await read(api, AskPage, { ...call, callClass: 'search' });
  const rows: FoundRow[] = [];
  const unplaced: unknown[] = [];
  for (const row of offers) {
    const { data } = AskCursor.safeParse(row);
    if (data === undefined) unplaced.push(row);
    else rows.push({ id: data.id, price: data.dph_total, row });
  }
  return { rows, unplaced };
}

/** Throws BadReply when a page without any place to continue from may hide more offers. */
function checkPlaced({ rows, unplaced }: Page, isFirst: boolean): void {
  const [row] = unplaced;
  if (rows.length > 0 || row === undefined) return;
  if (isFirst || unplaced.length >= PAGE_SIZE) readWire(AskCursor, row, ENDPOINT);
}

/**
 * Rows as offers. An unreadable row is left out and named, but when no row is readable, the
 * provider has changed its format, which is a failure.
 */
function foundIn(rows: readonly FoundRow[], unplaced: ReadonlySet<string>): Found {
  const asks: Ask[] = [];
  const unreadable = [...unplaced];
  for (const { id, row } of rows) {
    const { data } = Ask.safeParse(row);
    if (data === undefined) unreadable.push(id);
    else asks.push(data);
  }
  if (asks.length === 0 && rows[0] !== undefined) readWire(Ask, rows[0].row, ENDPOINT);
  return { offers: asks.flatMap((ask) => offerOf(ask, STORAGE_GB) ?? []), unreadable };
}

const AnyId = z.object({ id: z.catch(z.union([z.number(), z.string()]), 'unknown') });

/** The id of a row without a readable price, as far as it has one. */
const nameOf = (row: unknown): string => `${AnyId.safeParse(row).data?.id ?? 'unknown'}`;

/** The next search after one that returned new offers. */
function nextCursor(
  cursor: Cursor,
  seen: ReadonlyMap<string, FoundRow>,
  fresh: readonly FoundRow[],
): Cursor {
  const price = Math.max(cursor.price, ...fresh.map((row) => row.price));
  const isSamePrice = price === cursor.price && cursor.except.length > 0;
  return { price, except: isSamePrice ? idsAt(price, seen) : [] };
}

function idsAt(price: number, seen: ReadonlyMap<string, FoundRow>): readonly number[] {
  return [...seen.values()].filter((row) => row.price === price).map(({ id }) => Number(id));
}

/**
 * All offers that can be read. Throws RateLimited, ProviderDown, Unauthorised, BadReply, and never
 * returns a part.
 */
export async function search(api: Api): Promise<Found> {
  const seen = new Map<string, FoundRow>();
  const odd = new Set<string>();
  let cursor = START;
  let longest = 0;
  for (let pages = 0; pages < policy.search.maxPages; pages += 1) {
    const found = await page(api, cursor);
    checkPlaced(found, seen.size === 0);
    const { rows, unplaced } = found;
    for (const row of unplaced) odd.add(nameOf(row));
    const length = rows.length + unplaced.length;
    const fresh = rows.filter(({ id }) => !seen.has(id));
    for (const row of fresh) seen.set(row.id, row);
    longest = Math.max(longest, length);
    if (fresh.length > 0) {
      cursor = nextCursor(cursor, seen, fresh);
    } else if (rows.length === 0 || length < longest) {
      return foundIn([...seen.values()], odd);
    } else if (cursor.except.length === 0) {
      // A full page of known offers: there may be more with exactly this price.
      cursor = { price: cursor.price, except: idsAt(cursor.price, seen) };
    } else {
      throw new Failure(
        'BadReply',
        `vastai ${ENDPOINT}: the search repeats offers of one price despite the filter`,
      );
    }
  }
  const most = policy.search.maxPages;
  throw new Failure('BadReply', `vastai ${ENDPOINT}: more than ${most} pages`);
}
