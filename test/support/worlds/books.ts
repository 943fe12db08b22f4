// Reads costs and ledger entries of a lease world through the API, page by page, and closes days.

import { expect } from 'vitest';
import { joinCosts } from '../../../clients/client/costs.ts';
import type { Costs, LedgerEntry, Verdict } from '../../../clients/client/replies.ts';
import type { GatewayRequest } from '../../../local/aws/gateway.ts';
import { closeDays } from '../../../shared/app/billing.ts';
import { once } from '../../../shared/app/runtime.ts';
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
