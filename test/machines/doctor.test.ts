// The doctor's report for operators: what each net does next, and which leases need an operator. It
// agrees with what the nets then do.

import { describe, expect, it } from 'vitest';
import type { doctorView } from '../../shared/api/views/operations.ts';
import { type LeaseWorld, leaseWorld, OPERATOR } from '../support/worlds/lease.ts';
import { isStep, type Meddle, MINUTE } from '../support/worlds/virtual-time.ts';

async function doctor(world: LeaseWorld): Promise<ReturnType<typeof doctorView>> {
  const { body } = await world.ask('readDoctor', { userArn: OPERATOR });
  return body as ReturnType<typeof doctorView>;
}

const iso = (instant: number): string => new Date(instant).toISOString();

describe('the doctor’s report', () => {
  it('shows for an active lease when each net acts next', async () => {
    const world = await leaseWorld();
    expect(await doctor(world)).toMatchObject({ openLeases: 0, oldestHeartbeat: null, leases: [] });
    const { id } = await world.active({ hours: 1, silenceLimitSeconds: 300 });
    const { deadline } = await world.lease(id);
    await world.pass(10 * MINUTE);
    await world.service.sweep();
    const report = await doctor(world);
    expect(report).toMatchObject({ openLeases: 1, byState: { active: 1 }, stuck: 0 });
    expect(report.oldestHeartbeat).toMatchObject({ leaseId: id });
    expect(report.oldestHeartbeat?.ageSeconds).toBeLessThanOrEqual(60);
    expect(report.sweeps).toMatchObject([{ provider: 'vastai', ageSeconds: 0, failure: null }]);
    const next = Object.fromEntries(report.leases[0]?.next.map((act) => [act.net, act.at]) ?? []);
    const silentAt = Date.parse(report.oldestHeartbeat?.at ?? '') + 5 * MINUTE;
    expect(next).toEqual({
      workflow: iso(silentAt),
      schedule: iso(deadline - 15 * MINUTE),
      sweep: iso(world.clock.now() + MINUTE),
      instance: iso(deadline),
    });
    await world.close();
  });

  it('lists stuck leases with the reason', async () => {
    let lost = false;
    const meddle: Meddle = (call, run) => (lost && isStep(call.name) ? 'hang' : run());
    const world = await leaseWorld({ meddle });
    const [healthy, stuck] = [await world.request(), await world.request()];
    await world.untilState(healthy, 'active');
    await world.untilState(stuck, 'active');
    lost = true;
    await world.release(stuck);
    await world.pass(30 * MINUTE);
    const report = await doctor(world);
    expect(report).toMatchObject({ stuck: 1, byState: { active: 1, ending: 1 } });
    expect(report.leases[0]).toMatchObject({
      id: stuck,
      endReason: 'released',
      stuck: ['the workflow made no progress in time'],
    });
    await world.close();
  });
});
