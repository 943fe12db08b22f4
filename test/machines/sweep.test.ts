// What a sweep does with the instances that a provider lists: it destroys those that no open lease
// holds, and no others.

import { describe, expect, it } from 'vitest';
import { brandId, DeploymentId } from '../../shared/core/base/ids.ts';
import type { LogLine } from '../../shared/ports/log.ts';
import { aTag, LARGE_MARKET, leaseWorld } from '../support/worlds/lease.ts';
import { endedRun } from '../support/worlds/runs.ts';
import { MINUTE } from '../support/worlds/virtual-time.ts';

describe('an instance without a lease', () => {
  it('is destroyed when it is seen for the second time', async () => {
    const world = await leaseWorld();
    const id = world.plant();
    expect(await world.sweep()).toMatchObject({ counts: { 'unrecorded-seen': 1 }, pages: [] });
    expect(world.lives(id)).toBe(true);
    await world.service.sweep();
    expect(world.lives(id)).toBe(true);
    expect(await world.sweep()).toMatchObject({
      counts: { unrecorded: 1 },
      pages: [expect.stringContaining(`destroying orphaned instances: ${id}`)],
    });
    expect(world.lives(id)).toBe(false);
    await world.close();
  });

  it('is never destroyed when its label is not a valid tag of this deployment', async () => {
    const world = await leaseWorld();
    const other = aTag({ deployment: brandId(DeploymentId, 'other') });
    const forged = `${aTag().slice(0, -1)}${aTag().endsWith('0') ? '1' : '0'}`;
    const labels = [other, forged, ` ${aTag()}`, `${aTag()}\n`, 'gs-demo', '', null];
    const ids = labels.map((label) => world.market.addForeignInstance(label));
    const record = await world.sweep(5);
    expect(record.counts).toEqual({ foreign: labels.length - 2, 'near-miss': 2 });
    expect(record.pages).toEqual([expect.stringMatching(/^near-miss: /)]);
    expect(ids.every(world.lives)).toBe(true);
    await world.close();
  });
});

describe('a second instance of a lease', () => {
  it('is destroyed at once as a twin while the lease is active', async () => {
    const world = await leaseWorld();
    const { id } = await world.active();
    const twin = world.plant({ leaseId: id });
    expect((await world.sweep()).counts).toEqual({ twin: 1 });
    expect(world.lives(twin)).toBe(false);
    expect(world.alive()).toBe(1);
    expect(await world.eventTypes(id)).toContain('twin-found');
    expect(await world.lease(id)).toMatchObject({ state: 'active' });
    await world.close();
  });

  it('is destroyed at once as an orphan when the lease has ended', async () => {
    const world = await leaseWorld();
    const { id } = await world.active();
    await world.release(id);
    await world.untilState(id, 'ended');
    const orphan = world.plant({ leaseId: id });
    expect((await world.sweep()).counts).toEqual({ orphan: 1 });
    expect(world.lives(orphan)).toBe(false);
    expect(await world.eventTypes(id)).toContain('orphan-found');
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });

  it('is destroyed by every sweep while the provider refuses, with one event', async () => {
    const world = await leaseWorld();
    const { id } = await world.active();
    const twin = world.plant({ leaseId: id });
    world.market.addFault({ name: 'refuse-destroy', times: 3 });
    const record = await world.sweep(3);
    expect(record.pages).toEqual([expect.stringContaining('1 actions failed; first: destroy')]);
    await world.sweep(2);
    expect(world.lives(twin)).toBe(false);
    expect((await world.eventTypes(id)).filter((type) => type === 'twin-found')).toHaveLength(1);
    await world.close();
  });
});

