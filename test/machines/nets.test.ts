// Four nets end an instance, and any three may fail. Each test leaves one net working: it ends the
// instance within its bound, and when the others work again, the lease ends with the right reason,
// charged, with no hold open.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { cost, microUsdPerHour } from '../../shared/core/base/money.ts';
import { policy } from '../../shared/core/base/policy/policy.ts';
import { allInRate } from '../../shared/core/instance/offer.ts';
import type { Lease } from '../../shared/core/lease/lease.ts';
import { limitOf, sample } from '../support/long.ts';
import {
  BOUNDS,
  type Gone,
  NETS,
  type Net,
  type NetsWorld,
  netsWorld,
} from '../support/worlds/nets.ts';
import { HOUR, MINUTE } from '../support/worlds/virtual-time.ts';

const TIMEOUT = limitOf('nets alone');

/** Waits until no instance is alive; returns the time since `from`. */
async function goneAfter(world: NetsWorld, from: number): Promise<number> {
  await world.until(async () => world.alive() === 0, 6);
  return world.clock.now() - from;
}

/** Restores all nets; the lease then ends, settled. */
async function settles(world: NetsWorld, id: LeaseId, reason: string): Promise<Lease> {
  world.mend();
  await world.untilState(id, 'ended', 2);
  const lease = await world.lease(id);
  expect(lease).toMatchObject({ reason });
  expect(world.market.instances()).toHaveLength(1);
  expect(await world.leftovers(id)).toEqual([]);
  await world.close();
  return lease;
}

/** How far the charge is from what the market took, in heartbeats at the full rate. */
function offMarket({ market }: NetsWorld, lease: Lease): number {
  const charged = lease.state === 'ended' ? lease.chargedMicroUsd : 0;
  const taken = market.books().instances.reduce((all, { totalMicroUsd: one }) => all + one, 0);
  const rates = lease.attempts.map(({ offer }) => allInRate(offer, lease.terms.requirement.diskGb));
  return (
    Math.abs(charged - taken) / cost(microUsdPerHour(Math.max(...rates)), policy.heartbeat.every)
  );
}

const CHARGED = { chargedMicroUsd: expect.toSatisfy((charged: number) => charged > 0) };

const ALONE: [Net, Gone][] = [
  ['workflow', 'hanging'],
  ['schedule', 'hanging'],
  ['schedule', 'refusing'],
  ['sweep', 'hanging'],
  ['sweep', 'refusing'],
  ['instance', 'hanging'],
];
/** The simulated market's boot time. */
const BOOT_MS = 40_000;
const WITHOUT = ALONE.filter(([net]) => net !== 'workflow');

describe('an active lease past its deadline', { timeout: TIMEOUT }, () => {
  it.each(sample(ALONE))('is ended by its %s alone, with the workflow %s', async (net, gone) => {
    const world = await netsWorld(gone);
    const { id } = await world.active({ hours: 1 });
    await world.pass(10 * MINUTE);
    world.only(net);
    const { deadline } = await world.lease(id);
    expect(await goneAfter(world, deadline)).toBeLessThanOrEqual(BOUNDS[net]);
    expect(world.clock.now()).toBeGreaterThanOrEqual(deadline);
    expect(await settles(world, id, 'expired')).toMatchObject(CHARGED);
  });
});

describe('an instance that boots while its workflow is lost', { timeout: TIMEOUT }, () => {
  it.each(sample(WITHOUT))(
    'is ended by its %s alone at the launch bound, with the workflow %s',
    async (...by) => {
      const [net, gone] = by;
      const world = await netsWorld(gone);
      const id = await world.request();
      await world.untilState(id, 'booting');
      world.only(net);
      const { deadline } = await world.lease(id);
      expect(await goneAfter(world, deadline)).toBeLessThanOrEqual(BOUNDS[net]);
      if (net === 'instance') {
        // It has an end of its own, before the launch bound; its lease could try another instance.
        await world.release(id);
        // No listing showed it: only its heartbeats say that it ran.
        const lease = await settles(world, id, 'released');
        expect(lease).toMatchObject(CHARGED);
        expect(offMarket(world, lease)).toBeLessThanOrEqual(2);
        return;
      }
      expect(world.clock.now()).toBeGreaterThanOrEqual(deadline);
      expect(await settles(world, id, 'failed')).toMatchObject(CHARGED);
    },
  );
});

describe('an instance without a recorded create response', { timeout: TIMEOUT }, () => {
  const unanswered = async (gone: Gone) => {
    const world = await netsWorld(gone);
    world.market.addFault({ name: 'drop-after-effect', operation: 'create', times: 1 });
    const id = await world.request();
    await world.until(async () => (await world.lease(id)).attempts[0]?.state === 'unknown');
    return { world, id };
  };

  it.each(sample(WITHOUT))(
    'is ended by its %s alone at the launch bound, with the workflow %s',
    async (...by) => {
      const [net, gone] = by;
      const { world, id } = await unanswered(gone);
      world.only(net);
      const { deadline } = await world.lease(id);
      expect(await goneAfter(world, deadline)).toBeLessThanOrEqual(BOUNDS[net]);
      expect(await settles(world, id, 'failed')).toMatchObject(CHARGED);
    },
  );

  it('is found and ended by the workflow alone when its lease is released', async () => {
    const { world, id } = await unanswered('hanging');
    world.only('workflow');
    const { attempts } = await world.lease(id);
    await world.release(id);
    const landed = attempts[0]?.state === 'unknown' ? attempts[0].mayLandUntil : 0;
    expect(await goneAfter(world, landed)).toBeLessThanOrEqual(0);
    expect(await settles(world, id, 'released')).toMatchObject(CHARGED);
  });
});

