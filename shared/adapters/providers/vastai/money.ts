// The charges of Vast.ai, and what is left of the prepaid credit. Charges outlive their instances;
// reconciliation compares our own charges with them.

import { brandId, InstanceId } from '../../../core/base/ids.ts';
import { fromSignedUsd } from '../../../core/base/money.ts';
import { type EpochMs, epochMs, hours } from '../../../core/base/time.ts';
import type { ProviderCharge } from '../../../core/billing/reconcile.ts';
import { type Api, endpointOf, nextOf, read, walkPages } from './call.ts';
import { ChargePage, readCharge, User, UserId } from './wire.ts';

const CHARGES = { method: 'GET', path: '/api/v0/charges/' } as const;
const CHARGES_PAGE_SIZE = '500';
const DAY = hours(24);

const INSTANCE = 'instance-';

/**
 * A row covers whole days, and its `end` is the start of the last day: the documentation's example
 * bills 96 hours from 1 November to "4 November 0:00". A row without a readable time covers the
 * whole `span`. Every row about an instance counts, whatever its type.
 */
function chargeOf(json: unknown, span: Span): ProviderCharge {
  const { row, unreadable } = readCharge(json);
  const { source, amount, start, end } = row;
  const id = source?.startsWith(INSTANCE) === true ? source.slice(INSTANCE.length) : null;
  return {
    instanceId: id === null ? null : brandId(InstanceId, id),
    label: row.metadata?.label ?? null,
    amount: amount === null ? null : fromSignedUsd(amount),
    from: start === null ? span.from : epochMs(Math.floor(start * 1_000)),
    to: end === null ? span.to : epochMs(Math.ceil(end * 1_000) + DAY),
    unreadable,
  };
}

type Span = { readonly from: EpochMs; readonly to: EpochMs };

/**
 * Charges are grouped by UTC day: the filter starts at the start of the first day to include it.
 */
const dayFilter = (from: EpochMs, to: EpochMs): string =>
  JSON.stringify({
    day: { gte: (Math.floor(from / DAY) * DAY) / 1_000, lte: Math.ceil(to / 1_000) },
    type: { in: ['instance'] },
  });

type KeyedCharge = { readonly key: string; readonly charge: ProviderCharge };

/** An instance has one charge for its days; refunds and unreadable rows differ in their content. */
function keyed(json: unknown, span: Span): KeyedCharge {
  const charge = chargeOf(json, span);
  const { instanceId, from, to, amount } = charge;
  const isOnly = instanceId !== null && amount !== null && amount >= 0;
  return { key: isOnly ? `${instanceId} ${from} ${to}` : JSON.stringify(json), charge };
}

/** The charges of all UTC days between `from` and `to`; each has the days it covers. */
export async function listCharges(
  api: Api,
  from: EpochMs,
  to: EpochMs,
): Promise<readonly ProviderCharge[]> {
  const charges = await walkPages<KeyedCharge>({
    endpoint: endpointOf(CHARGES),
    needsTotal: false,
    keyOf: ({ key }) => key,
    page: async (after) => {
      const query = {
        select_filters: dayFilter(from, to),
        format: 'table',
        latest_first: 'true',
        limit: CHARGES_PAGE_SIZE,
        ...(after === null ? {} : { after_token: after }),
      };
      const page = await read(api, ChargePage, { ...CHARGES, query, callClass: 'charges' });
      const next = nextOf(page.next_token);
      return {
        items: page.results.map((json) => keyed(json, { from, to })),
        next,
        total: page.total ?? null,
      };
    },
  });
  return charges
    .map(({ charge }) => charge)
    .filter((charge) => charge.from <= to && charge.to > from);
}

const USER = { method: 'GET', path: '/api/v0/users/current/' } as const;

/** The id of the account, or of the team that the key belongs to. */
export async function readAccount(api: Api): Promise<string> {
  return (await read(api, UserId, { ...USER, callClass: null })).id;
}

/** The credit in whole micro-dollars, rounded down; below zero when overdrawn. */
export async function readBalance(api: Api): Promise<number | null> {
  const { credit } = await read(api, User, { ...USER, callClass: null });
  return credit === undefined || credit === null ? null : Math.floor(credit * 1_000_000);
}