describe('the circuit breaker', () => {
  it('destroys up to three instances without a lease', async () => {
    const world = await leaseWorld();
    const ids = [1, 2, 3].map((attempt) => world.plant({ attempt }));
    // The provider accepts one destroy in three seconds: each sweep destroys one.
    await world.sweep(4);
    expect(ids.some(world.lives)).toBe(false);
    await world.close();
  });

  it('destroys none of four, and pages an operator', async () => {
    const world = await leaseWorld();
    const ids = [1, 2, 3, 4].map((attempt) => world.plant({ attempt }));
    const record = await world.sweep(4);
    expect(record.counts).toEqual({ unrecorded: 4 });
    expect(record.pages).toEqual([expect.stringContaining('none of them is destroyed')]);
    expect(ids.every(world.lives)).toBe(true);
    await world.close();
  });

  it('destroys four of twenty instances, which is not more than a fifth', async () => {
    const world = await leaseWorld();
    for (let n = 0; n < 16; n += 1) world.market.addForeignInstance();
    const ids = [1, 2, 3, 4].map((attempt) => world.plant({ attempt }));
    await world.sweep(5);
    expect(ids.some(world.lives)).toBe(false);
    await world.close();
  });

  it('never holds back a twin or an orphan of an ended lease', async () => {
    const world = await leaseWorld();
    const { id: ended } = await world.active();
    await world.release(ended);
    await world.untilState(ended, 'ended');
    const { id } = await world.active();
    const doomed = [world.plant({ leaseId: ended }), world.plant({ leaseId: id })];
    const held = [1, 2, 3, 4, 5].map((attempt) => world.plant({ attempt }));
    await world.sweep(2);
    expect(doomed.some(world.lives)).toBe(false);
    expect(held.every(world.lives)).toBe(true);
    await world.close();
  });
});

describe('a sweep that cannot list', () => {
  it('records a failure, never an empty provider', async () => {
    const world = await leaseWorld(LARGE_MARKET);
    const id = world.plant();
    const first = await world.sweep();
    for (let n = 0; n < 40; n += 1) world.market.addForeignInstance();
    world.market.addFault({ name: 'partial-page' });
    await world.pass(MINUTE);
    await expect(world.service.sweep()).rejects.toMatchObject({ name: 'ProviderDown' });
    const record = await world.sweep(3);
    expect(record).toMatchObject({
      failure: expect.stringContaining('listing: ProviderDown'),
      listedAt: first.listedAt,
      listed: 1,
      counts: {},
      pages: [expect.stringContaining('could not read the listing of vastai')],
    });
    expect(world.lives(id)).toBe(true);
    await world.close();
  });

  it('does not log the line of a complete sweep, which the alarm watches', async () => {
    const lines: LogLine[] = [];
    const log = (line: LogLine) => void lines.push(line);
    const world = await leaseWorld({ log });
    world.plant();
    await world.sweep();
    const [line] = lines.filter(({ kind }) => kind === 'sweep');
    expect(line).toEqual({
      kind: 'sweep',
      error: undefined,
      message: '1 instances, 0 open leases, 1 unrecorded-seen',
      id: 'vastai',
    });
    world.market.addFault({ name: 'bad-key', operation: 'list' });
    await world.sweep(3);
    expect(lines.filter(({ kind }) => kind === 'sweep')).toHaveLength(1);
    expect(lines.filter(({ kind }) => kind === 'page')).toContainEqual(
      expect.objectContaining({
        message: expect.stringMatching(/^blind: could not read the listing of vastai: /),
      }),
    );
    await world.close();
  });

  it('is in the health reply, with the age of the last sweep', async () => {
    const world = await leaseWorld();
    const health = async () => (await world.ask('readHealth')).body;
    expect(await health()).toMatchObject({ sweeps: [{ ageSeconds: null, failure: null }] });
    await world.sweep();
    await world.pass(MINUTE);
    // The sweep itself takes some seconds: its calls wait for their passes.
    const ageSeconds = expect.toSatisfy((age: number) => age >= 60 && age < 65);
    expect(await health()).toMatchObject({ status: 'ok', sweeps: [{ ageSeconds }] });
    world.market.addFault({ name: 'bad-key', operation: 'list' });
    await world.pass(15 * MINUTE);
    await world.sweep();
    expect(await health()).toMatchObject({
      status: 'degraded',
      sweeps: [{ failure: expect.stringContaining('Unauthorised') }],
    });
    await world.close();
  });
});

describe('POST /v1/sweeps', () => {
  it('starts a sweep whose findings are its result, for operators only', async () => {
    const world = await leaseWorld();
    world.market.addForeignInstance();
    await world.pass(MINUTE);
    expect(await endedRun(world, 'sweepProvider')).toMatchObject({
      state: 'done',
      result: { provider: 'vastai', instances: 1, findings: { foreign: 1 }, pages: [] },
    });
    expect(await world.ask('sweepProvider', { body: {} })).toMatchObject({ status: 403 });
    await world.close();
  });
});
