// Charges by whole days, and the prepaid credit, in whole micro-dollars.

import { describe, expect, it } from 'vitest';
import { createVastai } from '../../../../../shared/adapters/providers/vastai/vastai.ts';
import { type EpochMs, epochMs } from '../../../../../shared/core/base/time.ts';
import { type Answer, serveInTurn } from '../loopback.ts';

const utc = (text: string): EpochMs => epochMs(Date.parse(`${text}:00Z`));

/** The documentation's example (August 2026): all of 1 to 4 November 2024. */
const aCharge = {
  start: 1_730_419_200,
  end: 1_730_678_400,
  type: 'instance',
  source: 'instance-12345678',
  description: 'Instance 12345678 Charges - 4 days',
  amount: 38.421,
  metadata: { template_id: 101, label: 'my-training-job' },
  items: [],
};
const ok = (body: unknown): Answer => ({ status: 200, body });
const from = utc('2024-11-01T15:30');
const to = utc('2024-11-02T00:00');

async function charges(...answers: readonly Answer[]) {
  const { options, asked } = await serveInTurn(...answers);
  return { found: createVastai(options).charges(from, to), asked };
}

describe('the charges', () => {
  it('are whole micro-dollars with the label of their instance', async () => {
    const { found } = await charges(ok({ results: [aCharge], total: 1, next_token: null }));
    expect(await found).toEqual([
      {
        instanceId: '12345678',
        label: 'my-training-job',
        amount: 38_421_000,
        from: 1_730_419_200_000,
        to: utc('2024-11-05T00:00'),
        unreadable: [],
      },
    ]);
  });

  it('are requested from the start of the first day', async () => {
    const { found, asked } = await charges(ok({ results: [] }));
    await found;
    const filters: unknown = JSON.parse(asked[0]?.query.get('select_filters') ?? '');
    expect(filters).toEqual({
      day: { gte: utc('2024-11-01T00:00') / 1_000, lte: to / 1_000 },
      type: { in: ['instance'] },
    });
  });

  it('include a day that has only started', async () => {
    const today = utc('2024-11-01T00:00') / 1_000;
    const { found } = await charges(ok({ results: [{ ...aCharge, start: today, end: today }] }));
    expect(await found).toHaveLength(1);
  });

  it('exclude charges of another day', async () => {
    const day = utc('2024-10-31T00:00') / 1_000;
    const early = { ...aCharge, start: day, end: day };
    const { found } = await charges(ok({ results: [early, aCharge] }));
    expect(await found).toHaveLength(1);
  });

  it('come from all pages', async () => {
    const other = { ...aCharge, source: 'instance-2', metadata: null };
    const { found, asked } = await charges(
      ok({ results: [aCharge], total: 2, next_token: 'a' }),
      ok({ results: [other], total: 2 }),
    );
    expect((await found).map(({ label }) => label)).toEqual(['my-training-job', null]);
    expect(asked[1]?.query.get('after_token')).toBe('a');
  });

  it.each<[string, object, object]>([
    ['source', { source: 7 }, { instanceId: null, label: 'my-training-job' }],
    ['source', { source: 'instance-x' }, { instanceId: null, amount: 38_421_000 }],
    ['amount', { amount: 'NaN' }, { amount: null, instanceId: '12345678' }],
    ['amount', { amount: 1e300 }, { amount: null, instanceId: '12345678' }],
    ['end', { end: null }, { to, amount: 38_421_000 }],
    ['start', { start: -1 }, { from, amount: 38_421_000 }],
    ['metadata', { metadata: { label: 123 } }, { label: null, instanceId: '12345678' }],
  ])('name an unreadable %s and keep all rows', async (field, change, kept) => {
    const other = { ...aCharge, source: 'instance-2' };
    const results = [{ ...aCharge, ...change }, other];
    const { found } = await charges(ok({ results, total: 2 }));
    const [odd, sound, ...more] = await found;
    expect(odd).toMatchObject({ ...kept, unreadable: [field] });
    expect([sound?.instanceId, sound?.unreadable, more]).toEqual(['2', [], []]);
  });

  it('keep a row that is no object', async () => {
    const { found } = await charges(ok({ results: [null, aCharge], total: 2 }));
    expect((await found).map(({ amount }) => amount)).toEqual([null, 38_421_000]);
  });

  it('include a refund and any other type of row about an instance', async () => {
    const refund = { ...aCharge, type: 'refund', amount: -1.5 };
    const { found } = await charges(ok({ results: [aCharge, refund], total: 2 }));
    expect((await found).map(({ amount }) => amount)).toEqual([38_421_000, -1_500_000]);
  });

  it('include a row about something else without an instance', async () => {
    const volume = { ...aCharge, type: 'volume', source: 'volume-1', metadata: null };
    const { found } = await charges(ok({ results: [volume] }));
    expect(await found).toMatchObject([{ instanceId: null, label: null, unreadable: [] }]);
  });

  it('fail when there are fewer than the total', async () => {
    const { found } = await charges(ok({ results: [aCharge], total: 2 }));
    await expect(found).rejects.toMatchObject({ name: 'BadReply' });
  });
});

describe('the account', () => {
  it('has the id that the provider reports, also as a number', async () => {
    const { options } = await serveInTurn(ok({ id: 123_456, credit: 1 }));
    expect(await createVastai(options).account()).toBe('123456');
  });

  it('is a failure, not null, without a readable id', async () => {
    const { options } = await serveInTurn(ok({ credit: 1 }));
    await expect(createVastai(options).account()).rejects.toMatchObject({ name: 'BadReply' });
  });
});

describe('the balance', () => {
  it.each([
    [24.8173, 24_817_300],
    ['24.5', 24_500_000],
    [0.0000019, 1],
    [-0.25, -250_000],
    [-0.0000001, -1],
    [null, null],
    [undefined, null],
  ])('of a credit of %s dollars is %s', async (credit, balance) => {
    const { options } = await serveInTurn(ok({ id: 1, balance: 0, credit }));
    expect(await createVastai(options).balance()).toBe(balance);
  });

  it('is a failure, not null, with a bad key', async () => {
    const { options } = await serveInTurn({ status: 404, body: { error: 'auth_error' } });
    await expect(createVastai(options).balance()).rejects.toMatchObject({ name: 'Unauthorised' });
  });
});
