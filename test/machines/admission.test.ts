// Admission with the real use case and database: of 1,000 concurrent requests exactly as many are
// admitted as there is room for, and the next sweeps repair what a crash leaves.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaseIdFor, requestHash } from '../../shared/adapters/derive-ids.ts';
import { createFreezeStore } from '../../shared/adapters/dynamodb/operations/freeze-store.ts';
import { records } from '../../shared/app/parts.ts';
import { once } from '../../shared/app/runtime.ts';
import { brandId, ConsumerId, type LeaseId } from '../../shared/core/base/ids.ts';
import { microUsd, microUsdPerHour } from '../../shared/core/base/money.ts';
import { minutes } from '../../shared/core/base/time.ts';
import { reservedEnv } from '../../shared/core/instance/card.ts';
import { holdFor } from '../../shared/core/lease/hold.ts';
import { totalsOf } from '../../shared/core/ledger/entry.ts';
import { applyOutbox } from '../../shared/usecases/common/change-lease.ts';
import { createRequestLease } from '../../shared/usecases/lease/request-lease.ts';
import { aConsumer, at } from '../support/builders/base.ts';
import { someTerms } from '../support/builders/lease.ts';
import { someLimits } from '../support/builders/ledger.ts';
import { openTestDatabase, type TestDatabase } from '../support/worlds/database.ts';
import { CONSUMER, leaseWorld } from '../support/worlds/lease.ts';

const attemptLimit = minutes(25);
const terms = someTerms();
const EACH = holdFor({ ...terms, attemptLimit });

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

function requester(limits = someLimits()) {
  const started: LeaseId[] = [];
  const run = createRequestLease({
    leases: database.leases,
    freezes: createFreezeStore(database.tables.leases),
    accounts: database.accounts,
    workflow: {
      start: async (id) => {
        started.push(id);
        return 'started';
      },
      wake: async () => 'over',
      answer: async () => 'over',
      heartbeat: async () => 'over',
      running: async () => new Set(),
    },
    clock: { now: () => at('12:00') },
    ...{
      limits,
      attemptLimit,
      reservedEnv: reservedEnv([]),
      phoneHome: true,
      leaseIdFor,
      hashOf: requestHash,
    },
  });
  const ask = (number: number, consumer = aConsumer, requested = terms) => {
    const body = { number };
    return run({ consumer, idempotencyKey: `request-${number}`, body, terms: requested, env: {} });
  };
  return { ask, started };
}

/** Retries as clients do: retryable failures, with the same key, a limited number of times. */
async function retry<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    const [outcome] = await Promise.allSettled([ask()]);
    if (outcome.status === 'fulfilled') return outcome.value;
    const { name } = outcome.reason as Error;
    if (tries === 50 || !['StoreDown', 'Conflict'].includes(name)) throw outcome.reason;
  }
}

/** Concurrent requests, 50 in flight at any time: a connection pool has that many sockets. */
async function requestAll<Answer>(size: number, ask: (number: number) => Promise<Answer>) {
  const answers: Answer[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < size) {
      const index = next;
      next += 1;
      answers[index] = await retry(() => ask(index));
    }
  };
  await Promise.all(Array.from({ length: 50 }, worker));
  return answers;
}

describe('admission of 1,000 concurrent requests', () => {
  it('accepts exactly 137 when there is room for 137, and all totals agree', async () => {
    const { ask, started } = requester(
      someLimits({
        monthlyBudgetMicroUsd: microUsd(137 * EACH + EACH - 1),
        maxRateMicroUsdPerHour: microUsdPerHour(1_000 * terms.ceiling),
        maxOpenLeases: 200,
      }),
    );
    const outcomes = await requestAll(1_000, ask);
    const admitted = outcomes.flatMap((each) => (each.kind === 'accepted' ? [each.lease] : []));
    expect(admitted).toHaveLength(137);
    const account = await database.accounts.get(aConsumer);
    expect(account).toMatchObject({ roomMicroUsd: EACH - 1, leaseRoom: 63 });
    const ids = new Set<string>(admitted.map(({ id }) => id));
    expect(ids.size).toBe(137);
    expect(new Set(Object.keys(account?.holds ?? {}))).toEqual(ids);
    expect(new Set(started)).toEqual(ids);
    const refused = outcomes.filter((each) => each.kind === 'over-limit');
    expect(refused.every(({ refusal }) => refusal.limit === 'monthly-budget')).toBe(true);
    const stores = { ...database, clock: { now: () => at('12:00') } };
    for (const lease of (await database.leases.getMany(started)).values()) {
      await applyOutbox(stores, lease);
    }
    const totals = totalsOf(await database.ledger.entries(aConsumer));
    expect(totals).toEqual({ held: 137 * EACH, charged: 0, reserved: 0 });
    // 863 refusals by one limit within an hour are one note.
    const notes = await database.accounts.notes(aConsumer, { after: null, limit: 100 });
    expect(notes.map(({ kind, id }) => `${kind} ${id}`)).toEqual(['hold-refused monthly-budget']);
  }, 240_000);
});

