// The provider port's contract under responses that are wrong: one odd row costs no other, no text
// has the key, and nothing that a response names makes the adapter wait. What only the caller can
// know, such as whose account a listing is of, the adapter passes on.

import { describe, expect, it } from 'vitest';
import { between, minutes } from '../../shared/core/base/time.ts';
import { falseResponses, type Harness, type Start } from './harness.ts';
import { alive, anyOffer, aTag, failure, launchVisibly, spec } from './support.ts';

const ODD = [0, 1, 2, 3];
const QUOTED = [0, 1, 2, 3, 4, 5];

const idsOf = (harness: Harness) =>
  alive(harness)
    .map(({ id }) => id)
    .toSorted();

const listedIds = async ({ provider }: Harness) =>
  (await provider.list()).map(({ id }) => id).toSorted();

/** The start and the end of the key, in the forms that the simulator quotes. */
function partsOf(key: string): readonly string[] {
  const base64 = Buffer.from(key).toString('base64');
  return [key, base64.slice(0, -2)].flatMap((form) => [form.slice(0, 8), form.slice(-8)]);
}

async function errorOf(call: () => Promise<unknown>): Promise<string> {
  const [outcome] = await Promise.allSettled([call()]);
  if (outcome.status === 'rejected') return String(outcome.reason);
  return JSON.stringify(outcome.value);
}

