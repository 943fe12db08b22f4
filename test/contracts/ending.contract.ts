// The provider port's contract for destroy and money: a failed destroy throws, an accepted destroy
// proves nothing, and charges include destroyed instances.

import { expect, it } from 'vitest';
import { after, hours, minutes } from '../../shared/core/base/time.ts';
import type { FaultName, Start } from './harness.ts';
import { alive, aTag, failure, labelsOf, launch, launchVisibly, unknownId } from './support.ts';

export function destroyPromises(begin: Start): void {
  it('ends the instance, and only that one', async () => {
    const harness = await begin();
    const foreign = harness.addForeign(null);
    const [first, second] = [await launch(harness, 1), await launchVisibly(harness, 2)];
    expect(await harness.provider.destroy(first)).toBe('accepted');
    harness.pass(harness.provider.card.listLag);
    expect(
      alive(harness)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual([foreign, second].toSorted());
    expect(await harness.provider.get(first)).toBe('absent');
    expect(await harness.provider.list()).toHaveLength(2);
  });

  it('is safe to repeat', async () => {
    const harness = await begin();
    const id = await launchVisibly(harness);
    await harness.provider.destroy(id);
    expect(['accepted', 'absent']).toContain(await harness.provider.destroy(id));
    harness.pass(harness.provider.card.listLag);
    expect(await harness.provider.destroy(id)).toBe('absent');
  });

  it('returns absent for an unknown instance', async () => {
    const { provider } = await begin();
    expect(await provider.destroy(unknownId)).toBe('absent');
  });

  it.each<[FaultName, string]>([
    ['rate-limit', 'RateLimited'],
    ['fail-before-effect', 'ProviderDown'],
    ['bad-key', 'Unauthorised'],
  ])('throws under %s, and the instance keeps running: %s', async (name, thrown) => {
    const harness = await begin();
    const id = await launchVisibly(harness);
    harness.addFault({ name, operation: 'destroy' });
    await expect(harness.provider.destroy(id)).rejects.toEqual(failure(thrown));
    expect(alive(harness)).toHaveLength(1);
  });

  it('throws while the provider refuses it, and succeeds afterwards', async () => {
    const harness = await begin();
    const id = await launchVisibly(harness);
    harness.addFault({ name: 'refuse-destroy', times: 2 });
    const failed = expect.objectContaining({ name: expect.stringMatching(/Down|RateLimited/) });
    await expect(harness.provider.destroy(id)).rejects.toEqual(failed);
    await expect(harness.provider.destroy(id)).rejects.toEqual(failed);
    expect(alive(harness)).toHaveLength(1);
    expect(await harness.provider.destroy(id)).toBe('accepted');
    expect(alive(harness)).toEqual([]);
  });

  it('does not prove absence: an accepted zombie keeps running and stays listed', async () => {
    const harness = await begin();
    const id = await launchVisibly(harness);
    harness.addFault({ name: 'zombie', forMs: minutes(10) });
    expect(await harness.provider.destroy(id)).toBe('accepted');
    harness.pass(minutes(5));
    expect(alive(harness)).toHaveLength(1);
    expect(await labelsOf(harness)).toEqual([aTag()]);
  });

  it('throws when its response is lost, and returns absent when repeated', async () => {
    const harness = await begin();
    const id = await launchVisibly(harness);
    harness.addFault({ name: 'drop-after-effect', operation: 'destroy', times: 1 });
    await expect(harness.provider.destroy(id)).rejects.toEqual(failure('ProviderDown'));
    harness.pass(harness.provider.card.listLag);
    expect(await harness.provider.destroy(id)).toBe('absent');
    expect(alive(harness)).toEqual([]);
  });
}

export function moneyPromises(begin: Start): void {
  it('charges include a destroyed instance, within a cent of its actual cost', async () => {
    const harness = await begin();
    const from = harness.now();
    const id = await launch(harness);
    harness.pass(hours(3));
    await harness.provider.destroy(id);
    harness.pass(hours(1));
    const charges = await harness.provider.charges(from, harness.now());
    const truth = harness.instances()[0]?.chargedMicroUsd ?? 0;
    expect(charges.map(({ instanceId, label }) => ({ instanceId, label }))).toEqual([
      { instanceId: id, label: aTag() },
    ]);
    expect(Math.abs((charges[0]?.amount ?? 0) - truth)).toBeLessThan(10_000);
    expect(truth).toBeGreaterThan(10_000);
  });

  it('there are no charges for a time before the instance', async () => {
    const harness = await begin();
    const from = harness.now();
    harness.pass(hours(72));
    await launchVisibly(harness);
    harness.pass(hours(1));
    expect(await harness.provider.charges(from, after(from, hours(24)))).toEqual([]);
  });

  it('the balance falls while an instance runs, if the provider reports a balance', async () => {
    const harness = await begin({ creditUsd: 50 });
    await launch(harness);
    const before = await harness.provider.balance();
    harness.pass(hours(3));
    const later = await harness.provider.balance();
    if (before === null) expect(later).toBeNull();
    else expect(later).toBeLessThan(before);
  });
}
