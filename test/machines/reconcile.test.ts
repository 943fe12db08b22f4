// Charges after settlement: true-ups to the provider's charges, and corrections by operators. Each
// is added once even after a crash, and the ledger agrees with the market's own books.

import { describe, expect, it } from 'vitest';
import { handler as timerReconcile } from '../../functions/timer-reconcile.ts';
import { books } from '../../shared/app/lease.ts';
import { once, within } from '../../shared/app/runtime.ts';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import type { LogLine } from '../../shared/ports/log.ts';
import {
  CONSUMER,
  type LeaseWorld,
  type LeaseWorldOptions,
  leaseWorld,
  OPERATOR,
} from '../support/worlds/lease.ts';
import { endedRun, requestRun } from '../support/worlds/runs.ts';
import { HOUR, MINUTE } from '../support/worlds/virtual-time.ts';

/** A tenth of a cent, to the nearest, for each of four items. */
const ROUNDING = 2_000;

async function aWorld(options: LeaseWorldOptions = {}): Promise<LeaseWorld> {
  return leaseWorld({ freshMenu: false, ...options });
}

async function anEndedLease(world: LeaseWorld, raise = 1): Promise<LeaseId> {
  await world.service.refresh();
  const { id } = await world.active({ silenceLimitSeconds: 3_600 });
  const instance = world.market.instances().at(-1)?.id ?? '';
  if (raise !== 1) world.market.raisePrice(instance, raise);
  await world.pass(30 * MINUTE);
  await world.release(id);
  await world.untilState(id, 'ended');
  return id;
}

type CorrectionBody = {
  readonly key?: string;
  readonly amountMicroUsd?: number;
  readonly why?: string;
};

const reconcile = (world: LeaseWorld) => endedRun(world, 'reconcileCharges');
const correct = (
  world: LeaseWorld,
  id: LeaseId,
  { key = 'a-key-of-mine', ...body }: CorrectionBody,
) =>
  world.ask('correctCharge', {
    ...{ userArn: OPERATOR, params: { id }, headers: { 'idempotency-key': key } },
    body: { why: 'a test said so', ...body },
  });

async function chargedOf(world: LeaseWorld, id: LeaseId): Promise<number> {
  const lease = await world.lease(id);
  if (lease.state !== 'ended') throw new Error('not ended');
  return lease.chargedMicroUsd + lease.correctedMicroUsd;
}
const entriesOf = (world: LeaseWorld) =>
  once(world.service.runtime, books).ledger.entries(CONSUMER);
const corrections = async (world: LeaseWorld) =>
  (await entriesOf(world)).filter(({ correctionSeq }) => correctionSeq !== undefined);