export function falseResponsePromises(begin: Start): void {
  it.each(['rewritten-label', 'cut-label'] as const)(
    '%s, a listing has every instance',
    async (name) => {
      const harness = await begin();
      for (let count = 0; count < harness.pageSize; count += 1) harness.addForeign('theirs');
      await launchVisibly(harness);
      harness.addFault({ name });
      expect(await listedIds(harness)).toEqual(idsOf(harness));
    },
  );

  it('missing-total, a listing is complete only where the provider reports no total', async () => {
    const harness = await begin();
    await launchVisibly(harness);
    harness.addFault({ name: 'missing-total' });
    const listing = listedIds(harness);
    if (harness.provider.card.reportsTotal)
      await expect(listing).rejects.toEqual(failure('BadReply'));
    else expect(await listing).toEqual(idsOf(harness));
  });

  it('other-account, the account has another id, or none is reported', async () => {
    const harness = await begin();
    const own = await harness.provider.account();
    expect(await harness.provider.account()).toBe(own);
    harness.addFault({ name: 'other-account' });
    const other = await harness.provider.account();
    expect(own === null).toBe(other === null);
    if (own !== null) expect(other).not.toBe(own);
  });

  describe.each(ODD)('odd-row, variant %i', (variant) => {
    it('a listing has every instance, and get returns it', async () => {
      const harness = await begin();
      const foreign = harness.addForeign('theirs');
      const id = await launchVisibly(harness);
      harness.addFault({ name: 'odd-row', instanceId: foreign, variant });
      expect(await listedIds(harness)).toEqual(idsOf(harness));
      const own = (await harness.provider.list()).find((each) => each.id === id);
      expect(own).toMatchObject({ label: aTag(), unreadable: [] });
      expect(await harness.provider.get(foreign)).toMatchObject({ id: foreign });
    });

    it('a search has all other offers', async () => {
      const harness = await begin();
      const all = (await harness.provider.search()).offers.length;
      harness.addFault({ name: 'odd-row', operation: 'search', variant });
      const { offers, unreadable } = await harness.provider.search();
      expect(offers.length + unreadable.length).toBeGreaterThanOrEqual(all);
      expect(all - offers.length).toBeLessThanOrEqual(unreadable.length);
    });

    it('charges have all other rows', async () => {
      const harness = await begin();
      const foreign = harness.addForeign('theirs');
      const id = await launchVisibly(harness);
      harness.addFault({ name: 'odd-row', instanceId: foreign, variant });
      const charges = await harness.provider.charges(harness.now(), harness.now());
      expect(charges).toHaveLength(2);
      expect(charges.find((each) => each.instanceId === id)).toMatchObject({
        label: aTag(),
        unreadable: [],
      });
    });
  });

  it.each(QUOTED)('quoted-key, variant %i, no outcome or failure has it', async (variant) => {
    const harness = await begin();
    const { provider, key } = harness;
    const offer = await anyOffer(harness);
    const id = await launchVisibly(harness);
    harness.addFault({ name: 'quoted-key', variant });
    const texts = [
      await errorOf(() => provider.create(aTag(2), offer, spec)),
      await errorOf(() => provider.search()),
      await errorOf(() => provider.get(id)),
      await errorOf(() => provider.list()),
      await errorOf(() => provider.destroy(id)),
      await errorOf(() => provider.charges(harness.now(), harness.now())),
      await errorOf(() => provider.balance()),
    ];
    for (const text of texts) {
      expect(text).toContain('***');
      for (const part of partsOf(key)) expect(text).not.toContain(part);
    }
  });

  it('absurd-retry-after, a read fails at once and not after the named time', async () => {
    const harness = await begin();
    await launchVisibly(harness);
    harness.addFault({ name: 'absurd-retry-after' });
    const from = harness.now();
    await expect(harness.provider.list()).rejects.toEqual(failure('RateLimited'));
    expect(between(from, harness.now())).toBeLessThan(minutes(1));
  });

  it('absurd-retry-after, create and destroy fail at once, with no effect', async () => {
    const harness = await begin();
    const offer = await anyOffer(harness);
    const id = await launchVisibly(harness);
    harness.addFault({ name: 'absurd-retry-after' });
    const from = harness.now();
    const outcome = await harness.provider.create(aTag(2), offer, spec);
    expect(outcome.kind).toBe('rate-limited');
    await expect(harness.provider.destroy(id)).rejects.toEqual(failure('RateLimited'));
    expect(between(from, harness.now())).toBeLessThan(minutes(1));
    expect(idsOf(harness)).toEqual([id]);
  });

  it('other-account of the same team, the account has the same id, but no instance', async () => {
    const harness = await begin();
    const own = await harness.provider.account();
    const id = await launchVisibly(harness);
    harness.addFault({ name: 'other-account', variant: 1 });
    expect(await harness.provider.account()).toBe(own);
    expect(await harness.provider.get(id)).toBe('absent');
    expect(await harness.provider.list()).toEqual([]);
    expect(idsOf(harness)).toEqual([id]);
  });

  it('empty-list, get still returns the instance', async () => {
    const harness = await begin();
    const id = await launchVisibly(harness);
    harness.addFault({ name: 'empty-list' });
    expect(await harness.provider.list()).toEqual([]);
    expect(await harness.provider.get(id)).toMatchObject({ id, label: aTag() });
  });

  it('wrong-id, the returned number is not that of the new instance', async () => {
    const harness = await begin();
    const foreign = harness.addForeign('theirs');
    const offer = await anyOffer(harness);
    harness.addFault({ name: 'wrong-id', times: 1 });
    const outcome = await harness.provider.create(aTag(), offer, spec);
    expect(outcome).toMatchObject({ kind: 'launched', instanceId: foreign });
    harness.pass(harness.provider.card.listLag);
    const own = (await harness.provider.list()).filter(({ label }) => label === aTag());
    expect(own.map(({ id }) => id)).not.toContain(foreign);
    expect(own).toHaveLength(1);
  });

  it('young-404, destroy returns absent, and works when the instance is older', async () => {
    const harness = await begin();
    const id = await launchVisibly(harness);
    harness.addFault({ name: 'young-404', forMs: minutes(5) });
    expect(await harness.provider.destroy(id)).toBe('absent');
    expect(idsOf(harness)).toEqual([id]);
    harness.pass(minutes(5));
    expect(await harness.provider.destroy(id)).toBe('accepted');
    expect(idsOf(harness)).toEqual([]);
  });

  it('get never returns an instance with another number', async () => {
    const harness = await begin();
    const id = await launchVisibly(harness);
    harness.addFault({ name: 'reused-id', instanceId: id });
    harness.pass(harness.provider.card.listLag);
    const seen = await harness.provider.get(id);
    expect(seen).toMatchObject({ id, label: 'somebody-elses-training' });
  });

  it.each(falseResponses)('%s, the adapter works normally afterwards', async (name) => {
    const harness = await begin();
    const offer = await anyOffer(harness);
    harness.addFault({ name });
    await harness.provider.create(aTag(), offer, spec);
    await errorOf(() => harness.provider.list());
    harness.clearFaults();
    harness.pass(minutes(5));
    // The other account keeps what its key created.
    if (name === 'other-account') expect(await listedIds(harness)).toEqual([]);
    else expect(await listedIds(harness)).toEqual(idsOf(harness));
  });
}
