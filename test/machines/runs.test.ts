// Runs that operators request: each is carried out once, also when the invocation is lost, when the
// function dies and when two functions start at once.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handler as timerSweep } from '../../functions/timer-sweep.ts';
import { LOCAL_ACCESS } from '../../local/aws/database.ts';
import { connect } from '../../shared/adapters/dynamodb/client.ts';
import { runKey } from '../../shared/adapters/dynamodb/schema.ts';
import { ABSENT, openTable } from '../../shared/adapters/dynamodb/table.ts';
import { runs } from '../../shared/app/parts.ts';
import { requestSweep } from '../../shared/app/runs.ts';
import { once, within } from '../../shared/app/runtime.ts';
import { brandId, ConsumerId, RunId } from '../../shared/core/base/ids.ts';
import { policy } from '../../shared/core/base/policy/policy.ts';
import { epochMs } from '../../shared/core/base/time.ts';
import { claimRun, isOpen } from '../../shared/core/operations/run.ts';
import { type LeaseWorld, leaseWorld, OPERATOR } from '../support/worlds/lease.ts';
import { endedRun, readRun, requestRun } from '../support/worlds/runs.ts';
import { HOUR, MINUTE } from '../support/worlds/virtual-time.ts';

const CLAIMED_FOR = policy.functionTimeout['timer-sweep'] + policy.run.claimMargin;

let world: LeaseWorld;
beforeEach(async () => {
  world = await leaseWorld({ freshMenu: false });
});
afterEach(() => world.close());

/** Requests a sweep whose invocation is lost: Lambda accepts it and never runs it. */
async function lostSweep(key?: string): Promise<string> {
  world.service.lambda.addFault({ function: 'timer-sweep', fails: 'exit', when: 'before' });
  const { body } = await requestRun(world, 'sweepProvider', key === undefined ? {} : { key });
  const { id } = body as { id: string };
  await world.until(async () => true);
  expect(await readRun(world, id)).toMatchObject({ state: 'requested', tries: 0 });
  return id;
}

/** What the schedule starts each minute, and what a request starts. */
const sweep = (payload: object = { provider: 'vastai', unlessIdle: true }) =>
  within(world.service.runtime, () => timerSweep(payload, { functionName: 'test' } as never));

/** Claims the run as a function does that dies before it has a result. */
async function dieWith(id: string): Promise<void> {
  const store = once(world.service.runtime, runs);
  const run = await store.get(brandId(RunId, id));
  if (run === null || !isOpen(run)) throw new Error('the run is not open');
  const claimed = claimRun(run, epochMs(world.clock.now()));
  expect(await store.replace(run, claimed)).toBe('replaced');
}

describe('a run', () => {
  it('is requested, carried out by its function, and read with its result', async () => {
    const { body, status } = await requestRun(world, 'sweepProvider');
    expect(status).toBe(202);
    expect(body).toMatchObject({
      ...{ kind: 'sweep', provider: 'vastai', consumer: null, state: 'requested', tries: 0 },
      ...{ by: '123456789012/operator', endedAt: null, failure: null, result: null },
    });
    const { id } = body as { id: string };
    await world.until(async () => true);
    expect(await readRun(world, id)).toMatchObject({
      ...{ id, state: 'done', tries: 1, failure: null },
      result: { provider: 'vastai', instances: 0, openLeases: 0, findings: {}, suspects: 0 },
    });
  });

  it('verifies the books of one account, or of all', async () => {
    const { consumer } = await world.service.refresh().then(() => world.active());
    expect(await endedRun(world, 'verifyLedger')).toMatchObject({
      ...{ state: 'done', consumer: null },
      result: { accounts: 1, leases: 1, differences: [], differencesInAll: 0 },
    });
    expect(await endedRun(world, 'verifyLedger', { consumer })).toMatchObject({
      ...{ state: 'done', consumer },
      result: { accounts: 1 },
    });
  });

  it('is the same for the same key, and is carried out once', async () => {
    const request = { key: 'one-key-twice' };
    const { body } = await requestRun(world, 'sweepProvider', request);
    const { id } = body as { id: string };
    await world.until(async () => true);
    const repeated = await requestRun(world, 'sweepProvider', request);
    expect(repeated).toMatchObject({ status: 202, body: { id, state: 'done' } });
    await world.until(async () => true);
    expect(world.calls.filter((name) => name === 'timer-sweep')).toHaveLength(1);
  });

  it('needs a key, which belongs to one subject', async () => {
    const request = { key: 'one-key-two-subjects' };
    expect(await requestRun(world, 'verifyLedger', request)).toMatchObject({ status: 202 });
    const other = { ...request, body: { consumer: '123456789012/trainer' } };
    const field = 'Idempotency-Key';
    expect(await requestRun(world, 'verifyLedger', other)).toMatchObject({
      ...{ status: 409, body: { field } },
    });
    const without = await world.ask('verifyLedger', { userArn: OPERATOR });
    expect(without).toMatchObject({ status: 400, body: { field } });
  });

  it('that is unknown is not found', async () => {
    expect(await readRun(world, 'sweep-k3v9x0c2m5n8q1w4e7r6')).toMatchObject({ status: 404 });
  });

  it('records why it failed', async () => {
    world.market.addFault({ name: 'bad-key' });
    const run = await endedRun(world, 'sweepProvider');
    expect(run).toMatchObject({ state: 'failed', tries: 1, result: null });
    expect(run.failure).toContain('Unauthorised');
  });
});

