// The account's credit and charges, both computed from the instances' lives. Charges are reported
// per UTC day, rounded to a tenth of a cent, also for destroyed instances.

import { bytesUntil } from '../../kit/billing.ts';
import { isRow, parseJson, type Row } from '../../kit/json.ts';
import type { Reply } from '../../kit/wire.ts';
import { costBetween, creditMicroUsd } from '../billing.ts';
import { type Context, instancesOf, type Request } from '../context.ts';
import { parseFilters } from '../filters.ts';
import { badQuery, ok, refusal } from '../replies.ts';
import { createRowFaults } from '../row-faults.ts';
import type { Instance } from '../state.ts';
import { parseToken, tokenOf } from './tokens.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const pageDefault = 100;
const maxPage = 500;

/** `credit` is the money that can be spent; `balance` is another value and stays 0. */
export function balance(context: Context): Reply {
  const user = { username: 'dev', email: 'dev@example.com', balance: 0, ssh_key: null, sid: null };
  if (context.account === 'other') return ok({ ...user, ...otherAccount });
  const credit = creditMicroUsd(context.state, context.now) / 1e6;
  return ok({ ...user, id: 123456, credit, key_id: 9911 });
}

const otherAccount = { id: 654321, username: 'other', credit: 25, key_id: 7 };

/** GET /charges/: one row per instance with its items, latest first on request. */
export function charges(context: Context, { query }: Request): Reply {
  const json = parseJson(query.get('select_filters') ?? '{}');
  if ('problem' in json || !isRow(json.value)) return badQuery('Invalid select_filters');
  const { day, ...others } = json.value;
  if (!isRow(day) || typeof day.gte !== 'number' || typeof day.lte !== 'number') return noRange;
  const conditions = parseFilters(others, (field) => field === 'type');
  if ('problem' in conditions) return badQuery(`${conditions.problem} is not a valid search key`);
  const after = parseToken(query.get('after_token'));
  if ('problem' in after) return refusal(400, 'invalid_token', 'Invalid after_token.');

  const rows = instancesOf(context)
    .flatMap((instance) => [
      ...chargeRows(instance, day, context.now),
      ...refundRows(instance, day, context.now),
    ])
    .filter(({ row }) => conditions.value.every((condition) => condition.test(row)));
  if (query.get('latest_first') === 'true') rows.reverse();
  const at = after.value === null ? -1 : rows.findIndex(({ id }) => id === after.value?.id);
  const size = Math.min(Number(query.get('limit') ?? pageDefault) || pageDefault, maxPage);
  const page = rows.slice(at + 1, at + 1 + size);
  const last = at + 1 + size < rows.length ? page.at(-1) : undefined;
  const alter = createRowFaults(context, 'charge');
  return ok({
    success: true,
    count: page.length,
    ...(context.takeFault('missing-total') === undefined && { total: rows.length }),
    next_token: last === undefined ? null : tokenOf({ id: last.id }),
    results: page.map(({ id, row }) => alter(row, id)),
  });
}

const noRange: Reply = {
  status: 400,
  body: {
    success: false,
    msg: "Must provide both 'day' gte and lte filters for instance charges",
  },
};

type ChargeRow = { readonly id: number; readonly row: Row };

/** The instance's cost on the UTC days whose first second is in the range. */
function chargeRows(instance: Instance, day: Row, now: number): ChargeRow[] {
  const end = Math.min(now, instance.end?.at ?? Infinity);
  const earliest = Math.ceil((Number(day.gte) * 1000) / dayMs) * dayMs;
  const first = Math.max(earliest, startOfDay(instance.createdAt));
  const last = Math.min(startOfDay(Number(day.lte) * 1000), startOfDay(end));
  if (last < first) return [];
  const days = (last - first) / dayMs + 1;
  const span = { start: first / 1000, end: last / 1000 };
  const items = chargeItems(instance, first, Math.min(last + dayMs, end));
  const row = {
    ...span,
    type: 'instance',
    source: `instance-${instance.id}`,
    description: `Instance ${instance.id} Charges - ${days} day${days === 1 ? '' : 's'}`,
    amount: rounded(items.reduce((sum, { amount }) => sum + amount, 0)),
    metadata: { template_id: null, label: instance.label },
    items: items.map((item) => ({ ...span, ...item, source: null, metadata: {}, items: [] })),
  };
  return [{ id: instance.id, row }];
}

/** Refunds have their own rows, with a negative amount. */
function refundRows({ id, label, refunds }: Instance, day: Row, now: number): ChargeRow[] {
  return refunds.flatMap(({ at, microUsd }, index) => {
    const start = startOfDay(at) / 1000;
    if (at > now || start < Number(day.gte) || start > Number(day.lte)) return [];
    const row = {
      ...{ start, end: start, type: 'instance', source: `instance-${id}` },
      ...{ description: `Instance ${id} Refund ${index + 1}`, amount: -rounded(microUsd / 1e6) },
      ...{ metadata: { template_id: null, label }, items: [] },
    };
    return [{ id, row }];
  });
}

function chargeItems(instance: Instance, from: number, to: number) {
  const cost = costBetween(instance, from, to);
  const diskMs = to - Math.max(from, instance.createdAt);
  const [before, after] = [bytesUntil(instance.traffic, from), bytesUntil(instance.traffic, to)];
  return [
    chargeItem('gpu', 'hour', { amount: cost.gpuMs / hourMs, microUsd: cost.gpuMicroUsd }),
    chargeItem('disk', 'hour', { amount: diskMs / hourMs, microUsd: cost.diskMicroUsd }),
    chargeItem('bwu', 'GB', { amount: (after.up - before.up) / 1e9, microUsd: cost.upMicroUsd }),
    chargeItem('bwd', 'GB', {
      amount: (after.down - before.down) / 1e9,
      microUsd: cost.downMicroUsd,
    }),
  ].filter((item) => item !== null);
}

/** Null for a zero amount. */
function chargeItem(type: string, unit: string, used: { amount: number; microUsd: number }) {
  if (used.amount <= 0) return null;
  const usd = used.microUsd / 1e6;
  const units = unit === 'GB' ? unit : `${unit}s`;
  const price = `$${rounded(usd / used.amount)}/${unit}`;
  const description = `${used.amount.toFixed(3)} ${units} at ${price}`;
  return { type, description, amount: rounded(usd) };
}

function startOfDay(at: number): number {
  return Math.floor(at / dayMs) * dayMs;
}

/** Rounds to a tenth of a cent, as in the provider's charges. */
function rounded(usd: number): number {
  return Math.round(usd * 1000) / 1000;
}
