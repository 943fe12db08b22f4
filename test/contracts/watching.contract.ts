// The provider port's contract for reads: a result is complete or the read throws, and only an
// explicit response of the provider makes an instance absent.

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

/** The reads, which must never return an incomplete result. */
const reads: Readonly<Record<string, (harness: Harness, by: Provider) => Promise<unknown>>> = {
  search: (_harness, by) => by.search(),
  get: async (harness, by) => by.get(harness.instances()[0]?.id ?? unknownId),
  list: (_harness, by) => by.list(),
  charges: (harness, by) => by.charges(harness.now(), harness.now()),
  account: (_harness, by) => by.account(),
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

    it('throws Unauthorised with an unknown key', async () => {
      const harness = await begin();
      await launchVisibly(harness);
      await expect(read(harness, harness.stranger)).rejects.toEqual(failure('Unauthorised'));
    });
  });
}

export function getPromises(begin: Start): void {
  it('returns an instance from its start until it has an SSH address', async () => {
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

  it('returns absent for an unknown instance', async () => {
    const { provider } = await begin();
    expect(await provider.get(unknownId)).toBe('absent');
  });

  it.each<[FaultName, unknown]>([
    ['vanish', 'absent'],
    ['interrupt', expect.objectContaining({ status: 'stopped' })],
    ['never-boots', expect.objectContaining({ status: 'starting' })],
    ['boot-failure', expect.objectContaining({ status: 'failed', badImage: false })],
    ['bad-image', expect.objectContaining({ status: 'failed', badImage: true })],
    ['no-address', expect.objectContaining({ status: 'running', ssh: [] })],
  ])('returns the state of an instance under %s', async (name, expected) => {
    const harness = await begin();
    harness.addFault({ name });
    const id = await launch(harness);
    harness.pass(hours(2));
    expect(await harness.provider.get(id)).toEqual(expected);
  });

  it('returns a rate above the offered one under price-rise', async () => {
    const harness = await begin();
    const offer = await anyOffer(harness);
    harness.addFault({ name: 'price-rise' });
    const instance = await harness.provider.get(await launchVisibly(harness));
    invariant(instance !== 'absent' && instance.rate !== null, 'it is there and has a rate');
    expect(instance.rate).toBeGreaterThan(allInRate(offer, DISK_GB));
  });
}

export function listPromises(begin: Start): void {
  it('returns every instance of the account with its exact label', async () => {
    const harness = await begin();
    const foreign = [harness.addForeign(null), harness.addForeign(' somebody-else ')];
    const id = await launchVisibly(harness);
    const listed = await harness.provider.list();
    const byId = new Map(listed.map((instance) => [instance.id, instance.label]));
    expect([...byId.keys()].toSorted()).toEqual([...foreign, id].toSorted());
    expect([...byId.values()].toSorted()).toEqual([' somebody-else ', aTag(), null].toSorted());
  });

  it('returns instances in every state', async () => {
    const harness = await begin();
    harness.addFault({ name: 'interrupt', times: 1 });
    await launch(harness, 1);
    await launch(harness, 2);
    harness.pass(hours(2));
    await launchVisibly(harness, 3);
    const statuses = (await harness.provider.list()).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual(['running', 'starting', 'stopped']);
  });

  it.each([0, 1])(
    'returns all of two pages and %i more without a rate-limited call',
    async (more) => {
      const harness = await begin();
      const count = 2 * harness.pageSize + more;
      const ids = Array.from({ length: count }, () => harness.addForeign(null));
      harness.pass(harness.provider.card.listLag);
      const listed = (await harness.provider.list()).map(({ id }) => id);
      expect(new Set(listed)).toEqual(new Set(ids));
      expect(listed).toHaveLength(ids.length);
      expect(harness.tooFast()).toBe(0);
    },
  );

  it('throws when the second page fails', async () => {
    const harness = await begin();
    for (let count = 0; count <= harness.pageSize; count += 1) harness.addForeign(null);
    harness.pass(harness.provider.card.listLag);
    harness.addFault({ name: 'partial-page' });
    await expect(harness.provider.list()).rejects.toEqual(failure('ProviderDown'));
  });

  it('may lag under stale-list, and returns the instance afterwards', async () => {
    const harness = await begin();
    await launchVisibly(harness);
    harness.addFault({ name: 'stale-list', forMs: minutes(5) });
    expect(await harness.provider.list()).toEqual([]);
    harness.pass(minutes(5));
    expect(await labelsOf(harness)).toEqual([aTag()]);
  });
}
