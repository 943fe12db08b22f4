// Extending a lease: its effects, its refusals, and the state that a crash between any two of its
// calls leaves. Until the lease is committed its old end applies.

import { describe, expect, it } from 'vitest';
import { records, scheduler, waking } from '../../shared/app/parts.ts';
import { once } from '../../shared/app/runtime.ts';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { type EpochMs, epochMs, isoTime } from '../../shared/core/base/time.ts';
import { createExtendLease } from '../../shared/usecases/lease/extend-lease.ts';
import { createServeLease } from '../../shared/usecases/lease/steps/serve-lease.ts';
import { CONSUMER, type LeaseWorld, leaseWorld, OPERATOR } from '../support/worlds/lease.ts';
import { HOUR, type Meddle, MINUTE } from '../support/worlds/virtual-time.ts';

const caller = { consumer: CONSUMER, operator: false };

type Body = { readonly until?: string; readonly hours?: number; readonly key?: string };

const extend = (world: LeaseWorld, id: LeaseId, { key, ...body }: Body) =>
  world.ask('extendLease', {
    params: { id },
    body,
    ...(key !== undefined && { headers: { 'idempotency-key': key } }),
  });

const iso = (instant: number): string => new Date(instant).toISOString();

const holdOf = async (world: LeaseWorld, id: LeaseId) =>
  (await once(world.service.runtime, records).accounts.get(CONSUMER))?.holds[id];

const portsOf = ({ service: { runtime } }: LeaseWorld) => ({
  ...once(runtime, records),
  ...waking(runtime),
  scheduler: scheduler(runtime),
});

/** The extension use case with a crash before its commit. */
function extendCrashingBeforeCommit(world: LeaseWorld) {
  const ports = portsOf(world);
  const commit = () => Promise.reject(new Error('the process is gone'));
  return createExtendLease({ ...ports, leases: { ...ports.leases, commit } });
}

async function eventsOf(world: LeaseWorld, id: LeaseId) {
  const reply = await world.ask('readEvents', { params: { id } });
  return (reply.body as { events: { type: string; reason: string }[] }).events;
}

describe('an extension', () => {
  it('returns the new end and raises the hold', async () => {
    const world = await leaseWorld();
    const lease = await world.active({ hours: 1 });
    const { id, deadline } = lease;
    const until = iso(deadline + HOUR);
    const reply = await extend(world, id, { until });
    expect(reply).toMatchObject({ status: 200, body: { endsAt: until, state: 'active' } });
    const extended = await world.lease(id);
    const more = lease.hold.rateMicroUsdPerHour;
    expect(more).toBeLessThan(lease.terms.ceiling);
    expect(extended.hold.amountMicroUsd).toBe(lease.hold.amountMicroUsd + more);
    expect((await holdOf(world, id))?.amountMicroUsd).toBe(extended.hold.amountMicroUsd);
    // The reply to the next heartbeat has the new end.
    await world.pass(1_000);
    const heartbeat = await world.ask('recordHeartbeat', { params: { id }, body: { busy: true } });
    expect(heartbeat.body).toMatchObject({ carryOn: true, endsAt: until });
    await world.close();
  });

  it('ends the lease at its new deadline, not at the old one', async () => {
    const world = await leaseWorld();
    const { id, deadline } = await world.active({ hours: 1 });
    await extend(world, id, { until: iso(deadline + HOUR) });
    await world.untilState(id, 'ending');
    expect(world.clock.now()).toBeGreaterThanOrEqual(deadline + HOUR);
    expect(world.clock.now()).toBeLessThan(deadline + HOUR + MINUTE);
    await world.untilState(id, 'ended');
    expect(await world.lease(id)).toMatchObject({ reason: 'expired' });
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });

  it('to the same time twice changes nothing the second time', async () => {
    const world = await leaseWorld();
    const { id, deadline } = await world.active({ hours: 1 });
    const until = iso(deadline + HOUR);
    const first = await extend(world, id, { until });
    const { version } = await world.lease(id);
    expect(await extend(world, id, { until })).toEqual(first);
    expect(await extend(world, id, { until: iso(deadline - MINUTE) })).toEqual(first);
    expect((await world.lease(id)).version).toBe(version);
    await world.close();
  });

  it('by hours adds them once per key, and refuses other hours with the same key', async () => {
    const world = await leaseWorld();
    const { id, deadline } = await world.active({ hours: 1 });
    const first = await extend(world, id, { hours: 1, key: 'extend-key-1' });
    expect(first.body).toMatchObject({ endsAt: iso(deadline + HOUR) });
    expect(await extend(world, id, { hours: 1, key: 'extend-key-1' })).toEqual(first);
    const other = await extend(world, id, { hours: 2, key: 'extend-key-1' });
    expect(other).toMatchObject({ status: 409 });
    const second = await extend(world, id, { hours: 0.5, key: 'extend-key-2' });
    expect(second.body).toMatchObject({ endsAt: iso(deadline + 1.5 * HOUR) });
    const keyless = await extend(world, id, { hours: 1 });
    expect(keyless).toMatchObject({ status: 400, body: { field: 'Idempotency-Key' } });
    await world.close();
  });
});

