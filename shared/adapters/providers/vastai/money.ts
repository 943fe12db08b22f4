// The charges of Vast.ai, and what is left of the prepaid credit. Charges outlive their instances;
// reconciliation compares our own charges with them.

import { brandId, InstanceId } from '../../../core/base/ids.ts';
import { fromUsd } from '../../../core/base/money.ts';
import { type EpochMs, epochMs, hours } from '../../../core/base/time.ts';
import type { ProviderCharge } from '../../../core/billing/reconcile.ts';
import { type Api, endpointOf, nextOf, read, walkPages } from './call.ts';
import { CHARGES_SPACING } from './card.ts';
import { type Charge, ChargePage, User } from './wire.ts';

const CHARGES = { method: 'GET', path: '/api/v0/charges/' } as const;
const CHARGES_PAGE_SIZE = '500';
const DAY = hours(24);

/**
 * A row covers whole days, and its `end` is the start of the last day: the documentation's example
 * bills 96 hours from 1 November to "4 November 0:00".
 */
function chargeOf(row: Charge): ProviderCharge {
  return {
    instanceId: brandId(InstanceId, row.source.replace('instance-', '')),
    label: row.metadata?.label ?? null,
    amount: fromUsd(row.amount),
    from: epochMs(Math.floor(row.start * 1_000)),
    to: epochMs(Math.ceil(row.end * 1_000) + DAY),
  };
}

/**
 * Charges are grouped by UTC day: the filter starts at the start of the first day to include it.
 */
const dayFilter = (from: EpochMs, to: EpochMs): string =>
  JSON.stringify({
    day: { gte: (Math.floor(from / DAY) * DAY) / 1_000, lte: Math.ceil(to / 1_000) },
    type: { in: ['instance'] },
  });

/** The charges of all UTC days between `from` and `to`; each has the days it covers. */
export async function listCharges(
  api: Api,
  from: EpochMs,
  to: EpochMs,
): Promise<readonly ProviderCharge[]> {
  const charges = await walkPages<ProviderCharge>(api, {
    endpoint: endpointOf(CHARGES),
    spacing: CHARGES_SPACING,
    keyOf: ({ instanceId, from: start, to: end }) => `${instanceId} ${start} ${end}`,
    page: async (after) => {
      const query = {
        select_filters: dayFilter(from, to),
        format: 'table',
        latest_first: 'true',
        limit: CHARGES_PAGE_SIZE,
        ...(after === null ? {} : { after_token: after }),
      };
      const page = await read(api, ChargePage, { ...CHARGES, query, spacing: CHARGES_SPACING });
      const next = nextOf(page.next_token);
      return { items: page.results.map(chargeOf), next, total: page.total ?? null };
    },
  });
  return charges.filter((charge) => charge.from <= to && charge.to > from);
}

/** The credit in whole micro-dollars, rounded down; below zero when overdrawn. */
export async function readBalance(api: Api): Promise<number | null> {
  const call = { method: 'GET', path: '/api/v0/users/current/' } as const;
  const { credit } = await read(api, User, { ...call, spacing: CHARGES_SPACING });
  return credit === undefined || credit === null ? null : Math.floor(credit * 1_000_000);
}
