// An execution hands a lease over to the next generation before its history is full, and pages when
// one of its steps keeps failing. Neither changes what the lease does.

import { describe, expect, it } from 'vitest';
import { policy } from '../../shared/core/base/policy/policy.ts';
import { hours, minutes } from '../../shared/core/base/time.ts';
import type { LogLine } from '../../shared/ports/log.ts';
import { leaseWorld, OPERATOR } from '../support/worlds/lease.ts';
import { HOUR, type Meddle, MINUTE } from '../support/worlds/virtual-time.ts';

describe('an execution that has judged its lease very often', () => {
  it('is followed by the next generation, which serves and ends the lease', async () => {
    // Judge returns the turns, so that a test needs no thousand of them.
    let jump = false;
    const meddle: Meddle = async (call, run) => {
      const result = await run();
      if (call.name !== 'judge' || !jump) return result;
      jump = false;
      return { ...(result as object), turns: policy.step.maxTurns };
    };
    const world = await leaseWorld({ meddle });
    const { id, instanceId, deadline } = await world.active({ hours: 1 });
    const extend = (later: number) =>
      world.ask('extendLease', {
        params: { id },
        body: { until: new Date(deadline + later).toISOString() },
      });
    jump = true;
    await extend(10 * MINUTE);
    await world.pass(2 * MINUTE);
    expect(await world.lease(id)).toMatchObject({ state: 'active', generation: 1 });
    await extend(20 * MINUTE);
    await world.pass(5 * MINUTE);
    expect(await world.lease(id)).toMatchObject({ state: 'active', generation: 2, instanceId });
    expect(world.service.engine.running()).toEqual([`${id}-2`]);
    await world.untilState(id, 'ended', 3);
    expect(await world.lease(id)).toMatchObject({ reason: 'expired' });
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });
});

/** A world, the pages about its failing steps, and a way to let the next runs of Serve fail. */
async function pagedWorld() {
  const lines: LogLine[] = [];
  const world = await leaseWorld({ log: (line) => void lines.push(line) });
  const pages = () => lines.filter(({ message }) => message?.startsWith('failing-step'));
  const fails = { error: 'TypeError' };
  const fault = { function: 'step-decide', step: 'serve', fails, when: 'before' } as const;
  const failServe = (times: number) => world.service.lambda.addFault({ ...fault, times });
  return { world, pages, failServe };
}

describe('a step that keeps failing', () => {
  it('pages after its third failure, and not before', async () => {
    const { world, pages, failServe } = await pagedWorld();
    failServe(2);
    await world.end((await world.active()).id);
    expect(pages()).toEqual([]);
    failServe(3);
    const { id } = await world.active();
    await world.pass(5 * MINUTE);
    expect(pages()).toMatchObject([
      { kind: 'page', id, message: `failing-step: step serve of lease ${id} failed 3 times` },
    ]);
    await world.close();
  });
});

describe('a step that fails for many leases', () => {
  it('pages once in five minutes', async () => {
    const { world, pages, failServe } = await pagedWorld();
    const ids = [(await world.active()).id, (await world.active()).id, (await world.active()).id];
    failServe(12);
    const extendAll = async () => {
      for (const id of ids) {
        const until = new Date((await world.lease(id)).deadline + 10 * MINUTE).toISOString();
        await world.ask('extendLease', { params: { id }, body: { until } });
      }
    };
    await extendAll();
    await world.pass(4 * MINUTE);
    expect(pages()).toHaveLength(1);
    await world.pass(10 * MINUTE);
    failServe(12);
    await extendAll();
    await world.pass(4 * MINUTE);
    expect(pages()).toHaveLength(2);
    await world.close();
  });
});

describe('a lease that waits for a menu', () => {
  it('pages nobody, however long it waits', async () => {
    const lines: LogLine[] = [];
    const log = (line: LogLine) => void lines.push(line);
    const world = await leaseWorld({ log, freshMenu: false });
    await world.pass(HOUR);
    const id = await world.request();
    await world.pass(10 * MINUTE);
    expect(await world.lease(id)).toMatchObject({ state: 'requested' });
    expect(lines.filter(({ error }) => error === 'ProviderDown').length).toBeGreaterThan(3);
    expect(lines.filter(({ kind }) => kind === 'page')).toEqual([]);
    await world.close();
  });
});

describe('teardown of a lease that served longer than a day', () => {
  it('is not handed over at its first round', async () => {
    const world = await leaseWorld({ freshMenu: false });
    const { id, deadline } = await world.active({ hours: 12, silenceLimitSeconds: 3_600 });
    const until = new Date(deadline + 14 * HOUR).toISOString();
    const approval = { params: { id }, body: { until, why: 'a long training run' } };
    const approved = await world.ask('approveExtension', { userArn: OPERATOR, ...approval });
    expect(approved.status).toBe(200);
    const extended = await world.ask('extendLease', { params: { id }, body: { until } });
    expect(extended.status).toBe(200);
    await world.untilState(id, 'ended', 30);
    expect(world.clock.now() - deadline).toBeLessThan(14 * HOUR + minutes(5));
    expect(await world.lease(id)).toMatchObject({ reason: 'expired', generation: 1 });
    expect(world.clock.now()).toBeGreaterThan(deadline + hours(13));
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });
});