describe('an extension is refused', () => {
  const refusal = (limit: string) => ({ status: 402, body: { limit, retryable: false } });

  it('when the budget has no room for it', async () => {
    const world = await leaseWorld({
      env: { GPU_SHOPPER_MONTHLY_BUDGET_MICRO_USD: '8000000' },
    });
    const lease = await world.active({ hours: 1 });
    const { id, deadline } = lease;
    const other = await world.request();
    const reply = await extend(world, id, { until: iso(deadline + 9 * HOUR) });
    expect(reply).toMatchObject(refusal('monthly-budget'));
    expect(reply.body).toMatchObject({ holds: [{ leaseId: other }, { leaseId: id }] });
    expect((reply.body as { detail: string }).detail).toMatch(/room for \$\d/);
    expect(await world.lease(id)).toEqual(lease);
    expect((await holdOf(world, id))?.amountMicroUsd).toBe(lease.hold.amountMicroUsd);
    await world.close();
  });

  it('beyond twelve hours in total, until an operator approves', async () => {
    const world = await leaseWorld();
    const lease = await world.active({ hours: 1 });
    const { id } = lease;
    const activeAt = lease.state === 'active' ? lease.activeAt : Number.NaN;
    const [twelve, beyond] = [iso(activeAt + 12 * HOUR), iso(activeAt + 13 * HOUR)];
    expect(await extend(world, id, { until: twelve })).toMatchObject({ status: 200 });
    const refused = await extend(world, id, { until: beyond });
    expect(refused).toMatchObject(refusal('lease-duration'));
    expect((refused.body as { detail: string }).detail).toContain(twelve);

    const approval = { params: { id }, body: { until: beyond, why: 'the last epoch' } };
    expect(await world.ask('approveExtension', approval)).toMatchObject({ status: 403 });
    const approved = await world.ask('approveExtension', { userArn: OPERATOR, ...approval });
    // An approval does not extend the lease: the consumer decides, and pays.
    expect(approved).toMatchObject({ status: 200, body: { endsAt: twelve } });
    const events = await eventsOf(world, id);
    const reason = `123456789012/operator approved extensions until ${beyond}: the last epoch`;
    expect(events).toContainEqual(expect.objectContaining({ type: 'extension-approved', reason }));
    expect(await extend(world, id, { until: beyond })).toMatchObject({
      status: 200,
      body: { endsAt: beyond },
    });
    const more = await extend(world, id, { until: iso(activeAt + 14 * HOUR) });
    expect(more).toMatchObject(refusal('lease-duration'));
    await world.close();
  });

  it('before the lease is active and after it ends', async () => {
    const world = await leaseWorld();
    const id = await world.request();
    const until = iso(world.clock.now() + HOUR);
    expect(await extend(world, id, { until })).toMatchObject({ status: 409 });
    await world.untilState(id, 'active');
    expect(
      ((await world.ask('readLease', { params: { id } })).body as { can: string[] }).can,
    ).toContain('extend');
    await world.release(id);
    expect(await extend(world, id, { until })).toMatchObject({ status: 409 });
    await world.untilState(id, 'ended');
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });
});

