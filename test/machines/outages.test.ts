// Outages of what the service depends on, while leases are open and their agents run. A lease that
// is active continues: our own trouble never ends it. What has to end still ends: at its deadline,
// and when it is silent.

import { afterEach, describe, expect, it } from 'vitest';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { policy } from '../../shared/core/base/policy/policy.ts';
import { isLong, limitOf } from '../support/long.ts';
import {
  type Around,
  actAs,
  holdEngines,
  holdWires,
  type Recipient,
} from '../support/races/turns.ts';
import { FLEET_REQUEST } from '../support/worlds/fleet.ts';
import { type LeaseWorld, type LeaseWorldOptions, leaseWorld } from '../support/worlds/lease.ts';
import { createOutages } from '../support/worlds/outages.ts';
import { HOUR, MINUTE } from '../support/worlds/virtual-time.ts';

const RECIPIENTS: readonly Recipient[] = ['database', 'provider', 'workflow', 'scheduler'];
const LENGTHS = [8 * MINUTE, 35 * MINUTE, 4 * HOUR];
/** The longest pause between two tries of a step, and a second look at a silence. */
const RECOVERY = 10 * MINUTE;

type OutageWorld = LeaseWorld & {
  /** Lets an outage of `recipient` pass, and then some time for everything to recover. */
  outage(recipient: Recipient, ms: number): Promise<void>;
};

let world: OutageWorld;
afterEach(() => world.close());

async function outageWorld(options: LeaseWorldOptions = {}): Promise<OutageWorld> {
  holdWires();
  let outages: ReturnType<typeof createOutages> | undefined;
  const lease = await leaseWorld({
    ...{ deadManSwitch: true, sweepEvery: policy.sweep.every, ...options },
    meddle: ({ name }, run) => {
      const pass: Around = async ({ to }, send) => {
        const error = outages?.errorOf(to) ?? null;
        if (error !== null) throw error;
        return send();
      };
      return name === 'endOwnInstance' ? pass({ name, to: 'provider' }, run) : actAs(pass, run);
    },
  });
  holdEngines(lease.service.runtime);
  outages = createOutages(lease.clock.now);
  const { start } = outages;
  return {
    ...lease,
    async outage(recipient, ms) {
      start(recipient, ms);
      await lease.pass(ms + RECOVERY);
    },
  };
}

/** The lease is active, its one instance exists, and a release ends it. */
async function expectServed(id: LeaseId): Promise<void> {
  expect(await world.lease(id)).toMatchObject({ state: 'active' });
  expect(world.alive()).toBe(1);
  await world.end(id);
  expect(await world.leftovers(id)).toEqual([]);
}

/** The longest outage takes seconds to simulate: each one in a long run only. */
const cases = RECIPIENTS.flatMap((recipient) =>
  LENGTHS.filter((ms) => isLong || ms < HOUR || recipient === 'database').map((ms) => ({
    recipient,
    ms,
  })),
);
const named = (each: (typeof cases)[number]) => ({ ...each, minutes: each.ms / MINUTE });

describe.each(cases.map(named))('an outage of the $recipient of $minutes min', (given) => {
  const { recipient, ms } = given;

  it('does not end an active lease', async () => {
    world = await outageWorld();
    const { id } = await world.active({ hours: 12 });
    await world.outage(recipient, ms);
    await expectServed(id);
  });

  it('ends a lease at its deadline, with its instance, however long it lasts', async () => {
    world = await outageWorld();
    const { id, deadline } = await world.active({ hours: 0.5 });
    await world.pass(deadline - world.clock.now() - MINUTE);
    await world.outage(recipient, ms);
    expect(world.alive()).toBe(0);
    await world.untilState(id, 'ended');
    const [instance] = world.market.instances();
    // Without its provider, nobody can end an instance.
    const late = recipient === 'provider' ? ms : policy.node.grace;
    expect(instance?.end?.at).toBeLessThanOrEqual(deadline + late + MINUTE);
    expect(await world.leftovers(id)).toEqual([]);
  });
});

describe('after an outage', () => {
  it('a lease whose application sends no heartbeat ends as silent', async () => {
    world = await outageWorld();
    const { id } = await world.active({ hours: 12, liveness: 'app', silenceLimitSeconds: 300 });
    await world.outage('database', 35 * MINUTE);
    expect(await world.lease(id)).toMatchObject({ reason: 'silent' });
    await world.untilState(id, 'ended');
    expect(await world.leftovers(id)).toEqual([]);
  });

  it.each(RECIPIENTS)('a lease that was starting becomes active: the %s', async (recipient) => {
    world = await outageWorld();
    const id = await world.request({ hours: 12 });
    await world.untilState(id, 'booting');
    await world.outage(recipient, 8 * MINUTE);
    await expectServed(id);
  });
});

/** The outages of a fleet: of the database for all lengths, of each other service once. */
const FLEET_OUTAGES = [
  ...LENGTHS.map((ms) => ({ recipient: 'database' as const, ms })),
  ...RECIPIENTS.slice(1).map((recipient) => ({ recipient, ms: 35 * MINUTE })),
].map((each) => ({ ...each, minutes: each.ms / MINUTE }));
const FLEET = 100;

describe('a hundred leases', { timeout: limitOf('outages of a fleet') }, () => {
  it.runIf(isLong).each(FLEET_OUTAGES)(
    'are served on after $minutes min without the $recipient',
    async ({ recipient, ms }) => {
      world = await outageWorld({
        market: { offers: 2_000 },
        env: {
          GPU_SHOPPER_MAX_RATE_MICRO_USD_PER_HOUR: '10000000000',
          GPU_SHOPPER_MONTHLY_BUDGET_MICRO_USD: '100000000000',
          GPU_SHOPPER_MAX_OPEN_LEASES: '200',
        },
      });
      const ids: LeaseId[] = [];
      for (let turn = 0; turn < FLEET; turn += 1) {
        ids.push(await world.request(FLEET_REQUEST));
        await world.pass(6_000);
      }
      for (const id of ids) await world.untilState(id, 'active');
      await world.outage(recipient, ms);
      const states = await Promise.all(ids.map(async (id) => (await world.lease(id)).state));
      expect(new Set(states)).toEqual(new Set(['active']));
      expect(world.alive()).toBe(FLEET);
      for (const id of ids) {
        await world.release(id);
        await world.pass(5_000);
      }
      for (const id of ids) await world.untilState(id, 'ended');
      expect(await world.leftovers(...ids)).toEqual([]);
    },
  );
});
