// Searches for offers, by three routes. The server's default filters apply to fields that the
// caller does not filter, and a response never has more than 64 offers (observed September 2026).

import { isRow, type Parsed, parseJson, type Row } from '../../kit/json.ts';
import type { Reply } from '../../kit/wire.ts';
import type { Context, Request } from '../context.ts';
import { comparator, type Ordering, parseFilters, pickColumns } from '../filters.ts';
import { isFree, takenBy } from '../life.ts';
import { type OfferView, offerView } from '../offer-view.ts';
import { isTakenByOthers } from '../others.ts';
import { badJson, badQuery, ok } from '../replies.ts';
import { createRowFaults } from '../row-faults.ts';

const maxOffers = 64;
const defaultDiskGb = 8;
const controls = ['type', 'order', 'limit', 'allocated_storage', 'disable_bundling'];
const flags = ['chunked', 'georegion'];
const kinds = ['on-demand', 'ondemand', 'reserved', 'bid'];
const defaults: Row = { verified: { eq: true }, rentable: { eq: true }, rented: { eq: false } };

/** POST /bundles/. A read; safe to repeat. */
export function search(context: Context, { body }: Request): Reply {
  return find(context, body);
}

/** GET /bundles/?q=: the same search by older clients. */
export function searchByQuery(context: Context, { query }: Request): Reply {
  const json = parseJson(query.get('q') ?? '{}');
  return 'value' in json && isRow(json.value) ? find(context, json.value) : badJson;
}

/** PUT /search/asks/: the body holds the query and the requested columns. */
export function searchAsks(context: Context, { body }: Request): Reply {
  const { q = {}, select_cols = ['*'] } = body;
  if (!isRow(q)) return unknownKey('q');
  return find(context, q, Array.isArray(select_cols) ? select_cols.map(String) : ['*']);
}

function find(context: Context, body: Row, columns: readonly string[] = ['*']): Reply {
  const { type = 'on-demand', limit = maxOffers, allocated_storage = defaultDiskGb } = body;
  if (typeof type !== 'string' || !kinds.includes(type)) return unknownKey('type');
  if (typeof limit !== 'number' || limit < 0) return unknownKey('limit');
  if (typeof allocated_storage !== 'number') return unknownKey('allocated_storage');
  const rows = searchRows(context, allocated_storage, type === 'bid');
  const sample: Row = rows[0] ?? {};
  const requested = Object.entries(body).filter(([key]) => ![...controls, ...flags].includes(key));
  const filters = { ...defaults, ...Object.fromEntries(requested) };
  const conditions = parseFilters(filters, (field) => Object.hasOwn(sample, field));
  if ('problem' in conditions) return unknownKey(conditions.problem);
  const orderings = parseOrder(body.order, sample);
  if ('problem' in orderings) return unknownKey(orderings.problem);
  const found = rows
    .filter((row) => conditions.value.every((condition) => condition.test(row)))
    .sort(comparator(orderings.value))
    .slice(0, Math.min(limit, maxOffers));
  const alter = createRowFaults(context, 'offer');
  return ok({ offers: found.map(({ shown }) => pickColumns(alter(shown, 0), columns)) });
}

type SearchRow = Omit<OfferView, 'id' | 'external' | 'geolocation'> & {
  readonly shown: OfferView;
} & Row;

/**
 * The rows for filters, which differ from the rows in the response: `id` matches nothing (observed
 * October 2026), `geolocation` is the country code, a null `external` counts as false, and
 * `verified` exists only as a filter.
 */
function searchRows(context: Context, diskGb: number, bid: boolean): SearchRow[] {
  const { market } = context.state;
  const { settings } = context;
  const taken = takenBy(context.state, context.now);
  return Object.values(market.offers).flatMap((offer) => {
    const machine = market.machines[offer.machineId];
    if (machine === undefined) return [];
    const isTaken = isTakenByOthers(context, machine.id, context.now - settings.offerLagMs);
    const rented = machine.rentable && (isTaken || !isFree(taken, offer, machine));
    const shown = offerView(offer, machine, { diskGb, bid, rented, now: context.now });
    return {
      ...shown,
      shown,
      id: null,
      external: false,
      geolocation: machine.country,
      verified: machine.verification === 'verified',
    };
  });
}

function parseOrder(order: unknown, sample: Row): Parsed<Ordering[]> {
  if (order === undefined) return { value: [{ field: 'score', descending: true }] };
  if (!Array.isArray(order)) return { problem: 'order' };
  const orderings: Ordering[] = [];
  for (const entry of order) {
    if (!Array.isArray(entry)) return { problem: 'order' };
    const [field, direction]: unknown[] = entry;
    if (typeof field !== 'string' || !Object.hasOwn(sample, field)) return { problem: `${field}` };
    if (direction !== 'asc' && direction !== 'desc') return { problem: `${direction}` };
    orderings.push({ field, descending: direction === 'desc' });
  }
  return { value: orderings };
}

function unknownKey(key: string): Reply {
  return badQuery(`${key} is not a valid search op/key`);
}