// Every call of the extension to database and engine fails once: the first, the second, ... The
// lease is then unchanged or extended, and a repeat completes the extension.
describe('a crash during an extension', () => {
  it('at any call leaves the old end or the new one, and a repeat completes it', async () => {
    let failAt = Number.POSITIVE_INFINITY;
    const crash = (): void => {
      failAt -= 1;
      if (failAt === 0) throw new Error('the process is gone');
    };
    const hooks = { onDatabaseCall: crash, onWorkflowCall: crash };
    const world = await leaseWorld({
      ...hooks,
      env: { GPU_SHOPPER_MONTHLY_BUDGET_MICRO_USD: '900000000' },
    });
    const { id, deadline: first } = await world.active({ hours: 1 });
    let deadline: number = first;
    let crashes = 0;
    for (let at = 1; at <= 40; at += 1) {
      const until = iso(deadline + 10 * MINUTE);
      failAt = at;
      const reply = await extend(world, id, { until }).catch(() => ({ status: 500 }));
      failAt = Number.POSITIVE_INFINITY;
      const { deadline: current } = await world.lease(id);
      expect([deadline, deadline + 10 * MINUTE]).toContain(current);
      if (reply.status === 200) break;
      crashes += 1;
      expect(reply.status).toBeGreaterThanOrEqual(500);
      expect(await extend(world, id, { until })).toMatchObject({ status: 200 });
      const lease = await world.lease(id);
      expect((await holdOf(world, id))?.amountMicroUsd).toBe(lease.hold.amountMicroUsd);
      deadline = lease.deadline;
      // The woken workflow parks again, so that the next crash hits only the extension.
      await world.pass(1_000);
    }
    // Two reads, the raise, a read, the commit, its outbox in three, a read, the wake.
    expect(crashes).toBeGreaterThanOrEqual(10);
    await world.release(id);
    await world.untilState(id, 'ended');
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });

  it('before the commit leaves the old end, which the schedule enforces alone', async () => {
    let lost = false;
    const meddle: Meddle = (call, run) => {
      const { generation } = call.payload as { generation?: number };
      return lost && generation === 1 ? 'hang' : run();
    };
    const world = await leaseWorld({ meddle });
    const { id, deadline } = await world.active({ hours: 1 });
    lost = true;
    const until = (deadline + 3 * HOUR) as EpochMs;
    const ask = { kind: 'until', until } as const;
    await expect(extendCrashingBeforeCommit(world)({ leaseId: id, caller, ask })).rejects.toThrow(
      'gone',
    );
    expect((await holdOf(world, id))?.amountMicroUsd).toBeGreaterThan(
      (await world.lease(id)).hold.amountMicroUsd,
    );
    await world.untilState(id, 'ending');
    expect(world.clock.now() - deadline).toBeLessThan(2 * MINUTE);
    await world.untilState(id, 'ended');
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });

  it('leaves a raised hold, which the sweep lowers once no commit can follow', async () => {
    const world = await leaseWorld();
    const { id, deadline } = await world.active({ hours: 1 });
    const until = (deadline + HOUR) as EpochMs;
    await expect(
      extendCrashingBeforeCommit(world)({ leaseId: id, caller, ask: { kind: 'until', until } }),
    ).rejects.toThrow('gone');
    const raised = (await holdOf(world, id))?.amountMicroUsd;
    await world.service.sweep();
    expect((await holdOf(world, id))?.amountMicroUsd).toBe(raised);
    await world.pass(3 * MINUTE);
    await world.service.sweep();
    const lease = await world.lease(id);
    expect(lease.deadline).toBe(deadline);
    expect((await holdOf(world, id))?.amountMicroUsd).toBe(lease.hold.amountMicroUsd);
    expect(raised).toBeGreaterThan(lease.hold.amountMicroUsd);
    await world.release(id);
    await world.untilState(id, 'ended');
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });
});

