// Teardown, the most tested path: whatever the provider does, the lease stays `ending` while its
// instance is alive, and ends soon after it is gone.

import { describe, expect, it } from 'vitest';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { LARGE_MARKET, type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { HOUR, MINUTE } from '../support/worlds/virtual-time.ts';

/** Waits until the lease is ended, with no instance alive then; returns the time it took. */
async function endsOnlyWhenGone(world: LeaseWorld, id: LeaseId): Promise<number> {
  const started = world.clock.now();
  await world.until(async () => {
    const { state } = await world.lease(id);
    if (state === 'ended') expect(world.alive()).toBe(0);
    return state === 'ended';
  });
  expect(await world.leftovers(id)).toEqual([]);
  return world.clock.now() - started;
}

/** Whether a refused call restarts the wait, which providers do not document. */
const MARKETS = [{ refusalRestarts: false }, { refusalRestarts: true }];

describe.each(MARKETS)(
  'teardown, with $refusalRestarts that refusals restart the wait',
  (market) => {
    it('of an ordinary lease takes two listings and less than five minutes', async () => {
      const world = await leaseWorld({ market });
      const { id } = await world.active();
      await world.release(id);
      expect(await endsOnlyWhenGone(world, id)).toBeLessThan(5 * MINUTE);
      const lease = await world.lease(id);
      expect(lease).toMatchObject({ state: 'ended', reason: 'released' });
      if (lease.state !== 'ended') return;
      if (lease.proof.by !== 'listings') throw new Error('it is proved by listings');
      expect(lease.proof.until - lease.proof.from).toBeGreaterThanOrEqual(30_000);
      await world.close();
    });

    it('continues while the provider refuses every destroy, as does the charge', async () => {
      const world = await leaseWorld({ market });
      const { id } = await world.active();
      world.market.addFault({ name: 'refuse-destroy', forMs: 3 * HOUR });
      await world.release(id);
      await world.pass(2 * HOUR);
      expect((await world.lease(id)).state).toBe('ending');
      expect(world.alive()).toBe(1);
      const took = await endsOnlyWhenGone(world, id);
      // Destroy works after another hour: one back-off of 15 minutes, then two quick listings.
      expect(took).toBeLessThan(1 * HOUR + 20 * MINUTE);
      const lease = await world.lease(id);
      const rate = lease.attempts[0]?.offer.gpuMicroUsdPerHour ?? 0;
      expect(lease).toMatchObject({ state: 'ended' });
      // Its agent ends it before the next round: it is charged until it was last seen, 15 min ago.
      if (lease.state === 'ended') expect(lease.chargedMicroUsd).toBeGreaterThan(2.7 * rate);
      await world.close();
    });

    it('does not end after an accepted destroy while the instance is still listed', async () => {
      const world = await leaseWorld({ market });
      const { id } = await world.active();
      world.market.addFault({ name: 'zombie', forMs: HOUR, times: 1 });
      world.market.addFault({ name: 'refuse-own-key' });
      await world.release(id);
      await endsOnlyWhenGone(world, id);
      await world.close();
    });

    it('does not count a listing whose second page fails', async () => {
      const world = await leaseWorld({ market: { ...LARGE_MARKET.market, ...market } });
      const { id } = await world.active();
      for (let n = 0; n < 40; n += 1) world.market.addForeignInstance();
      world.market.addFault({ name: 'partial-page', forMs: HOUR });
      await world.release(id);
      await world.pass(50 * MINUTE);
      expect((await world.lease(id)).state).toBe('ending');
      await endsOnlyWhenGone(world, id).catch(() => undefined);
      const foreign = world.market.instances().filter(({ label }) => !label?.startsWith('gs-'));
      expect(foreign.every((instance) => instance.alive)).toBe(true);
      await world.close();
    });

    it('does not count a refused key as absence', async () => {
      const world = await leaseWorld({ market });
      const { id } = await world.active();
      world.market.addFault({ name: 'bad-key', forMs: HOUR });
      await world.release(id);
      await world.pass(50 * MINUTE);
      expect((await world.lease(id)).state).toBe('ending');
      expect(world.alive()).toBe(1);
      await endsOnlyWhenGone(world, id);
      await world.close();
    });

    it('ends a lease whose instance vanished by itself', async () => {
      const world = await leaseWorld({ market });
      const { id } = await world.active();
      const [instance] = world.market.instances();
      world.market.vanish(instance?.id ?? '');
      await world.release(id);
      await endsOnlyWhenGone(world, id);
      await world.close();
    });

    it('ends its execution after a day without proof, and leaves the lease ending', async () => {
      const world = await leaseWorld({ market, freshMenu: false });
      const { id } = await world.active();
      world.market.addFault({ name: 'refuse-destroy', forMs: 72 * HOUR });
      await world.release(id);
      await world.pass(27 * HOUR);
      expect((await world.lease(id)).state).toBe('ending');
      const first = world.service.engine.describe(`${id}-1`);
      expect(first?.status).toBe('SUCCEEDED');
      await world.close();
    });
  },
);
