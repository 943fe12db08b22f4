// The port's promises about offers and launches: what is found can be leased, and whatever create
// answers, no instance is ever left without a tag.

import { expect, it } from 'vitest';
import { invariant } from '../../shared/core/base/invariant.ts';
import { hours } from '../../shared/core/base/time.ts';
import type { CreateOutcome } from '../../shared/core/instance/launch.ts';
import { allInRate, Offer } from '../../shared/core/instance/offer.ts';
import type { FaultName, Start } from './harness.ts';
import {
  alive,
  anyOffer,
  aTag,
  create,
  DISK_GB,
  labelsOf,
  launch,
  launchVisibly,
  spec,
  unknownId,
} from './support.ts';

export function searchPromises(begin: Start): void {
  it('finds exactly the offers that can be leased, each once', async () => {
    const harness = await begin({ largeMarket: true });
    const found = (await harness.provider.search()).map(({ id }) => id);
    expect(found.length).toBeGreaterThan(200);
    expect(found.toSorted()).toEqual((await harness.leasable()).toSorted());
  });

  it('tells every offer in our words', async () => {
    const { provider } = await begin();
    for (const offer of await provider.search()) expect(Offer.parse(offer)).toEqual(offer);
  });

  it('no longer finds what we rent, and finds it again after its end', async () => {
    const harness = await begin();
    const { provider } = harness;
    const offer = await anyOffer(harness);
    const id = await launch(harness);
    const during = await provider.search();
    await provider.destroy(id);
    harness.pass(provider.card.listLag);
    const later = await provider.search();
    expect(during.map((one) => one.id)).not.toContain(offer.id);
    expect(later.map((one) => one.id)).toContain(offer.id);
  });

  it('never asks too fast, however many pages there are', async () => {
    const harness = await begin({ rateLimits: true, largeMarket: true });
    expect((await harness.provider.search()).length).toBeGreaterThan(200);
    expect(harness.tooFast()).toBe(0);
  });
}

export function createPromises(begin: Start): void {
  it('launches one instance with exactly the tag', async () => {
    const harness = await begin();
    const id = await launch(harness);
    expect(alive(harness)).toEqual([expect.objectContaining({ id, label: aTag() })]);
  });

  it('costs no more than the offer said', async () => {
    const harness = await begin();
    const offer = await anyOffer(harness);
    const id = await launchVisibly(harness);
    const instance = await harness.provider.get(id);
    invariant(instance !== 'absent' && instance.rate !== null, 'it is there and has a rate');
    expect(instance.rate).toBeLessThanOrEqual(allInRate(offer, DISK_GB));
    expect(instance.rate).toBeGreaterThan(0);
  });

  it('takes a start script as long as the card says', async () => {
    const harness = await begin();
    const { provider } = harness;
    const startScript = '#'.repeat(provider.card.maxStartScriptBytes);
    const offer = await anyOffer(harness);
    const outcome = await provider.create(aTag(), offer, { ...spec, startScript });
    expect(outcome.kind).toBe('launched');
  });

  it('says offer-gone when somebody else has the instance', async () => {
    const harness = await begin();
    const { provider } = harness;
    const offer = await anyOffer(harness);
    await provider.create(aTag(1), offer, spec);
    const again = await provider.create(aTag(2), offer, spec);
    expect(again.kind).toBe('offer-gone');
    expect(alive(harness).map(({ label }) => label)).toEqual([aTag(1)]);
  });

  it('says offer-gone when somebody else was faster, and creates nothing then', async () => {
    const harness = await begin({ othersShare: 0.4 });
    const { provider } = harness;
    const found = await provider.search();
    harness.pass(hours(1));
    const kinds = new Set<string>();
    for (const offer of found.filter(({ maxDiskGb }) => maxDiskGb >= DISK_GB).slice(0, 30)) {
      const before = alive(harness).length;
      const { kind } = await provider.create(aTag(), offer, spec);
      kinds.add(kind);
      expect(alive(harness).length - before).toBe(kind === 'launched' ? 1 : 0);
    }
    expect(kinds).toEqual(new Set(['launched', 'offer-gone']));
  });

  it('says no-funds when the credit is used up', async () => {
    const harness = await begin({ creditUsd: 0 });
    expect((await create(harness)).kind).toBe('no-funds');
    expect(alive(harness)).toEqual([]);
  });

  it.each<[FaultName, CreateOutcome['kind']]>([
    ['refuse', 'offer-gone'],
    ['rate-limit', 'rate-limited'],
    ['bad-key', 'refused'],
  ])('under %s definitely creates nothing: %s', async (name, kind) => {
    const harness = await begin();
    harness.addFault({ name, operation: 'create' });
    for (const attempt of [1, 2, 3, 4, 5]) expect((await create(harness, attempt)).kind).toBe(kind);
    expect(alive(harness)).toEqual([]);
    expect(harness.creates()).toBe(5);
  });

  it('does not know the outcome of a failure, even if nothing was created', async () => {
    const harness = await begin();
    harness.addFault({ name: 'fail-before-effect', operation: 'create' });
    expect((await create(harness)).kind).toBe('outcome-unknown');
    expect((await create(harness)).kind).toBe('outcome-unknown');
    expect(harness.creates()).toBe(2);
  });

  it.each<[FaultName]>([['drop-after-effect'], ['error-after-effect']])(
    'does not know the outcome under %s; the instance is found by its tag',
    async (name) => {
      const harness = await begin();
      harness.addFault({ name, operation: 'create' });
      expect((await create(harness)).kind).toBe('outcome-unknown');
      expect(harness.creates()).toBe(1);
      harness.pass(harness.provider.card.listLag);
      expect(await labelsOf(harness)).toEqual([aTag()]);
    },
  );

  it('never tells a secret', async () => {
    const harness = await begin();
    harness.addFault({ name: 'fail-before-effect', operation: 'create' });
    expect(JSON.stringify(await create(harness))).not.toContain('secret-of-the-test');
  });
}

export function keyPromises(begin: Start): void {
  it('adds a key to an instance, and can be repeated', async () => {
    const harness = await begin();
    const id = await launchVisibly(harness);
    expect(await harness.provider.attachKey(id, spec.sshPublicKey)).toBe('attached');
    expect(await harness.provider.attachKey(id, spec.sshPublicKey)).toBe('attached');
  });

  it('is refused for an instance that never was', async () => {
    const { provider } = await begin();
    expect(await provider.attachKey(unknownId, spec.sshPublicKey)).toBe('refused');
  });

  it.each<[FaultName]>([
    ['rate-limit'],
    ['fail-before-effect'],
    ['bad-key'],
    ['drop-after-effect'],
  ])('is refused, and throws nothing, under %s', async (name) => {
    const harness = await begin();
    const id = await launchVisibly(harness);
    harness.addFault({ name, operation: 'attach-key' });
    expect(await harness.provider.attachKey(id, spec.sshPublicKey)).toBe('refused');
  });
}
