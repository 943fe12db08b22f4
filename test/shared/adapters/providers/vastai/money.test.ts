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

  it.each<[string, object]>([
    ['source', { source: 'volume-1' }],
    ['amount', { amount: -1 }],
    ['end', { end: null }],
    ['type', { type: 'volume' }],
  ])('fail when one has no valid %s', async (field, change) => {
    const { found } = await charges(ok({ results: [{ ...aCharge, ...change }] }));
    await expect(found).rejects.toMatchObject({ name: 'BadReply', field: `results.0.${field}` });
  });

  it('fail when there are fewer than the total', async () => {
    const { found } = await charges(ok({ results: [aCharge], total: 2 }));
    await expect(found).rejects.toMatchObject({ name: 'BadReply' });
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
