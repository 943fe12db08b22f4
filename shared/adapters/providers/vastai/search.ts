// Finds every offer of Vast.ai that can be leased. A search returns at most 64 rows, whatever limit
// is sent (live, September 2026), and there is no next page: each search starts at the last price
// of the previous one.

import { Failure } from '../../../core/base/failure.ts';
import { policy } from '../../../core/base/policy/policy.ts';
import type { Offer } from '../../../core/instance/offer.ts';
import { type Api, read } from './call.ts';
import { SEARCH_SPACING } from './card.ts';
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

async function page(api: Api, cursor: Cursor): Promise<readonly FoundRow[]> {
  const call = { method: 'POST', path: PATH, body: queryOf(cursor) } as const;
  const { offers } = await read(api, AskPage, { ...call, spacing: SEARCH_SPACING });
  return offers.map((row) => {
    const { id, dph_total: price } = readWire(AskCursor, row, ENDPOINT);
    return { id, price, row };
  });
}

/**
 * Rows as offers. An unreadable row is left out, but when no row is readable, the provider has
 * changed its format, which is a failure.
 */
function offersOf(rows: readonly FoundRow[]): readonly Offer[] {
  const asks = rows.flatMap(({ row }) => {
    const parsed = Ask.safeParse(row);
    return parsed.success ? [parsed.data] : [];
  });
  if (asks.length === 0 && rows[0] !== undefined) readWire(Ask, rows[0].row, ENDPOINT);
  return asks.flatMap((ask) => offerOf(ask, STORAGE_GB) ?? []);
}

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
 * All offers. Throws RateLimited, ProviderDown, Unauthorised, BadReply, and never returns a part.
 */
export async function search(api: Api): Promise<readonly Offer[]> {
  const seen = new Map<string, FoundRow>();
  let cursor = START;
  let longest = 0;
  for (let pages = 0; pages < policy.search.maxPages; pages += 1) {
    if (pages > 0) await api.pause(SEARCH_SPACING);
    const rows = await page(api, cursor);
    const fresh = rows.filter(({ id }) => !seen.has(id));
    for (const row of fresh) seen.set(row.id, row);
    longest = Math.max(longest, rows.length);
    if (fresh.length > 0) {
      cursor = nextCursor(cursor, seen, fresh);
    } else if (rows.length === 0 || rows.length < longest) {
      return offersOf([...seen.values()]);
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
