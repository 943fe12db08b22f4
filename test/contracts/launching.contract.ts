// The provider port's contract for search and create: every found offer can be leased, and no
// outcome of create leaves an instance without a tag.

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
    const found = (await harness.provider.search()).offers.map(({ id }) => id);
    expect(found.length).toBeGreaterThan(200);
    expect(found.toSorted()).toEqual((await harness.leasable()).toSorted());
  });

  it('returns valid offers of the core', async () => {
    const { provider } = await begin();
    const { offers } = await provider.search();
    for (const offer of offers) expect(Offer.parse(offer)).toEqual(offer);
  });

  it('omits an offer while it is rented, and finds it again afterwards', async () => {
    const harness = await begin();
    const { provider } = harness;
    const offer = await anyOffer(harness);
    const id = await launch(harness);
    const { offers: during } = await provider.search();
    await provider.destroy(id);
    harness.pass(provider.card.listLag);
    const { offers: later } = await provider.search();
    expect(during.map((one) => one.id)).not.toContain(offer.id);
    expect(later.map((one) => one.id)).toContain(offer.id);
  });

  it('is never rate-limited, also over many pages', async () => {
    const harness = await begin({ largeMarket: true });
    expect((await harness.provider.search()).offers.length).toBeGreaterThan(200);
    expect(harness.tooFast()).toBe(0);
  });
}

export function createPromises(begin: Start): void {
  it('launches one instance with exactly the tag', async () => {
    const harness = await begin();
    const id = await launch(harness);
    expect(alive(harness)).toEqual([expect.objectContaining({ id, label: aTag() })]);
  });

  it('costs no more than the offer', async () => {
    const harness = await begin();
    const offer = await anyOffer(harness);
    const id = await launchVisibly(harness);
    const instance = await harness.provider.get(id);
    invariant(instance !== 'absent' && instance.rate !== null, 'it is there and has a rate');
    expect(instance.rate).toBeLessThanOrEqual(allInRate(offer, DISK_GB));
    expect(instance.rate).toBeGreaterThan(0);
  });

  it('accepts a start script of the maximum length in the card', async () => {
    const harness = await begin();
    const { provider } = harness;
    const startScript = '#'.repeat(provider.card.maxStartScriptBytes);
    const offer = await anyOffer(harness);
    const outcome = await provider.create(aTag(), offer, { ...spec, startScript });
    expect(outcome.kind).toBe('launched');
  });

  it('returns offer-gone for a rented offer', async () => {
    const harness = await begin();
    const { provider } = harness;
    const offer = await anyOffer(harness);
    await provider.create(aTag(1), offer, spec);
    const again = await provider.create(aTag(2), offer, spec);
    expect(again.kind).toBe('offer-gone');
    expect(alive(harness).map(({ label }) => label)).toEqual([aTag(1)]);
  });

  it('returns offer-gone and creates nothing when another customer rented the offer', async () => {
    const harness = await begin({ othersShare: 0.4 });
    const { provider } = harness;
    const { offers: found } = await provider.search();
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

  it('returns no-funds when the credit is used up', async () => {
    const harness = await begin({ creditUsd: 0 });
    expect((await create(harness)).kind).toBe('no-funds');
    expect(alive(harness)).toEqual([]);
  });

  it.each<[FaultName, CreateOutcome['kind']]>([
    ['refuse', 'offer-gone'],
    ['rate-limit', 'rate-limited'],
    ['bad-key', 'refused'],
  ])('creates nothing under %s: %s', async (name, kind) => {
    const harness = await begin();
    harness.addFault({ name, operation: 'create' });
    for (const attempt of [1, 2, 3, 4, 5]) expect((await create(harness, attempt)).kind).toBe(kind);
    expect(alive(harness)).toEqual([]);
    expect(harness.creates()).toBe(5);
  });

  it('returns outcome-unknown for a server error, also when nothing was created', async () => {
    const harness = await begin();
    harness.addFault({ name: 'fail-before-effect', operation: 'create' });
    expect((await create(harness)).kind).toBe('outcome-unknown');
    expect((await create(harness)).kind).toBe('outcome-unknown');
    expect(harness.creates()).toBe(2);
  });

  it.each<[FaultName]>([['drop-after-effect'], ['error-after-effect']])(
    'returns outcome-unknown under %s; the instance is found by its tag',
    async (name) => {
      const harness = await begin();
      harness.addFault({ name, operation: 'create' });
      expect((await create(harness)).kind).toBe('outcome-unknown');
      expect(harness.creates()).toBe(1);
      harness.pass(harness.provider.card.listLag);
      expect(await labelsOf(harness)).toEqual([aTag()]);
    },
  );

  it('never returns a secret', async () => {
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

  it('is refused for an unknown instance', async () => {
    const { provider } = await begin();
    expect(await provider.attachKey(unknownId, spec.sshPublicKey)).toBe('refused');
  });

  it.each<[FaultName]>([
    ['rate-limit'],
    ['fail-before-effect'],
    ['bad-key'],
    ['drop-after-effect'],
  ])('returns refused and does not throw under %s', async (name) => {
    const harness = await begin();
    const id = await launchVisibly(harness);
    harness.addFault({ name, operation: 'attach-key' });
    expect(await harness.provider.attachKey(id, spec.sshPublicKey)).toBe('refused');
  });
}
