// The search by price: every offer once or a failure, for any number of offers with one price.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { createVastai } from '../../../../../shared/adapters/providers/vastai/vastai.ts';
import type { Ask } from '../../../../../shared/adapters/providers/vastai/wire.ts';
import { type Answer, serve } from '../loopback.ts';
import { anAsk } from './replies.ts';

const Query = z.object({
  dph_total: z.object({ gte: z.number() }),
  ask_contract_id: z.optional(z.object({ notin: z.array(z.number()) })),
});

/** A search that applies the two filters as Vast.ai does: at most 64 rows, cheapest first. */
function pageOf(rows: readonly Ask[], body: unknown, filters = ['dph_total', 'ask_contract_id']) {
  const query = Query.parse(body);
  const except = filters.includes('ask_contract_id') ? (query.ask_contract_id?.notin ?? []) : [];
  const from = filters.includes('dph_total') ? query.dph_total.gte : 0;
  const offers = rows
    .filter((row) => row.dph_total >= from && !except.includes(Number(row.id)))
    .sort((a, b) => a.dph_total - b.dph_total)
    .slice(0, 64);
  return { status: 200, body: { offers } };
}

/** Rows with these prices in cents, numbered from 1. */
const rowsAt = (cents: readonly number[]): readonly Ask[] =>
  cents.map((price, index) => {
    const usd = price / 100;
    return anAsk({ id: String(index + 1), dph_base: usd, dph_total: usd, storage_cost: 0 });
  });

async function searchAmong(answer: (body: unknown, nth: number) => Answer) {
  const { options, asked } = await serve(({ body }, nth) => answer(body, nth));
  const { taken } = options;
  return { found: createVastai(options).search(), asked, taken };
}

/** Searches with these pages. */
const searchInTurn = (...pages: readonly (readonly unknown[])[]) =>
  searchAmong((_body, nth) => ({ status: 200, body: { offers: pages[nth - 1] ?? [] } }));

const idsOf = (offers: readonly { readonly providerOfferId: string }[]): readonly string[] =>
  offers.map(({ providerOfferId }) => providerOfferId).sort((a, b) => Number(a) - Number(b));

describe('the search', () => {
  it('sends every filter, a disk size, and its key', async () => {
    const { found, asked } = await searchAmong((body) => pageOf(rowsAt([30]), body));
    await found;
    expect(asked[0]).toMatchObject({
      method: 'POST',
      path: '/api/v0/bundles/',
      headers: { authorization: 'Bearer key-of-the-test' },
      body: {
        type: 'on-demand',
        verified: { eq: true },
        external: { eq: false },
        rentable: { eq: true },
        rented: { eq: false },
        direct_port_count: { gte: 1 },
        order: [['dph_total', 'asc']],
        limit: 64,
        allocated_storage: 20,
      },
    });
  });

  it('finds nothing in an empty market', async () => {
    const { found } = await searchInTurn([]);
    await expect(found).resolves.toEqual({ offers: [], unreadable: [] });
  });

  it('takes a pass for each page', async () => {
    const prices = Array.from({ length: 100 }, (_, index) => index + 1);
    const { found, asked, taken } = await searchAmong((body) => pageOf(rowsAt(prices), body));
    await found;
    expect(taken).toEqual(asked.map(() => 'search'));
  });

  it('finds every offer once, for any number of offers with one price', async () => {
    const runs = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 5 })),
      {
        maxLength: 6,
      },
    );
    await fc.assert(
      fc.asyncProperty(runs, async (given) => {
        const rows = rowsAt(given.flatMap(([count, cents]) => Array(count).fill(cents)));
        const { found } = await searchAmong((body) => pageOf(rows, body));
        expect(idsOf((await found).offers)).toEqual(rows.map(({ id }) => id));
      }),
      { numRuns: 25 },
    );
  });

  it.each([
    ['neither filter is applied', [], [1, 2, 3]],
    ['a page has one price and the filter by id is not applied', ['dph_total'], [5, 5, 5]],
  ])('fails and loses no offers when %s', async (_name, filters, cents) => {
    const rows = rowsAt(cents.flatMap((price) => Array<number>(40).fill(price)));
    const { found } = await searchAmong((body) => pageOf(rows, body, filters));
    await expect(found).rejects.toMatchObject({ name: 'BadReply' });
  });

  it('fails when a later page fails', async () => {
    const rows = rowsAt(Array.from({ length: 100 }, (_, index) => index + 1));
    const { found } = await searchAmong((body, nth) =>
      nth === 1 ? pageOf(rows, body) : { status: 500 },
    );
    await expect(found).rejects.toMatchObject({ name: 'ProviderDown' });
  });

  it('fails after too many pages', async () => {
    const { found, asked } = await searchAmong((_body, nth) => {
      const row = anAsk({ id: String(nth), dph_total: nth });
      return { status: 200, body: { offers: [row] } };
    });
    await expect(found).rejects.toMatchObject({ name: 'BadReply' });
    expect(asked.length).toBe(400);
  });

  it('leaves out only an unreadable row', async () => {
    const [odd, sound] = [{ ...anAsk({ id: '1' }), gpu_ram: null }, anAsk({ id: '2' })];
    const { found } = await searchInTurn([odd, sound], []);
    expect(idsOf((await found).offers)).toEqual(['2']);
    expect((await found).unreadable).toEqual(['1']);
  });

  it.each<[string, object]>([
    ['price', { dph_total: null }],
    ['meaningful price', { dph_total: 1e300 }],
    ['meaningful storage price', { storage_cost: 1e300 }],
  ])('leaves out a row without a %s, which ends no search', async (_name, change) => {
    const rows = rowsAt(Array.from({ length: 100 }, (_, index) => index + 1));
    const odd = { ...anAsk({ id: '999' }), ...change };
    const { found } = await searchAmong((body) => {
      const { offers } = pageOf(rows, body).body;
      return { status: 200, body: { offers: [odd, ...offers.slice(0, 63)] } };
    });
    expect(idsOf((await found).offers)).toEqual(rows.map(({ id }) => id));
    expect((await found).unreadable).toEqual(['999']);
  });

  it('fails with the field when no row is readable', async () => {
    const { id, dph_total } = anAsk();
    const { found } = await searchInTurn([{ id, dph_total }], []);
    await expect(found).rejects.toMatchObject({
      name: 'BadReply',
      message: expect.stringContaining('POST /api/v0/bundles/'),
      field: 'machine_id',
    });
  });

  it('fails when no row of a page has a price, since there is no page after it', async () => {
    const { found } = await searchInTurn([{ ...anAsk(), dph_total: null }, {}], []);
    await expect(found).rejects.toMatchObject({ name: 'BadReply', field: 'dph_total' });
  });
});
