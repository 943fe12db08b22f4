// The port's promises about reads: complete or a failure, and only the provider's own words make a
// instance absent.

import { describe, expect, it } from 'vitest';
import { invariant } from '../../shared/core/base/invariant.ts';
import { hours, minutes, seconds } from '../../shared/core/base/time.ts';
import { allInRate } from '../../shared/core/instance/offer.ts';
import type { Provider } from '../../shared/ports/provider.ts';
import type { FaultName, Harness, Start } from './harness.ts';
import {
  anyOffer,
  aTag,
  DISK_GB,
  failure,
  labelsOf,
  launch,
  launchVisibly,
  unknownId,
} from './support.ts';

/** The reads that must succeed or throw, never answer with a part or with an absence. */
const reads: Readonly<Record<string, (harness: Harness, by: Provider) => Promise<unknown>>> = {
  search: (_harness, by) => by.search(),
  get: async (harness, by) => by.get(harness.instances()[0]?.id ?? unknownId),
  list: (_harness, by) => by.list(),
  charges: (harness, by) => by.charges(harness.now(), harness.now()),
};

export function readPromises(begin: Start): void {
  describe.each(Object.entries(reads))('%s', (_name, read) => {
    it.each<[FaultName, string]>([
      ['rate-limit', 'RateLimited'],
      ['fail-before-effect', 'ProviderDown'],
      ['bad-key', 'Unauthorised'],
    ])('throws under %s: %s', async (name, thrown) => {
      const harness = await begin();
      await launchVisibly(harness);
      harness.addFault({ name });
      await expect(read(harness, harness.provider)).rejects.toEqual(failure(thrown));
    });

    it('throws Unauthorised with a key that nobody knows', async () => {
      const harness = await begin();
      await launchVisibly(harness);
      await expect(read(harness, harness.stranger)).rejects.toEqual(failure('Unauthorised'));
    });
  });
}

export function getPromises(begin: Start): void {
  it('follows an instance from its start to where SSH is reached', async () => {
    const harness = await begin();
    const { provider } = harness;
    const id = await launch(harness);
    harness.pass(seconds(5));
    const early = await provider.get(id);
    harness.pass(provider.card.bootLimit);
    const later = await provider.get(id);
    expect(early).toMatchObject({ id, label: aTag(), status: 'starting' });
    invariant(later !== 'absent', 'it is still there');
    expect(later).toMatchObject({ id, label: aTag(), status: 'running' });
    expect(later.ssh[0]).toMatchObject({ host: '127.0.0.1', user: provider.card.sshUser });
  });

  it('says absent of an instance that never was', async () => {
    const { provider } = await begin();
    expect(await provider.get(unknownId)).toBe('absent');
  });

  it.each<[FaultName, unknown]>([
    ['vanish', 'absent'],
    ['interrupt', expect.objectContaining({ status: 'stopped' })],
    ['never-boots', expect.objectContaining({ status: 'starting' })],
  ])('tells what became of an instance under %s', async (name, told) => {
    const harness = await begin();
    harness.addFault({ name });
    const id = await launch(harness);
    harness.pass(hours(2));
    expect(await harness.provider.get(id)).toEqual(told);
  });

  it('tells a rate above the offered one under price-rise', async () => {
    const harness = await begin();
    const offer = await anyOffer(harness);
    harness.addFault({ name: 'price-rise' });
    const instance = await harness.provider.get(await launchVisibly(harness));
    invariant(instance !== 'absent' && instance.rate !== null, 'it is there and has a rate');
    expect(instance.rate).toBeGreaterThan(allInRate(offer, DISK_GB));
  });
}

export function listPromises(begin: Start): void {
  it('shows every instance of the account, ours or not, labels untouched', async () => {
    const harness = await begin();
    const foreign = [harness.addForeign(null), harness.addForeign(' somebody-else ')];
    const id = await launchVisibly(harness);
    const listed = await harness.provider.list();
    const byId = new Map(listed.map((instance) => [instance.id, instance.label]));
    expect([...byId.keys()].toSorted()).toEqual([...foreign, id].toSorted());
    expect([...byId.values()].toSorted()).toEqual([' somebody-else ', aTag(), null].toSorted());
  });

  it('shows instances in every state', async () => {
    const harness = await begin();
    harness.addFault({ name: 'interrupt', times: 1 });
    await launch(harness, 1);
    await launch(harness, 2);
    harness.pass(hours(2));
    await launchVisibly(harness, 3);
    const statuses = (await harness.provider.list()).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual(['running', 'starting', 'stopped']);
  });

  it.each([0, 1])('shows all of several pages and %i more, never asking too fast', async (more) => {
    const harness = await begin({ rateLimits: true });
    const count = 2 * harness.pageSize + more;
    const ids = Array.from({ length: count }, () => harness.addForeign(null));
    harness.pass(harness.provider.card.listLag);
    const listed = (await harness.provider.list()).map(({ id }) => id);
    expect(new Set(listed)).toEqual(new Set(ids));
    expect(listed).toHaveLength(ids.length);
    expect(harness.tooFast()).toBe(0);
  });

  it('never returns a part: it throws when the second page fails', async () => {
    const harness = await begin();
    for (let count = 0; count <= harness.pageSize; count += 1) harness.addForeign(null);
    harness.pass(harness.provider.card.listLag);
    harness.addFault({ name: 'partial-page' });
    await expect(harness.provider.list()).rejects.toEqual(failure('ProviderDown'));
  });

  it('may lag under stale-list, and shows the instance once that is over', async () => {
    const harness = await begin();
    await launchVisibly(harness);
    harness.addFault({ name: 'stale-list', forMs: minutes(5) });
    expect(await harness.provider.list()).toEqual([]);
    harness.pass(minutes(5));
    expect(await labelsOf(harness)).toEqual([aTag()]);
  });
}
