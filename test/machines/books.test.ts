// Cost reports of leases that ran: every grouping has the same total, running leases are included,
// and closing a day changes no report.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCursors } from '../../shared/app/cursors.ts';
import { books } from '../../shared/app/lease.ts';
import { once } from '../../shared/app/runtime.ts';
import { brandId, ConsumerId, type LeaseId } from '../../shared/core/base/ids.ts';
import { GroupBy } from '../../shared/core/billing/costs.ts';
import { type Books, booksOf } from '../support/worlds/books.ts';
import {
  CONSUMER,
  type LeaseWorld,
  leaseWorld,
  OPERATOR,
  STRANGER,
} from '../support/worlds/lease.ts';
import { HOUR, MINUTE } from '../support/worlds/virtual-time.ts';

const NOVEMBER = { from: '2026-11-01', to: '2026-12-01' };

describe('cost reports of a day with two ended leases and a running one', () => {
  let world: LeaseWorld & Books;
  let ended: readonly LeaseId[];
  let running: LeaseId;
  beforeAll(async () => {
    // The menu is read only once, so the leases must be requested within half an hour.
    const leases = await leaseWorld({ freshMenu: false });
    world = { ...leases, ...booksOf(leases) };
    const { id: first } = await world.active();
    const { id: second } = await world.active({ gpuNames: ['RTX 3090'], hours: 2 });
    await world.pass(15 * MINUTE);
    await world.end(first);
    await world.end(second);
    ended = [first, second];
    ({ id: running } = await world.active({ gpuNames: ['RTX 4090'], hours: 12 }));
    await world.pass(30 * MINUTE);
  });
  afterAll(() => world.close());

  const charged = async (): Promise<number> => {
    const account = await once(world.service.runtime, books).accounts.get(CONSUMER);
    return account?.chargedMicroUsd ?? Number.NaN;
  };

  it('have the same total by every grouping, equal to the account’s charges', async () => {
    const reports = await Promise.all(
      GroupBy.options.map((groupBy) => world.costs({ groupBy, ...NOVEMBER })),
    );
    const { total } = await world.costs({ groupBy: 'day', ...NOVEMBER });
    expect(total.chargedMicroUsd).toBe(await charged());
    expect(total.chargedMicroUsd).toBeGreaterThan(0);
    expect(total.runningMicroUsd).toBeGreaterThan(0);
    expect(total.leases).toBe(2);
    for (const report of reports) {
      expect(report.total).toEqual(total);
      const sum = (of: (group: typeof total) => number): number =>
        report.groups.reduce((all, group) => all + of(group), 0);
      expect(sum((group) => group.chargedMicroUsd)).toBe(total.chargedMicroUsd);
      expect(sum((group) => group.runningMicroUsd)).toBe(total.runningMicroUsd);
      expect(sum((group) => group.leases)).toBe(2);
    }
  });

  it('show the parts of the charges', async () => {
    const { total } = await world.costs({ groupBy: 'gpu', ...NOVEMBER });
    const { gpuMicroUsd, diskMicroUsd, transferMicroUsd } = total.ofWhich;
    expect(gpuMicroUsd + diskMicroUsd + transferMicroUsd).toBe(total.chargedMicroUsd);
  });

  it('have a group for each lease, GPU, day, hour and account', async () => {
    const keys = async (groupBy: string): Promise<readonly string[]> =>
      (await world.costs({ groupBy, ...NOVEMBER })).groups.map(({ key }) => key);
    expect(await keys('lease')).toEqual([...ended, running].toSorted());
    expect(await keys('gpu')).toEqual(['RTX 3090', 'RTX 4090']);
    expect(await keys('day')).toEqual(['2026-11-21']);
    expect(await keys('hour')).toEqual(['2026-11-21T12:00Z']);
    expect(await keys('consumer')).toEqual([CONSUMER]);
    expect(await keys('month')).toEqual(['2026-11']);
    expect(await keys('job')).toEqual(['']);
  });

  it('include the current cost of a running lease', async () => {
    const before = await world.costs({ groupBy: 'lease' });
    await world.pass(10 * MINUTE);
    const later = await world.costs({ groupBy: 'lease' });
    const of = ({ groups }: typeof later): number =>
      groups.find(({ key }) => key === running)?.runningMicroUsd ?? 0;
    expect(of(before)).toBeGreaterThan(0);
    expect(of(later)).toBeGreaterThan(of(before));
    const past = await world.costs({ groupBy: 'lease', from: '2026-11-20', to: '2026-11-21' });
    expect(past.groups).toEqual([]);
  });

  it('show the cost of one lease, its forecast and the rest of its hold', async () => {
    const { body } = await world.ask('readLeaseCost', { params: { id: running } });
    const cost = body as {
      chargedMicroUsd: number;
      forecastMicroUsd: number;
      leftMicroUsd: number;
    };
    expect(cost).toMatchObject({
      state: 'active',
      instances: [{ attempt: 1, gpuName: 'RTX 4090' }],
    });
    expect(cost.forecastMicroUsd).toBeGreaterThan(cost.chargedMicroUsd);
    const { hold } = await world.lease(running);
    expect(cost.leftMicroUsd).toBe(hold.amountMicroUsd - cost.chargedMicroUsd);

    const [id] = ended;
    const settledCost = await world.ask('readLeaseCost', { params: { id: id as LeaseId } });
    const lease = await world.lease(id as LeaseId);
    const settled = lease.state === 'ended' ? lease.chargedMicroUsd : 0;
    const { groups } = await world.costs({ groupBy: 'lease' });
    const group = groups.find(({ key }) => key === id);
    expect(settledCost.body).toMatchObject({
      ...{ chargedMicroUsd: settled, forecastMicroUsd: null, leftMicroUsd: 0 },
      ...{ ofWhich: group?.ofWhich, waste: group?.waste },
    });
  });

  it('show nothing to another consumer, by any route, cursor or name', async () => {
    const { groups } = await world.costs({ groupBy: 'lease' }, { userArn: STRANGER });
    expect(groups).toEqual([]);
    expect(await world.entries({}, { userArn: STRANGER })).toEqual([]);
    const first = await world.ask('readLedger', { query: { limit: '1' } });
    const { nextCursor: cursor } = first.body as { nextCursor: string };
    const reused = await world.ask('readLedger', { query: { cursor }, userArn: STRANGER });
    expect(reused).toMatchObject({ status: 400, body: { field: 'cursor' } });
    // A cursor with a valid signature gives no access either: only the caller's identity does.
    const place = { consumer: CONSUMER, after: { at: 0, leaseId: running, seq: 1 } };
    const own = { route: 'readCosts', consumer: brandId(ConsumerId, '123456789012/other-team') };
    const made = (await openCursors(world.service.runtime)(own)).write(place) ?? '';
    const forged = { groupBy: 'lease', cursor: made };
    expect((await world.costs(forged, { userArn: STRANGER })).groups).toEqual([]);
    for (const route of ['readCosts', 'readLedger'] as const) {
      const query = { consumer: CONSUMER };
      const refused = await world.ask(route, { query, userArn: STRANGER });
      expect(refused).toMatchObject({ status: 403, body: { field: 'consumer' } });
    }
    const hidden = await world.ask('readLeaseCost', { params: { id: running }, userArn: STRANGER });
    expect(hidden.status).toBe(404);
    expect((await world.ask('verifyLedger')).status).toBe(403);
  });

  it('are open to operators, for one account or for all', async () => {
    const as = { userArn: OPERATOR };
    const own = await world.costs({ groupBy: 'lease', ...NOVEMBER });
    expect((await world.costs({ groupBy: 'lease', ...NOVEMBER }, as)).total).toEqual(own.total);
    expect((await world.costs({ groupBy: 'day', consumer: CONSUMER }, as)).total).toEqual(
      own.total,
    );
    expect(await world.entries({ consumer: CONSUMER }, as)).toEqual(await world.entries());
  });

  it('add up to the ledger’s entries, whatever its page size', async () => {
    const all = await world.entries();
    expect(await world.entries({ limit: '1' })).toEqual(all);
    const charges = all.filter(({ kind }) => kind === 'charge');
    expect(charges.reduce((sum, { amountMicroUsd }) => sum + amountMicroUsd, 0)).toBe(
      await charged(),
    );
  });

  it('are verified without a difference', async () => {
    const verdict = await world.verify();
    expect(verdict).toMatchObject({ accounts: 1, leases: 3, doubtful: 0, differences: [] });
    expect(verdict.entries).toBe((await world.entries()).length);
  });

  it.each([
    ['groupBy', { groupBy: 'colour' }],
    ['from', { from: 'yesterday' }],
    ['to', { to: '2026-02-30' }],
    ['from', { from: '2026-11-21', to: '2026-11-21' }],
    ['from', { from: '2026-11-21T18:00:00Z', to: '2026-11-21T17:00:00Z' }],
    ['from', { from: '2025-01-01', to: '2026-11-21' }],
    ['consumer', { consumer: 'not a consumer' }],
    ['cursor', { cursor: 'made-up', groupBy: 'lease' }],
    ['colour', { colour: 'red' }],
  ])('are refused with the field %s for the query %j', async (field, query) => {
    const reply = await world.ask('readCosts', { query });
    expect(reply).toMatchObject({ status: 400, body: { field } });
  });

  it('do not change when their day is closed', async () => {
    const before = await Promise.all(
      GroupBy.options.map((groupBy) => world.costs({ groupBy, ...NOVEMBER })),
    );
    expect(await world.closeDays()).toEqual({ closed: 0 });
    await world.end(running);
    await world.pass(12 * HOUR);
    const now = (): Promise<readonly unknown[]> =>
      Promise.all(
        GroupBy.options.map(async (groupBy) => {
          const { asOf: _asOf, ...report } = await world.costs({ groupBy, ...NOVEMBER });
          return report;
        }),
      );
    const open = await now();
    expect(open).not.toEqual(before);
    expect(await world.closeDays()).toEqual({ closed: 1 });
    expect(await world.closeDays()).toEqual({ closed: 0 });
    expect(await now()).toEqual(open);
    expect(await world.verify()).toMatchObject({ closedDays: 1, differences: [] });
  });
});