describe('a release with one net left', { timeout: TIMEOUT }, () => {
  const released = async (gone: Gone, net: Net) => {
    const world = await netsWorld(gone);
    const { id } = await world.active({ hours: 1 });
    await world.pass(10 * MINUTE);
    world.only(net);
    const { deadline } = await world.lease(id);
    // It commits before it wakes the workflow, so it applies even if the call fails.
    await world.release(id).catch(() => undefined);
    expect(await world.lease(id)).toMatchObject({ state: 'ending', reason: 'released' });
    return { world, id, deadline, from: world.clock.now() };
  };

  it('is carried out at once by the workflow alone', async () => {
    const { world, id, from } = await released('hanging', 'workflow');
    expect(await goneAfter(world, from)).toBeLessThanOrEqual(BOUNDS.workflow);
    expect(await settles(world, id, 'released')).toMatchObject(CHARGED);
  });

  it.each(sample(['schedule', 'instance'] as const))(
    'is carried out by the %s at the deadline',
    async (net) => {
      const { world, id, deadline } = await released('hanging', net);
      expect(await goneAfter(world, deadline)).toBeLessThanOrEqual(BOUNDS[net]);
      expect(await settles(world, id, 'released')).toMatchObject(CHARGED);
    },
  );

  it.each(sample<Gone>(['hanging', 'refusing']))(
    'is carried out by the sweep alone, with the workflow %s',
    async (gone) => {
      const { world, id, from } = await released(gone, 'sweep');
      expect(await goneAfter(world, from)).toBeLessThanOrEqual(BOUNDS['sweep, stuck ending']);
      expect(await settles(world, id, 'released')).toMatchObject(CHARGED);
    },
  );
});

describe('an instance that receives no reply', { timeout: TIMEOUT }, () => {
  it('ends itself while its lease is active, long before the deadline', async () => {
    const world = await netsWorld('refusing');
    const { id } = await world.active({ hours: 6 });
    // The reply to its first heartbeat has the launch bound, the next one the end of the lease.
    await world.pass(2 * MINUTE);
    world.deafen();
    world.only('instance');
    const from = world.clock.now();
    expect(await goneAfter(world, from)).toBeLessThanOrEqual(
      BOUNDS['instance, without a further reply'],
    );
    expect(await settles(world, id, 'lost')).toMatchObject(CHARGED);
  });

  it('ends itself also when none of its heartbeats arrived', async () => {
    const world = await netsWorld('refusing');
    world.deafen();
    const id = await world.request({ hours: 6 });
    await world.untilState(id, 'booting');
    world.only('instance');
    const upAt = world.clock.now() + BOOT_MS;
    expect(await goneAfter(world, upAt)).toBeLessThanOrEqual(BOUNDS['instance, without any reply']);
    await world.close();
  });
});

describe('an instance without a lease', { timeout: TIMEOUT }, () => {
  it('is ended by the sweep alone', async () => {
    const world = await netsWorld();
    world.only('sweep');
    const from = world.clock.now();
    const id = world.plant();
    expect(await goneAfter(world, from)).toBeLessThanOrEqual(BOUNDS['sweep, unrecorded']);
    expect(world.lives(id)).toBe(false);
    await world.close();
  });

  it.each(sample(['workflow', 'schedule', 'instance'] as const))(
    'is not ended by the %s net alone',
    async (net) => {
      const world = await netsWorld();
      world.only(net);
      const id = world.plant();
      await world.pass(HOUR);
      expect(world.lives(id)).toBe(true);
      await world.close();
    },
  );
});

describe('docs/invariants.md', () => {
  it('states the bounds that these tests check, net by net', () => {
    const doc = readFileSync(new URL('../../docs/invariants.md', import.meta.url), 'utf8');
    const [, nets = ''] = /## Nets([\s\S]*?)## Bounds/.exec(doc) ?? [];
    const rows = nets.split('\n').flatMap((line) => {
      const [, net, , within] = line.split('|').map((cell) => cell.trim());
      return NETS.some((name) => name === net) ? [`${net}: ${within}`] : [];
    });
    const inWords = (ms: number) => (ms < MINUTE ? `${ms / 1_000} s` : `${ms / MINUTE} min`);
    const bounds = Object.entries(BOUNDS);
    expect(rows).toEqual(bounds.map(([of, ms]) => `${of.split(',')[0]}: ${inWords(ms)}`));
  });
});