describe('reconciliation', () => {
  it('adds no entry for a difference within the provider’s rounding', async () => {
    const world = await aWorld();
    const id = await anEndedLease(world);
    await world.pass(25 * HOUR);
    const { state, result } = await reconcile(world);
    expect(state).toBe('done');
    expect(result).toMatchObject({ leases: 1, truedUp: 0, failure: null, findings: [] });
    const spent = world.market.books().spentMicroUsd;
    expect(Math.abs((await chargedOf(world, id)) - spent)).toBeLessThanOrEqual(ROUNDING);
    expect(await corrections(world)).toEqual([]);
    await world.close();
  });

  it('waits a day for the provider to settle its charges', async () => {
    const world = await aWorld();
    await anEndedLease(world, 1.5);
    await world.pass(23 * HOUR);
    expect((await reconcile(world)).result).toMatchObject({ leases: 0, truedUp: 0 });
    await world.close();
  });

  it('lowers a charge by a refund, beside an odd row of somebody else', async () => {
    const world = await aWorld();
    const id = await anEndedLease(world);
    const foreign = world.market.addForeignInstance();
    const instance = world.market.instances().at(0)?.id ?? '';
    await world.pass(MINUTE);
    world.market.refund({ id: instance, usd: 0.05 });
    world.market.addFault({ name: 'odd-row', instanceId: foreign, variant: 0 });
    const before = await chargedOf(world, id);
    await world.pass(25 * HOUR);
    const { result } = await reconcile(world);
    expect(result).toMatchObject({ failure: null, truedUp: 1, unreadableRows: 1 });
    const truth = world.market.books().instances.find((each) => each.id === instance);
    const charged = await chargedOf(world, id);
    expect(Math.abs(charged - (truth?.totalMicroUsd ?? 0))).toBeLessThanOrEqual(2 * ROUNDING);
    expect(before - charged).toBeGreaterThan(50_000 - 2 * ROUNDING);
    await world.close();
  });

  it('lowers nothing while a row of the lease is unreadable, and pages an operator', async () => {
    const pages: string[] = [];
    const log = ({ kind, message }: LogLine) => {
      if (kind === 'page') pages.push(String(message));
    };
    const world = await aWorld({ log });
    const id = await anEndedLease(world);
    const instance = world.market.instances().at(0)?.id ?? '';
    world.market.refund({ id: instance, usd: 0.05 });
    world.market.addFault({ name: 'odd-row', operation: 'charges', variant: 0, times: 1 });
    const before = await chargedOf(world, id);
    await world.pass(25 * HOUR);
    const { result } = await reconcile(world);
    expect(result).toMatchObject({ failure: null, truedUp: 0, unreadableRows: 1 });
    expect(await chargedOf(world, id)).toBe(before);
    expect(pages).toContainEqual(
      expect.stringMatching(
        `^charges of vastai that could not be read: 1;.* ${instance} \\(amount`,
      ),
    );
    await world.close();
  });

  it('trues a lease up to the provider’s charge once, and reports the drift', async () => {
    const world = await aWorld();
    const id = await anEndedLease(world, 1.5);
    const before = await chargedOf(world, id);
    await world.pass(25 * HOUR);
    const { result: body } = await reconcile(world);
    const { providerMicroUsd } = body as { providerMicroUsd: number };
    expect(body).toMatchObject({
      ...{
        leases: 1,
        truedUp: 1,
        bookedMicroUsd: before,
        truedUpMicroUsd: providerMicroUsd - before,
      },
      findings: [{ kind: 'drift', leaseId: id, amountMicroUsd: providerMicroUsd - before }],
    });
    expect(await chargedOf(world, id)).toBe(providerMicroUsd);
    expect(Math.abs(providerMicroUsd - world.market.books().spentMicroUsd)).toBeLessThanOrEqual(
      ROUNDING,
    );
    expect(await corrections(world)).toMatchObject([
      {
        kind: 'true-up',
        provider: 'vastai',
        correctionSeq: 1,
        amountMicroUsd: providerMicroUsd - before,
      },
    ]);
    expect(await world.eventTypes(id)).toContain('trued-up');
    await world.pass(MINUTE);
    expect((await reconcile(world)).result).toMatchObject({ truedUp: 0, findings: [] });
    expect(await corrections(world)).toHaveLength(1);
    expect(await world.leftovers(id)).toEqual([]);
    const read = await world.ask('readReconciliations', { userArn: OPERATOR });
    expect(read.body).toMatchObject({ reconciliations: [{ leases: 1, truedUp: 0 }] });
    await world.close();
  });

  it('reports charges for an unknown lease, and adds no entry', async () => {
    const world = await aWorld();
    await world.active();
    world.plant();
    await world.pass(2 * HOUR);
    const { result: body } = await reconcile(world);
    expect(body).toMatchObject({ truedUp: 0, findings: [{ kind: 'unknown-lease' }] });
    expect(await corrections(world)).toEqual([]);
    await world.close();
  });

  it('records a failure when the provider cannot be read', async () => {
    const world = await aWorld();
    const id = await anEndedLease(world, 1.5);
    await world.pass(25 * HOUR);
    world.market.addFault({ name: 'bad-key' });
    expect(await reconcile(world)).toMatchObject({
      state: 'failed',
      failure: expect.stringContaining('Unauthorised'),
    });
    const read = await world.ask('readReconciliations', { userArn: OPERATOR });
    expect(read.body).toMatchObject({
      reconciliations: [
        { leases: 0, from: null, failure: expect.stringContaining('Unauthorised') },
      ],
    });
    expect(await corrections(world)).toEqual([]);
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });

  it('adds each true-up once when it crashes at any call and is repeated', async () => {
    let callsLeft = Number.POSITIVE_INFINITY;
    const world = await aWorld({
      onDatabaseCall: () => {
        callsLeft -= 1;
        if (callsLeft < 0) throw new Error('cut off');
      },
    });
    const ids = [await anEndedLease(world, 1.5), await anEndedLease(world, 1.2)];
    await world.pass(25 * HOUR);
    let calls = 0;
    for (; ; calls += 1) {
      callsLeft = calls;
      const call = () => timerReconcile({ provider: 'vastai' }, { functionName: 'test' } as never);
      const ended = await within(world.service.runtime, call).then(
        () => true,
        () => false,
      );
      callsLeft = Number.POSITIVE_INFINITY;
      await world.service.sweep();
      if (ended) break;
    }
    expect(calls).toBeGreaterThan(5);
    expect(await corrections(world)).toHaveLength(2);
    expect(await world.leftovers(...ids)).toEqual([]);
    await world.close();
  });

  it('is for operators only', async () => {
    const world = await aWorld();
    const userArn = 'arn:aws:sts::123456789012:assumed-role/trainer/run-1';
    expect((await requestRun(world, 'reconcileCharges', { userArn })).status).toBe(403);
    expect((await world.ask('readReconciliations', { userArn })).status).toBe(403);
    await world.close();
  });
});

