// The account's instances: in pages (v1) and in one list (v0, deprecated March 2026). Lists lag
// behind the actual state and do not mark what they omit.

import type { Fault } from '../../kit/faults.ts';
import { isRow, type Parsed, parseJson, type Row } from '../../kit/json.ts';
import { isListed } from '../../kit/life.ts';
import type { Reply } from '../../kit/wire.ts';
import { type Context, instancesOf, placeOf, type Request } from '../context.ts';
import { comparator, type Ordering, parseFilters, pickColumns } from '../filters.ts';
import { storedView } from '../instance-view.ts';
import { badQuery, ok, refusal, serverError } from '../replies.ts';
import { createRowFaults } from '../row-faults.ts';
import type { Instance } from '../state.ts';
import { show } from './instances.ts';
import { parseToken, tokenOf } from './tokens.ts';

const maxPage = 25;
const invalidLimitPage = 5;
const staleMs = 60_000;
const byId: Ordering = { field: 'id', descending: false };

type Listed = { readonly instance: Instance; readonly row: Row };

/** GET /api/v0/instances/ */
export async function listAll(context: Context): Promise<Reply> {
  const all = listed(context);
  if (failsPage(context, all)) return serverError;
  const shown = await showAll(context, all);
  return ok({ instances_found: shown.length, instances: shown });
}

/** GET /api/v1/instances/: a keyset page; rows do not repeat or shift when others disappear. */
export async function listPage(context: Context, { query }: Request): Promise<Reply> {
  const all = listed(context);
  const conditions = parseSelection(query.get('select_filters'));
  if ('problem' in conditions) return badSearchKey(conditions.problem);
  const orderings = parseOrderings(query.get('order_by'));
  if ('problem' in orderings) return badSearchKey(orderings.problem);
  const after = parseToken(query.get('after_token'));
  if ('problem' in after) return refusal(400, 'invalid_token', 'Invalid after_token.');

  const order = comparator([...orderings.value, byId]);
  const matching = all
    .filter(({ row }) => conditions.value.every((condition) => condition.test(row)))
    .sort((left, right) => order(left.row, right.row));
  const from = after.value;
  const rest = from === null ? matching : matching.filter(({ row }) => order(row, from) > 0);
  const page = rest.slice(0, pageSize(query.get('limit')));
  if (failsPage(context, page)) return serverError;
  const last = rest.length > page.length ? page.at(-1) : undefined;
  const shown = await showAll(context, page);
  const total = context.takeFault('missing-total') === undefined;
  return ok({
    success: true,
    instances_found: page.length,
    ...(total && { total_instances: matching.length }),
    label_counts: countLabels(matching),
    next_token: last === undefined ? null : tokenAt(last.row, orderings.value),
    instances: shown.map((row) => selectColumns({ ...row, volume_info: [] }, query)),
  });
}

async function showAll(context: Context, page: readonly Listed[]): Promise<Row[]> {
  const shown = await Promise.all(page.map(({ instance }) => show(context, instance)));
  const alter = createRowFaults(context, 'instance');
  return shown.map((row) => alter(row, row.id));
}

function listed(context: Context): Listed[] {
  const { state, settings, now } = context;
  if (context.takeFault('empty-list') !== undefined) return [];
  const stale = staleness(context.takeFault('stale-list'));
  return instancesOf(context)
    .filter((instance) => {
      const own = staleness(context.takeInstanceFault('stale-list', instance.id));
      return isListed(instance, now, { ...settings, staleMs: Math.max(stale, own) });
    })
    .map((instance) => ({
      instance,
      row: storedView(instance, placeOf(state, instance), { ...settings, now }),
    }));
}

function staleness(fault: Fault | undefined): number {
  return fault === undefined ? 0 : (fault.forMs ?? staleMs);
}

/** The fault `partial-page` with an instance id fails the page with that instance. */
function failsPage(context: Context, page: readonly Listed[]): boolean {
  return page.some(({ instance }) => context.takeInstanceFault('partial-page', instance.id));
}

function isStored(field: string): boolean {
  return storedColumns.includes(field);
}

const storedColumns = [
  ...['id', 'machine_id', 'host_id', 'label', 'actual_status', 'intended_status', 'cur_state'],
  ...['next_state', 'status_msg', 'gpu_name', 'num_gpus', 'verification', 'is_bid'],
  ...['image_uuid', 'image_runtype', 'start_date', 'end_date'],
];

function badSearchKey(key: string): Reply {
  return badQuery(`Error in query parameters: ${key} is not a valid search key`);
}

function parseSelection(text: string | null) {
  const json = parseJson(text ?? '{}');
  if ('problem' in json || !isRow(json.value)) return { problem: 'select_filters' };
  return parseFilters(json.value, isStored);
}

function parseOrderings(text: string | null): Parsed<Ordering[]> {
  const json = parseJson(text ?? '[]');
  if ('problem' in json || !Array.isArray(json.value)) return { problem: 'order_by' };
  const entries: unknown[] = json.value;
  const orderings: Ordering[] = [];
  for (const entry of entries) {
    const column = isRow(entry) ? entry.col : null;
    if (!isRow(entry) || typeof column !== 'string') return { problem: 'order_by' };
    if (!isStored(column)) return { problem: column };
    orderings.push({ field: column, descending: entry.dir === 'desc' });
  }
  return { value: orderings };
}

/** The provider's rule for `limit`: at most 25, and 5 for anything that is not positive. */
function pageSize(text: string | null): number {
  if (text === null) return maxPage;
  const limit = Number(text);
  return limit > 0 ? Math.min(limit, maxPage) : invalidLimitPage;
}

function countLabels(all: readonly Listed[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { instance } of all) {
    const label = instance.label ?? '';
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return counts;
}

/** The token for the last row's position in the order. */
function tokenAt(row: Row, orderings: readonly Ordering[]): string {
  return tokenOf(Object.fromEntries([...orderings, byId].map(({ field }) => [field, row[field]])));
}

function selectColumns(row: Row, query: URLSearchParams): Row {
  const json = parseJson(query.get('select_cols') ?? '["*"]');
  const columns: unknown[] = 'value' in json && Array.isArray(json.value) ? json.value : ['*'];
  return pickColumns(row, columns.map(String));
}