describe('a request with the key of a request whose hold alone was placed', () => {
  it('is refused when its body differs', async () => {
    const consumer = brandId(ConsumerId, '123456789012/two-bodies');
    const { ask } = requester();
    const failing = { ...database.leases, create: () => Promise.reject(new Error('gone')) };
    const create = database.leases.create;
    Object.assign(database.leases, failing);
    await expect(ask(1, consumer)).rejects.toThrow('gone');
    Object.assign(database.leases, { create });
    const longer = someTerms({ duration: minutes(600) });
    await expect(ask(1, consumer, longer)).rejects.toMatchObject({ name: 'KeyReused' });
    expect(await ask(1, consumer)).toMatchObject({ kind: 'accepted' });
  });
});

describe('requests that crash between any two calls', () => {
  it('are repaired by the next sweeps, and lose no budget', async () => {
    let failIn = Number.POSITIVE_INFINITY;
    const crash = (): void => {
      failIn -= 1;
      if (failIn === 0) throw new Error('the process is gone');
    };
    const hooks = { onDatabaseCall: crash, onWorkflowCall: crash };
    const world = await leaseWorld({
      ...hooks,
      env: { GPU_SHOPPER_MONTHLY_BUDGET_MICRO_USD: '60000000' },
    });
    const ids = new Set<LeaseId>();
    for (let number = 0; number < 18; number += 1) {
      failIn = 1 + (number % 6);
      const answer = await world.request({}, `cut-off-${number}`).catch(() => null);
      failIn = Number.POSITIVE_INFINITY;
      if (answer !== null) ids.add(answer);
    }
    const { accounts, leases } = once(world.service.runtime, records);
    for (const id of Object.keys((await accounts.get(CONSUMER))?.holds ?? {})) {
      ids.add(id as LeaseId);
    }
    expect(ids.size).toBeGreaterThan(5);
    await world.sweep(5);
    const found = await leases.getMany(ids);
    expect(found.size).toBe(ids.size);
    for (const [id, { state }] of found) if (state !== 'ended') await world.release(id);
    const over = async () =>
      [...(await leases.getMany(ids)).values()].every(({ state }) => state === 'ended');
    await world.until(over);
    await world.sweep(2);
    expect(await world.leftovers(...ids)).toEqual([]);
    await world.close();
  }, 240_000);
});

describe('a request that sets a variable which the agent needs', () => {
  it.each(['CONTAINER_ID', 'CONTAINER_API_KEY', 'PATH', 'LD_PRELOAD', 'https_proxy'])(
    'is refused with the name %s, and holds nothing',
    async (name) => {
      const world = await leaseWorld({ freshMenu: false });
      const sshPublicKey = `ssh-ed25519 ${'A'.repeat(68)}`;
      const { status, body } = await world.ask('requestLease', {
        headers: { 'idempotency-key': `sets-${name}` },
        body: { gpuNames: ['RTX 4090'], sshPublicKey, env: { [name]: '1' } },
      });
      const detail = expect.stringContaining(`must not set ${name}`);
      expect([status, body]).toMatchObject([400, { field: `env.${name}`, detail }]);
      expect(await once(world.service.runtime, records).accounts.get(CONSUMER)).toBeNull();
      await world.close();
    },
  );
});

describe('a spend cap below the price of the transfer allowance', () => {
  it('is refused with the field and what to change, and holds nothing', async () => {
    const world = await leaseWorld({ freshMenu: false });
    const sshPublicKey = `ssh-ed25519 ${'A'.repeat(68)}`;
    const ask = (spendCapMicroUsd: number, transferGb = 20) =>
      world.ask('requestLease', {
        headers: { 'idempotency-key': `cap-${spendCapMicroUsd}-${transferGb}` },
        body: { gpuNames: ['RTX 4090'], sshPublicKey, spendCapMicroUsd, transferGb },
      });
    expect(await ask(599_999)).toMatchObject({
      ...{ status: 400, body: { field: 'spendCapMicroUsd' } },
      body: {
        detail:
          'spendCapMicroUsd: must be at least $0.6000, the price of 20 GB of transfer at ' +
          '$0.0300 per GB: raise it, or lower transferGb or transferCeilingMicroUsdPerGb',
      },
    });
    expect(await once(world.service.runtime, records).accounts.get(CONSUMER)).toBeNull();
    expect((await ask(600_000)).status).toBe(202);
    expect((await ask(599_999, 10)).status).toBe(202);
    await world.close();
  });
});