describe('a correction', () => {
  it('is one entry on lease, ledger and account, once per key', async () => {
    const world = await aWorld();
    const id = await anEndedLease(world);
    const charged = await chargedOf(world, id);
    expect((await correct(world, id, { amountMicroUsd: -1_000 })).status).toBe(200);
    expect((await correct(world, id, { amountMicroUsd: -1_000 })).status).toBe(200);
    expect((await correct(world, id, { amountMicroUsd: 250, key: 'another-key' })).status).toBe(
      200,
    );
    expect(await chargedOf(world, id)).toBe(charged - 750);
    expect(await corrections(world)).toMatchObject([
      { kind: 'correction', amountMicroUsd: -1_000, by: '123456789012/operator', correctionSeq: 1 },
      { kind: 'correction', amountMicroUsd: 250, why: 'a test said so', correctionSeq: 2 },
    ]);
    expect(await world.leftovers(id)).toEqual([]);
    await world.pass(25 * HOUR);
    // A correction is not a drift, and stays.
    expect((await reconcile(world)).result).toMatchObject({ leases: 1, truedUp: 0 });
    await world.close();
  });

  it('is refused, and changes nothing, when it is invalid', async () => {
    const world = await aWorld();
    const id = await anEndedLease(world);
    await world.service.refresh();
    const { id: open } = await world.active();
    const charged = await chargedOf(world, id);
    const refusal = async (body: CorrectionBody, lease = id) =>
      (await correct(world, lease, body)).body;
    const amount = { field: 'amountMicroUsd', status: 400 };
    expect(await refusal({ amountMicroUsd: -charged - 1 })).toMatchObject(amount);
    expect(await refusal({ amountMicroUsd: 0.5 })).toMatchObject(amount);
    expect(await refusal({ amountMicroUsd: 0 })).toMatchObject(amount);
    expect(await refusal({})).toMatchObject(amount);
    expect(await refusal({ amountMicroUsd: 1, why: '' })).toMatchObject({
      field: 'why',
      status: 400,
    });
    expect(await refusal({ amountMicroUsd: 1 }, open)).toMatchObject({ status: 409 });
    expect((await correct(world, id, { amountMicroUsd: 5 })).status).toBe(200);
    expect(await refusal({ amountMicroUsd: 6 })).toMatchObject({ status: 409 });
    const byConsumer = await world.ask('correctCharge', {
      params: { id },
      headers: { 'idempotency-key': 'a-key-of-mine' },
      body: { amountMicroUsd: -5, why: 'I want it back' },
    });
    expect(byConsumer.status).toBe(403);
    expect(await chargedOf(world, id)).toBe(charged + 5);
    await world.close();
  });
});