// The extension pauses right after it raised the hold, while the other actor runs to completion.
describe('an extension at the same time as', () => {
  type Pause = {
    readonly id: LeaseId;
    readonly until: number;
    readonly meanwhile: () => Promise<unknown>;
  };
  async function extendPaused(world: LeaseWorld, { id, until, meanwhile }: Pause) {
    const ports = portsOf(world);
    let done = false;
    const raise: typeof ports.accounts.raise = async (request) => {
      const placed = await ports.accounts.raise(request);
      if (!done) {
        done = true;
        await meanwhile();
      }
      return placed;
    };
    const slow = createExtendLease({ ...ports, accounts: { ...ports.accounts, raise } });
    const ask = { kind: 'until', until: until as EpochMs } as const;
    return slow({ leaseId: id, caller, ask });
  }

  it('a release: the lease ends and the raised hold is released', async () => {
    const world = await leaseWorld();
    const { id, deadline } = await world.active({ hours: 1 });
    const meanwhile = () => world.release(id);
    const outcome = await extendPaused(world, { id, until: deadline + HOUR, meanwhile });
    expect(outcome.kind).toBe('not-active');
    await world.untilState(id, 'ended');
    expect(await world.lease(id)).toMatchObject({ reason: 'released' });
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });

  it('the end of the lease: a request in time that commits too late extends nothing', async () => {
    const world = await leaseWorld();
    const { id, deadline } = await world.active({ hours: 1 });
    await world.pass(deadline - world.clock.now() - 1_000);
    const outcome = await extendPaused(world, {
      id,
      until: deadline + HOUR,
      meanwhile: () => world.pass(5_000),
    });
    expect(outcome.kind).toBe('not-active');
    await world.untilState(id, 'ended');
    expect(await world.lease(id)).toMatchObject({ reason: 'expired' });
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });

  it('the end of the lease: with a commit just before it, the lease stays active', async () => {
    let late: (() => Promise<unknown>) | null = null;
    // Judge, woken by the extension or by the old deadline, reads the committed extension.
    const meddle: Meddle = async (call, run) => {
      if (call.name === 'judge') await late?.();
      return run();
    };
    const world = await leaseWorld({ meddle });
    const { id, deadline } = await world.active({ hours: 1 });
    await world.pass(deadline - world.clock.now() - 1);
    let repeated = 0;
    late = async () => {
      late = null;
      repeated = (await extend(world, id, { until: isoTime(deadline) })).status;
    };
    expect(await extend(world, id, { until: iso(deadline + HOUR) })).toMatchObject({ status: 200 });
    await world.pass(10 * MINUTE);
    expect(await world.lease(id)).toMatchObject({ state: 'active', deadline: deadline + HOUR });
    expect(repeated).toBe(200);
    await world.close();
  });

  it('a Serve that parks with the old end: it wakes its own token', async () => {
    const world = await leaseWorld();
    const { id, deadline } = await world.active({ hours: 1 });
    const ports = portsOf(world);
    const woken: string[] = [];
    const wake = async (token: string) => {
      woken.push(token);
      return 'accepted' as const;
    };
    const park: typeof ports.pulses.park = async (parking) => {
      await extend(world, id, { until: iso(deadline + HOUR) });
      return ports.pulses.park(parking);
    };
    const serve = createServeLease({
      ...ports,
      pulses: { ...ports.pulses, park },
      workflow: { ...ports.workflow, wake },
    });
    const { generation } = await world.lease(id);
    const place = { enteredAt: epochMs(world.clock.now()), failures: 0 };
    await serve({ leaseId: id, generation, ...place, token: 'the-new-token' });
    expect(woken).toEqual(['the-new-token']);
    await world.close();
  });

  it.each([
    [2, 1],
    [1, 2],
  ])(
    'another extension, %s hours and %s: the longer one applies, and is held once',
    async (own, other) => {
      const world = await leaseWorld();
      const { id, deadline } = await world.active({ hours: 1 });
      const meanwhile = () => extend(world, id, { until: iso(deadline + other * HOUR) });
      const outcome = await extendPaused(world, { id, until: deadline + own * HOUR, meanwhile });
      expect(outcome.kind).toBe('extended');
      const lease = await world.lease(id);
      expect(lease.deadline).toBe(deadline + 2 * HOUR);
      expect((await holdOf(world, id))?.amountMicroUsd).toBe(lease.hold.amountMicroUsd);
      await world.release(id);
      await world.untilState(id, 'ended');
      expect(await world.leftovers(id)).toEqual([]);
      await world.close();
    },
  );

  it('a sweep that lowers its hold: the hold is raised again before the commit', async () => {
    const world = await leaseWorld();
    const lease = await world.active({ hours: 1 });
    const { id, deadline } = lease;
    const meanwhile = async () => {
      await world.pass(3 * MINUTE);
      await world.service.sweep();
      expect((await holdOf(world, id))?.amountMicroUsd).toBe(lease.hold.amountMicroUsd);
    };
    await extendPaused(world, { id, until: deadline + HOUR, meanwhile });
    const extended = await world.lease(id);
    expect(extended.deadline).toBe(deadline + HOUR);
    expect((await holdOf(world, id))?.amountMicroUsd).toBe(extended.hold.amountMicroUsd);
    await world.close();
  });
});
