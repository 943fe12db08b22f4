// Reads costs and ledger entries of a lease world through the API, page by page, and closes days.

import { expect } from 'vitest';
import { joinCosts } from '../../../clients/client/costs.ts';
import type { Costs, LedgerEntry, Verdict } from '../../../clients/client/replies.ts';
import type { GatewayRequest } from '../../../local/aws/gateway.ts';
import { closeDays } from '../../../shared/app/billing.ts';
import { once } from '../../../shared/app/runtime.ts';
import { cost, microUsdPerHour } from '../../../shared/core/base/money.ts';
import { policy } from '../../../shared/core/base/policy/policy.ts';
import { allInRate } from '../../../shared/core/instance/offer.ts';
import { type Lease, reservedOf } from '../../../shared/core/lease/lease.ts';
import type { LeaseWorld } from './lease.ts';
import { endedRun } from './runs.ts';

type Query = Readonly<Record<string, string>>;
type As = Pick<GatewayRequest, 'userArn'>;

export type Books = {
  /** All pages of a report, joined. */
  costs(query: Query, as?: As): Promise<Costs>;
  entries(query?: Query, as?: As): Promise<readonly LedgerEntry[]>;
  verify(body?: object): Promise<Verdict>;
  closeDays(): Promise<{ readonly closed: number }>;
};

function joined(pages: readonly Costs[]): Costs {
  const [first, ...others] = pages;
  if (first === undefined) throw new Error('the report has no page');
  return others.reduce(joinCosts, first);
}

async function pagesOf<Page extends { nextCursor: string | null }>(
  read: (cursor: Query) => Promise<unknown>,
): Promise<Page[]> {
  const pages: Page[] = [];
  for (let cursor: Query = {}; ; ) {
    const page = (await read(cursor)) as Page;
    pages.push(page);
    if (page.nextCursor === null) return pages;
    cursor = { cursor: page.nextCursor };
  }
}

/** The market keeps fractions of a micro-dollar, and the charge of an instance has three parts. */
const ROUNDING = 3;

/**
 * How the charge of an ended lease differs from what the market took for its instances; empty when
 * the difference is explained. The charge starts at most `createWithin` before the instance, and
 * ends when the reply to destroy is recorded: it may be higher by that time. It is lower at most by
 * what is reserved for transfer that nobody reported.
 */
export function unlikeMarket({ market }: LeaseWorld, lease: Lease): readonly string[] {
  const own = market.books().instances.filter(({ label }) => label?.includes(lease.id) === true);
  const taken = own.reduce((all, { totalMicroUsd }) => all + totalMicroUsd, 0);
  const charged = lease.state === 'ended' ? lease.chargedMicroUsd + lease.correctedMicroUsd : 0;
  const { diskGb } = lease.terms.requirement;
  const rates = lease.attempts.map(({ offer }) => allInRate(offer, diskGb));
  const lag = cost(microUsdPerHour(Math.max(0, ...rates)), policy.launch.createWithin);
  const off = charged - taken;
  const reserved = lease.state === 'ended' ? reservedOf(lease) : 0;
  const explained =
    off >= -ROUNDING * own.length - reserved && off <= (lag + ROUNDING) * own.length;
  return explained ? [] : [`charged ${charged}, and the market took ${taken}`];
}

export function booksOf(world: LeaseWorld): Books {
  const ok = async (route: Parameters<LeaseWorld['ask']>[0], request: GatewayRequest) => {
    const reply = await world.ask(route, request);
    expect(reply.body).not.toHaveProperty('detail');
    expect(reply.status).toBe(200);
    return reply.body;
  };
  return {
    costs: async (query, as = {}) =>
      joined(await pagesOf((cursor) => ok('readCosts', { query: { ...query, ...cursor }, ...as }))),
    entries: async (query = {}, as = {}) => {
      const pages = await pagesOf<{ entries: LedgerEntry[]; nextCursor: string | null }>((cursor) =>
        ok('readLedger', { query: { ...query, ...cursor }, ...as }),
      );
      return pages.flatMap(({ entries }) => entries);
    },
    verify: async (body = {}) => {
      const { kind, result } = await endedRun(world, 'verifyLedger', body);
      if (kind !== 'verify' || result === null) throw new Error('it was not verified');
      return result;
    },
    closeDays: () => once(world.service.runtime, closeDays)(),
  };
}