describe('a run whose invocation was lost', () => {
  it('is carried out by the next scheduled function, though nothing is leased', async () => {
    await sweep();
    const id = await lostSweep();
    await sweep();
    expect(await readRun(world, id)).toMatchObject({ state: 'done', tries: 1 });
  });

  it('is started again by the same key', async () => {
    const key = 'the-same-key';
    const id = await lostSweep(key);
    await requestRun(world, 'sweepProvider', { key });
    await world.until(async () => true);
    expect(await readRun(world, id)).toMatchObject({ state: 'done', tries: 1 });
  });

  it('is answered all the same when Lambda refuses the invocation', async () => {
    const invoker = { invoke: () => Promise.reject(new Error('throttled')) };
    const refusing = { ...world.service.runtime, invoker };
    const caller = { consumer: brandId(ConsumerId, '123456789012/operator'), operator: true };
    const request = once(refusing, requestSweep);
    const run = await request({ caller, key: 'a-key-of-mine', provider: undefined });
    expect(run).toMatchObject({ state: 'requested' });
    await sweep();
    expect(await readRun(world, run.id)).toMatchObject({ state: 'done' });
  });

  it('of verification is carried out with the nightly work on the books', async () => {
    world.service.lambda.addFault({ function: 'timer-books', fails: 'exit', when: 'before' });
    const { body } = await requestRun(world, 'verifyLedger');
    const { id } = body as { id: string };
    world.service.startBookkeeping();
    await world.pass(24 * HOUR + MINUTE);
    expect(await readRun(world, id)).toMatchObject({ state: 'done', tries: 1 });
  });
});

describe('a run whose function died', () => {
  it('is left alone while the function can still run, then carried out again', async () => {
    const id = await lostSweep();
    await dieWith(id);
    await sweep({ provider: 'vastai', run: id });
    await sweep();
    expect(await readRun(world, id)).toMatchObject({ state: 'running', tries: 1 });
    await world.pass(CLAIMED_FOR);
    await sweep();
    expect(await readRun(world, id)).toMatchObject({ state: 'done', tries: 2 });
  });

  it('fails after the last try', async () => {
    const id = await lostSweep();
    for (let tries = 1; tries <= policy.run.maxTries; tries += 1) {
      await dieWith(id);
      await world.pass(CLAIMED_FOR);
    }
    await sweep();
    expect(await readRun(world, id)).toMatchObject({
      state: 'failed',
      failure: 'no function finished it in 3 tries',
    });
  });
});

describe('two functions at once', () => {
  it('carry out one run once, and the other sweeps as scheduled', async () => {
    const id = await lostSweep();
    await Promise.all([sweep({ provider: 'vastai', run: id }), sweep(), sweep()]);
    expect(await readRun(world, id)).toMatchObject({ state: 'done', tries: 1 });
  });

  it('carry out all open runs of one provider with one sweep', async () => {
    const ids = [await lostSweep(), await lostSweep()];
    await sweep();
    const done = await Promise.all(ids.map((id) => readRun(world, id)));
    expect(done).toMatchObject([{ state: 'done' }, { state: 'done' }]);
    expect(done[1]?.result).toEqual(done[0]?.result);
  });
});

describe('the scheduled sweep', () => {
  const store = () => once(world.service.runtime, runs);

  it('goes on when the runs cannot be read', async () => {
    const failing = { ...world.service.runtime.config };
    const config = { ...failing, tables: { ...failing.tables, live: 'no-such-table' } };
    const broken = { ...world.service.runtime, config };
    const call = () => timerSweep({ provider: 'vastai' }, { functionName: 'test' } as never);
    await expect(within(broken, call)).rejects.toMatchObject({ name: 'StoreDown' });
    const swept = await world.ask('readHealth', { userArn: OPERATOR });
    expect(swept.body).toMatchObject({ sweeps: [{ failure: null, ageSeconds: 0 }] });
  });

  it('leaves out a run that cannot be read, and carries out the others', async () => {
    const { database, config } = world.service.runtime;
    const connection = connect({ ...LOCAL_ACCESS, ...database });
    const live = openTable(connection, config.tables.live);
    const damaged = runKey(brandId(RunId, `sweep-${'0'.repeat(20)}`));
    await live.put(damaged, { state: 'requested', tries: 'many' }, ABSENT);
    const id = await lostSweep();
    await sweep();
    expect(await readRun(world, id)).toMatchObject({ state: 'done' });
    expect(await store().open('sweep')).toEqual([]);
  });
});
