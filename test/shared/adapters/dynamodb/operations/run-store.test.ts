// Runs on the real engine: each write has one condition, and only open runs are found by kind.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runIdFor } from '../../../../../shared/adapters/derive-ids.ts';
import { createRunStore } from '../../../../../shared/adapters/dynamodb/operations/run-store.ts';
import { EXPIRES_AT, runKey } from '../../../../../shared/adapters/dynamodb/schema.ts';
import { policy } from '../../../../../shared/core/base/policy/policy.ts';
import {
  claimRun,
  failRun,
  type OpenRun,
  requestRun,
} from '../../../../../shared/core/operations/run.ts';
import type { RunStore } from '../../../../../shared/ports/run-store.ts';
import { aConsumer, at } from '../../../../support/builders/base.ts';
import { openTestDatabase, type TestDatabase } from '../../../../support/worlds/database.ts';

let database: TestDatabase;
let runs: RunStore;
beforeAll(async () => {
  database = await openTestDatabase();
  runs = createRunStore(database.tables.live);
});
afterAll(() => database.close());

const aRun = (key: string): OpenRun =>
  requestRun(
    {
      ...{ id: runIdFor('sweep', aConsumer, key), by: aConsumer },
      ...{ kind: 'sweep', provider: 'vastai', consumer: null },
    },
    at('12:00'),
  );

describe('runs', () => {
  it('are created once: the stored run is returned', async () => {
    const run = aRun('created');
    expect(await runs.create(run)).toEqual(run);
    expect(await runs.create({ ...run, at: at('13:00') })).toEqual(run);
    expect(await runs.get(run.id)).toEqual(run);
  });

  it('are replaced only in the state and with the tries that were read', async () => {
    const run = await runs.create(aRun('replaced'));
    const claimed = claimRun(aRun('replaced'), at('12:01'));
    expect(await runs.replace(aRun('replaced'), claimed)).toBe('replaced');
    expect(await runs.replace(aRun('replaced'), claimed)).toBe('changed');
    expect(await runs.get(run.id)).toEqual(claimed);
  });

  it('are found by kind while they are open', async () => {
    const [open, ended] = [aRun('open'), aRun('ended')];
    await runs.create(open);
    await runs.create(ended);
    await runs.replace(ended, failRun(ended, 'a test', at('12:02')));
    const found = (await runs.open('sweep')).map(({ id }) => id);
    expect(found).toContain(open.id);
    expect(found).not.toContain(ended.id);
    expect(await runs.open('verify')).toEqual([]);
  });

  it('expire some time after their end, and never while they are open', async () => {
    const run = aRun('expiring');
    await runs.create(run);
    const { live } = database.tables;
    expect(await live.get(runKey(run.id))).not.toHaveProperty(EXPIRES_AT);
    await runs.replace(run, failRun(run, 'a test', at('12:02')));
    const expiresAt = (at('12:02') + policy.run.keepFor) / 1_000;
    expect(await live.get(runKey(run.id))).toMatchObject({ [EXPIRES_AT]: expiresAt });
  });
});
