// A lease world whose books are read: with an operator, and room for many leases. Days are closed
// and books are verified when a test says so.

import { expect } from 'vitest';
import { joinCosts } from '../../../clients/client/costs.ts';
import type { Costs, LedgerEntry, Verdict } from '../../../clients/client/replies.ts';
import type { GatewayRequest } from '../../../local/aws/gateway.ts';
import { closeDays } from '../../../shared/app/billing.ts';
import { once } from '../../../shared/app/runtime.ts';
import type { LeaseId } from '../../../shared/core/base/ids.ts';
import { type LeaseWorld, leaseWorld, type Meddle } from './lease.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const OPERATOR = 'arn:aws:sts::123456789012:assumed-role/operator/night-shift';
export const STRANGER = 'arn:aws:sts::123456789012:assumed-role/other-team/run-1';

const ENV = {
  GPU_SHOPPER_MONTHLY_BUDGET_MICRO_USD: '1000000000',
  GPU_SHOPPER_MAX_RATE_MICRO_USD_PER_HOUR: '100000000',
  GPU_SHOPPER_MAX_OPEN_LEASES: '50',
  GPU_SHOPPER_OPERATORS: '123456789012/operator',
};

type Query = Readonly<Record<string, string>>;
type As = Pick<GatewayRequest, 'userArn'>;

export type BooksWorld = LeaseWorld & {
  active(body?: object): Promise<LeaseId>;
  /** Releases it and waits until it is settled. */
  end(id: LeaseId): Promise<void>;
  /** All pages of a report, each group once. */
  costs(query: Query, as?: As): Promise<Costs>;
  entries(query?: Query, as?: As): Promise<readonly LedgerEntry[]>;
  verify(body?: object): Promise<Verdict>;
  closeDays(): Promise<{ readonly closed: number }>;
};

function joined(pages: readonly Costs[]): Costs {
  const [first, ...others] = pages;
  if (first === undefined) throw new Error('there is no page');
  return others.reduce(joinCosts, first);
}

/** The menu is read once: leases must be requested within half an hour. */
export async function booksWorld(
  meddle?: Meddle,
  env: Readonly<Record<string, string>> = {},
): Promise<BooksWorld> {
  const world = await leaseWorld(meddle, { env: { ...ENV, ...env }, freshMenu: false });
  const ok = async (route: Parameters<LeaseWorld['ask']>[0], request: GatewayRequest) => {
    const reply = await world.ask(route, request);
    expect(reply.body).not.toHaveProperty('detail');
    expect(reply.status).toBe(200);
    return reply.body;
  };
  const pagesOf = async <Page extends { nextCursor: string | null }>(
    read: (cursor: Query) => Promise<unknown>,
  ): Promise<Page[]> => {
    const pages: Page[] = [];
    for (let cursor: Query = {}; ; ) {
      const page = (await read(cursor)) as Page;
      pages.push(page);
      if (page.nextCursor === null) return pages;
      cursor = { cursor: page.nextCursor };
    }
  };
  return {
    ...world,
    async active(body) {
      const id = await world.request(body);
      await world.untilState(id, 'active');
      return id;
    },
    async end(id) {
      await world.release(id);
      await world.untilState(id, 'ended');
    },
    costs: async (query, as = {}) =>
      joined(await pagesOf((cursor) => ok('readCosts', { query: { ...query, ...cursor }, ...as }))),
    entries: async (query = {}, as = {}) => {
      const pages = await pagesOf<{ entries: LedgerEntry[]; nextCursor: string | null }>((cursor) =>
        ok('readLedger', { query: { ...query, ...cursor }, ...as }),
      );
      return pages.flatMap(({ entries }) => entries);
    },
    verify: async (body = {}) => (await ok('verifyLedger', { body, userArn: OPERATOR })) as Verdict,
    closeDays: () => once(world.service.runtime, closeDays)(),
  };
}
